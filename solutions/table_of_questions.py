"""The README's table of the questions, made from the exercises and from the concept map."""

from collections import Counter

from dflvi.checking.overview import exercises
from dflvi.concepts import CONCEPTS, leads_to

BEGIN, END = "<!-- questions: built -->", "<!-- /questions -->"
_WORDS = {"function": "function", "value": "value", "ladder": "derivation", "choice": "choice",
          "prediction": "prediction"}  # fmt: skip


def with_table(readme: str) -> str:
    """The README with the table that is due between its two marks."""
    head, rest = readme.split(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


def table() -> str:
    """A Markdown table: a line for each question, with what it asks for and what is built on it."""
    asked: dict[str, list] = {}
    for exercise in exercises():
        asked.setdefault(exercise.question, []).append(exercise)
    lines = ["| question | idea | exercises | minutes | leads to |", "|---|---|---|---|---|"]
    for question, found in asked.items():
        if question.endswith(".0"):  # the warm-up
            continue
        ideas = [name for name, concept in CONCEPTS.items() if question in questions(concept.questions)]
        after = [other for name in ideas for other in leads_to(name)]
        cells = question, ", ".join(ideas), _kinds(found), str(sum(one.minutes for one in found)), ", ".join(after)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def questions(text: str) -> list[str]:
    """The questions that "3.2 to 3.4, 3.6" names."""
    found = []
    for part in text.split(", "):
        first, _, last = part.partition(" to ")
        section, low = first.split(".")
        high = (last or first).split(".")[1]
        found += [f"{section}.{n}" for n in range(int(low), int(high) + 1)]
    return found


def _kinds(found: list) -> str:
    counts = Counter(_WORDS[one.kind] for one in found)
    return ", ".join(f"{n} {word if n == 1 else word + 's'}" for word, n in counts.items())
