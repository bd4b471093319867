"""All exercises in the order of the curriculum, and the table of what is done."""

import html
import importlib
import re
import textwrap
from typing import Any, NamedTuple

from dflvi import concepts
from dflvi.checking import progress
from dflvi.checking.answers import SECTIONS

KINDS = {"function": "function", "value": "value", "ladder": "derivation", "choice": "choice",
         "prediction": "prediction"}  # fmt: skip


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
    """One exercise and what was done with it. `core`: "core" if it is on the three-hour path, else ""."""

    section: str
    question: str
    name: str
    kind: str
    minutes: int
    core: str
    status: str
    attempts: int
    hints: int


_COLUMNS = ("name", "kind", "minutes", "core", "status", "attempts", "hints")
_NUMBERS = ("minutes", "attempts", "hints")  # stand on the right, as notebooks have it
_CORE = {False: "", True: "core"}


class Table:
    """The state of the exercises, by question; shows itself in a terminal and in a notebook."""

    def __init__(self, rows: list[Row]):
        self.rows = rows

    def sections(self) -> list[tuple[str, list[Row], str]]:
        """Name, rows and totals of each section that has exercises."""
        return [(name, rows, totals(rows)) for name, rows in _groups(self.rows, "section")]

    def __repr__(self) -> str:
        cells = [[str(getattr(row, column)) for column in _COLUMNS] for row in self.rows]
        widths = [max(map(len, column)) for column in zip(_COLUMNS, *cells)]

        def line(words: Any) -> str:
            return "  " + "  ".join(word.ljust(width) for word, width in zip(words, widths)).rstrip()

        lines = [line(_COLUMNS)]
        for section, rows, says in self.sections():
            lines += ["", *textwrap.wrap(f"{section}: {says}", 110, subsequent_indent="     ")]
            for question, parts in _groups(rows, "question"):
                lines += textwrap.wrap(_about(question, parts), 110, subsequent_indent="     ")
                lines += [line(str(getattr(row, column)) for column in _COLUMNS) for row in parts]
        return "\n".join([*lines, "", *f"in all: {totals(self.rows)}".split("; ")])

    def _repr_html_(self) -> str:
        left, wide = 'style="text-align:left"', f'colspan="{len(_COLUMNS)}"'
        sides = {column: "" if column in _NUMBERS else " " + left for column in _COLUMNS}
        heads = "".join(f'<th scope="col"{sides[column]}>{column}</th>' for column in _COLUMNS)
        bodies = ""
        for section, rows, says in self.sections():
            bodies += f'<tbody><tr><th scope="rowgroup" {wide} {left}>{section}: {says}</th></tr></tbody>'
            for question, parts in _groups(rows, "question"):
                about = html.escape(_about(question, parts))
                bodies += f'<tbody><tr><th scope="rowgroup" {wide} {left}>{about}</th></tr>'
                for row in parts:
                    cells = "".join(
                        f"<td{sides[one]}>{html.escape(str(getattr(row, one)))}</td>" for one in _COLUMNS[1:]
                    )
                    bodies += f'<tr><th scope="row" {left}><code>{html.escape(row.name)}</code></th>{cells}</tr>'
                bodies += "</tbody>"
        caption = f'<caption style="text-align:left">In all: {totals(self.rows)}</caption>'
        return f'<table class="dflvi-status">{caption}<thead><tr>{heads}</tr></thead>{bodies}</table>'


def _groups(rows: list[Row], field: str) -> list[tuple[str, list[Row]]]:
    """The rows by one of their fields, in the order in which they come."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(getattr(row, field), []).append(row)
    return list(found.items())


def _about(question: str, rows: list[Row]) -> str:
    """A question, its idea, its minutes, and what is built on it."""
    idea = ", ".join(concepts.ideas_of(question)) or "to warm up"
    leads = ", ".join(concepts.after(question))
    return f"{question} {idea}, {sum(row.minutes for row in rows)} minutes{f'; leads to: {leads}' if leads else ''}"


def totals(rows: list[Row]) -> str:
    """How much of some rows is done, and the minutes that are left, of the core path too."""
    core = [row for row in rows if row.core]
    return f"{_done(rows)}; core path: {_done(core)}" if 0 < len(core) < len(rows) else _done(rows)


def _done(rows: list[Row]) -> str:
    passed = [row for row in rows if row.status.startswith("passed")]
    revealed = sum(row.status == "revealed" for row in rows)
    minutes = sum(row.minutes for row in rows)
    to_go = sum(row.minutes for row in rows if row not in passed and row.status != "revealed")
    seen = f", {revealed} revealed" if revealed else ""
    return f"{len(passed)} of {len(rows)} passed{seen}, about {to_go} of {minutes} minutes to go"


def table(core: bool = False) -> Table:
    """What is done and what is not, over all exercises, or over those of the three-hour path."""
    records, rows = progress.state(), []
    for exercise in exercises():
        record = records.get(exercise.id, progress.Record())
        after = f" after {record.tries}" if record.status == "passed" and record.tries else ""
        rows.append(
            Row(
                exercise.section, exercise.question, exercise.name, KINDS[exercise.kind], exercise.minutes,
                _CORE[exercise.id in concepts.CORE], record.status + after, record.attempts, record.hints,
            )
        )  # fmt: skip
    return Table([row for row in rows if row.core or not core])
