"""The study group's guide: its minutes add up, its exercises exist, and it agrees with the facilitator's editions."""

import re
from pathlib import Path

import pytest

from dflvi import concepts
from dflvi.checking import overview

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "study-group.md").read_text()
EXERCISES = overview.exercises()
HOME = re.findall(r"^\| (\w) \| ([\d., to]+) \| (`.+`) \| (\d+) \|$", GUIDE, re.MULTILINE)
OF_MEETING = {"A": "12", "B": "345", "C": "6"}  # sections


def agenda(text):
    """Start and end of each line of the first table of minutes."""
    rows = re.split(r"\n\n(?!\|)", text[text.index("| minutes | what |") :])[0]
    return [(int(a), int(b)) for a, b in re.findall(r"^\| (\d+) to (\d+) \|", rows, re.MULTILINE)]


def test_there_are_eight_meetings_and_three():
    assert [row[0] for row in HOME] == [*"12345678", *"ABC"]
    assert re.findall(r"^### Meeting (\d)", GUIDE, re.MULTILINE) == [*"12345678"]


def test_the_eight_meetings_cover_every_question_once():
    found = [one for _, text, _, _ in HOME[:8] for one in concepts.questions(text)]
    assert sorted(found) == sorted({one.question for one in EXERCISES if not one.question.endswith(".0")})


@pytest.mark.parametrize(("meeting", "text", "names", "minutes"), HOME)
def test_what_is_for_home_exists_and_its_minutes_add_up(meeting, text, names, minutes):
    sections = OF_MEETING.get(meeting) or text[0]
    names = re.findall(r"`(\w+)`", names)
    found = [one for one in EXERCISES if one.name in names and one.question[0] in sections]
    if meeting in OF_MEETING:
        found = [one for one in found if one.id in concepts.CORE]
        assert sorted(names) == sorted(one.split(".")[1] for one in concepts.CORE if one in {e.id for e in found})
    assert sorted(one.name for one in found) == sorted(names)
    assert sum(one.minutes for one in found) == int(minutes)


def test_the_three_meetings_are_the_core_path():
    names = [name for row in HOME[8:] for name in re.findall(r"`(\w+)`", row[2])]
    assert names == [one.split(".")[1] for one in concepts.CORE]


def test_every_agenda_fills_90_minutes():
    parts = re.split(r"^(?:### Meeting|\*\*[ABC]:)", GUIDE, flags=re.MULTILINE)[1:]
    assert len(parts) == 11
    for part in parts:
        rows = agenda(part)
        assert (rows[0][0], rows[-1][1]) == (0, 90)
        assert all(before[1] == after[0] for before, after in zip(rows, rows[1:], strict=False))


@pytest.mark.parametrize(("meeting", "source"), [(1, "01_conjugacy"), (2, "02_cavi"), (5, "04_vae"), (6, "05_flows")])
def test_it_agrees_with_the_facilitators_edition(meeting, source):
    text = (ROOT / "notebooks" / "src" / f"{source}.md").read_text()
    theirs = text[text.index("**Agenda, a meeting of 90 minutes") :]
    mine = agenda(GUIDE[GUIDE.index(f"### Meeting {meeting}:") :])
    if "| minutes | what |" in theirs[:1500]:
        assert mine == agenda(theirs)
    else:  # told in a paragraph: "8 minutes: ... 12: ..."
        told = re.findall(r"[.?]\"? (\d+)(?: minutes)?: ", " ".join(theirs.split("\n\n")[0].split()))
        assert [b - a for a, b in mine] == [int(one) for one in told]


def test_what_it_names_is_there():
    for folder in ("notebooks", "solutions/notebooks", "solutions/facilitator"):
        assert f"`{folder}/`" in GUIDE
        assert (ROOT / folder / "02_cavi.ipynb").exists()
    titles = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in re.findall(r"^## (.+)$", GUIDE, re.M)}
    assert set(re.findall(r"\(#([\w-]+)\)", GUIDE)) == titles
