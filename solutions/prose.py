"""How long the notebooks are, and what their exercises ask for: `python -m solutions prose` prints both tables."""

import ast
import statistics
from typing import NamedTuple

from nbformat import NotebookNode

from dflvi.checking.exercise import Exercise, Question, answer_source
from solutions import editions


class Lengths(NamedTuple):
    """The countable side of one notebook.

    Fields:
        notebook: its name.
        questions, exercises, figures: how many; a figure is a given cell tagged so.
        cells: of the learner edition, with the four or five that each exercise is built into.
        stretch: cells from one heading to the next in the source, an exercise counted as one; the longest.
        heading: where that is.
        median, longest: lines of a given code cell, comments and empty lines left out.
        words: of Markdown, for each line of code in the solved edition without its set-up.
        in_a_row: pairs of code cells with nothing between them, in the learner edition. A stub and its check may be,
            and the set-up and the imports.
    """

    notebook: str
    questions: int
    exercises: int
    figures: int
    cells: int
    stretch: int
    heading: str
    median: float
    longest: int
    words: float
    in_a_row: tuple[tuple[str, str], ...]


def lengths(source: editions.Source) -> Lengths:
    """Measure one notebook."""
    learner, solved = (editions.edition(source, kind).cells for kind in ("learner", "solved"))
    given = [_lines(cell.source) for cell in learner if _role(cell) == "given"]
    n_words = sum(len(cell.source.split()) for cell in solved if cell.cell_type == "markdown")
    n_lines = sum(_lines(cell.source) for cell in solved if cell.cell_type == "code" and _role(cell) != "setup")
    heading, stretch = _longest_stretch(source)
    in_a_row = tuple(
        (before.id, cell.id)
        for before, cell in zip(learner, learner[1:])
        if before.cell_type == cell.cell_type == "code"
        and (_role(before), _role(cell)) not in (("stub", "check"), ("setup", "given"))
    )
    return Lengths(
        source.path.stem, len({one.question for one in source.exercises.values()} - {"1.0"}), len(source.exercises),
        sum("figure" in cell.metadata.get("tags", []) for cell in learner), len(learner), stretch, heading,
        statistics.median(given), max(given), n_words / n_lines, in_a_row,
    )  # fmt: skip


def _role(cell: NotebookNode) -> str:
    return cell.metadata["dflvi"]["role"]


def _lines(code: str) -> int:
    lines = (line.strip() for line in code.splitlines())
    return sum(bool(line) and not line.startswith("#") for line in lines)


def _longest_stretch(source: editions.Source) -> tuple[str, int]:
    counts, heading = {}, "the start"
    for cell in source.cells:
        if editions.LEFT_OUT["learner"] & set(cell.metadata.get("tags", [])):
            continue
        for line in cell.source.splitlines() if cell.cell_type == "markdown" else ():
            heading = line.lstrip("# ") if line.startswith("##") else heading
        counts[heading] = counts.get(heading, 0) + 1
    return max(counts.items(), key=lambda pair: pair[1])


class Asked(NamedTuple):
    """What a function asks for: `lines` of our answer below the docstring, helpers included, in `minutes`."""

    exercise: Question
    lines: int
    minutes: int


def asked(source: editions.Source) -> list[Asked]:
    """The functions of a notebook, derivations included."""
    return [
        Asked(one, _lines_of(one), one.minutes)
        for one in source.exercises.values()
        if isinstance(one, Exercise) and callable(one.function)
    ]


def _lines_of(exercise: Exercise) -> int:
    text = answer_source(exercise.function)
    given: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            first = node.lineno if node.name == exercise.name else node.body[0].lineno
            given |= set(range(first, node.body[0].end_lineno + 1))
    return _lines("\n".join(line for n, line in enumerate(text.splitlines(), 1) if n not in given))


def outliers(found: list[Asked]) -> list[str]:
    """The functions whose minutes are far from what their lines make one expect, a line each.

    Expected are 2 minutes to understand, and 2 for each line up to the third, 1 for each further one, times what the
    difficulty says. Far is less than half, or more than twice.
    """
    lines = []
    for exercise, n, minutes in found:
        expected = (2 + 2 * min(n, 3) + max(n - 3, 0)) * {1: 1.0, 2: 1.4, 3: 1.8}[exercise.difficulty]
        if not expected / 2 <= minutes <= 2 * expected:
            lines.append(f"{exercise.id}: {n} lines, difficulty {exercise.difficulty}, {minutes} minutes")
    return lines


def main() -> int:
    """Print both tables."""
    sources = editions.sources()
    names = ("notebook", "questions", "exercises", "figures", "cells", "stretch", "median", "longest", "words")
    print("  ".join(f"{name:>9}" for name in names))
    for source in sources:
        found = lengths(source)._asdict() | {"words": round(lengths(source).words, 1)}
        print("  ".join(f"{found[name]:>9}" for name in names), f"  longest stretch: {found['heading']}")
    print("\nminutes far from what the lines make one expect:")
    print("\n".join(line for source in sources for line in outliers(asked(source))))
    long = [(one.exercise.id, one.lines) for source in sources for one in asked(source) if one.lines > 15]
    print("\nmore than 15 lines:\n" + "\n".join(f"{name}: {n}" for name, n in long))
    return 0
