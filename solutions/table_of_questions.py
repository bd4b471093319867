"""The README's table of the questions, made from the exercises and from the concept map."""

from collections import Counter

from dflvi.checking.overview import KINDS, exercises
from dflvi.concepts import CORE, after, ideas_of

BEGIN, END = "<!-- questions: built -->", "<!-- /questions -->"


def with_table(readme: str) -> str:
    """The README with the table that is due between its two marks."""
    head, rest = readme.split(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


def table() -> str:
    """A Markdown table: a line for each question, with what it asks for and what is built on it."""
    asked: dict[str, list] = {}
    for exercise in exercises():
        asked.setdefault(exercise.question, []).append(exercise)
    lines = ["| question | idea | exercises | minutes | core | leads to |", "|---|---|---|---|---|---|"]
    for question, found in asked.items():
        if question.endswith(".0"):  # the warm-up
            continue
        kinds, leads = _kinds(found), ", ".join(after(question))
        cells = question, ", ".join(ideas_of(question)), kinds, _minutes(found), _core_minutes(found) or "", leads
        lines.append(f"| {' | '.join(map(str, cells))} |")
    everything = exercises()
    lines.append(f"| in all | | {_kinds(everything)} | {_minutes(everything)} | {_core_minutes(everything)} | |")
    return "\n".join(lines)


def _minutes(found: list) -> int:
    return sum(one.minutes for one in found)


def _core_minutes(found: list) -> int:
    return _minutes([one for one in found if one.id in CORE])


def _kinds(found: list) -> str:
    counts = Counter(KINDS[one.kind] for one in found)
    return ", ".join(f"{n} {word if n == 1 else word + 's'}" for word, n in counts.items())
