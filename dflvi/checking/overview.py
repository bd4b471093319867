"""All exercises in the order of the curriculum, and the table of what is done."""

import html
import importlib
import re
from typing import Any, NamedTuple

from dflvi.checking import progress
from dflvi.checking.answers import SECTIONS


def exercises() -> list[Any]:
    """Every exercise that there is, by section and question."""
    found = []
    for section in SECTIONS:
        module = importlib.import_module(f"dflvi.exercises.{section}")
        found += sorted((getattr(module, name) for name in module.__all__), key=_place)
    return found


def _place(exercise: Any) -> tuple:
    """By question; functions first, those that need companions after the others; q2_3_10 after q2_3_2."""
    needs = len(getattr(exercise, "needs", ()))
    return _numbers(exercise.question), _numbers(exercise.name), needs, exercise.name


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))


class Row(NamedTuple):
    """One exercise and what was done with it."""

    section: str
    question: str
    name: str
    kind: str
    minutes: int
    status: str
    attempts: int
    hints: int


_COLUMNS = ("question", "name", "kind", "minutes", "status", "attempts", "hints")


class Table:
    """The state of all exercises; shows itself in a terminal and in a notebook."""

    def __init__(self, rows: list[Row]):
        self.rows = rows

    def sections(self) -> list[tuple[str, list[Row], str]]:
        """Name, rows and totals of each section that has exercises."""
        found = []
        for section in SECTIONS:
            rows = [row for row in self.rows if row.section == section]
            if rows:
                found.append((section, rows, _totals(rows)))
        return found

    def __repr__(self) -> str:
        cells = [[str(getattr(row, column)) for column in _COLUMNS] for row in self.rows]
        widths = [max(map(len, column)) for column in zip(_COLUMNS, *cells, strict=True)]

        def line(words: Any) -> str:
            return "  ".join(word.ljust(width) for word, width in zip(words, widths, strict=True)).rstrip()

        lines = [line(_COLUMNS)]
        for section, rows, totals in self.sections():
            lines += ["", f"{section}: {totals}"]
            lines += [line(str(getattr(row, column)) for column in _COLUMNS) for row in rows]
        return "\n".join([*lines, "", f"in all: {_totals(self.rows)}"])

    def _repr_html_(self) -> str:
        left = 'align="left"'
        heads = "".join(f'<th scope="col" {left}>{column}</th>' for column in _COLUMNS)
        bodies = ""
        for section, rows, totals in self.sections():
            bodies += (
                f'<tbody><tr><th scope="rowgroup" colspan="{len(_COLUMNS)}" {left}>'
                f"{section}: {totals}</th></tr>"
            )
            for row in rows:
                cells = ""
                for column in _COLUMNS:
                    text = html.escape(str(getattr(row, column)))
                    if column == "name":
                        cells += f'<th scope="row" {left}><code>{text}</code></th>'
                    else:
                        cells += f"<td {left}>{text}</td>"
                bodies += f"<tr>{cells}</tr>"
            bodies += "</tbody>"
        caption = f'<caption style="text-align:left">In all: {_totals(self.rows)}</caption>'
        return f'<table class="dflvi-status">{caption}<thead><tr>{heads}</tr></thead>{bodies}</table>'


def _totals(rows: list[Row]) -> str:
    passed = [row for row in rows if row.status.startswith("passed")]
    revealed = sum(row.status == "revealed" for row in rows)
    to_go = sum(row.minutes for row in rows if row not in passed and row.status != "revealed")
    seen = f", {revealed} revealed" if revealed else ""
    return f"{len(passed)} of {len(rows)} passed{seen}, about {to_go} minutes to go"


def table() -> Table:
    """What is done and what is not, over all exercises."""
    records, rows = progress.state(), []
    for exercise in exercises():
        record = records.get(exercise.id, progress.Record())
        after = f" after {record.tries}" if record.status == "passed" and record.tries else ""
        rows.append(
            Row(
                exercise.section, exercise.question, exercise.name, exercise.kind, exercise.minutes,
                record.status + after, record.attempts, record.hints,
            )
        )  # fmt: skip
    return Table(rows)
