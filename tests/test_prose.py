"""The six notebooks as one course: their countable targets, the core path, one table of symbols."""

import re
from pathlib import Path

import pytest

from dflvi.checking.answers import SECTIONS
from dflvi.checking.exercise import Choice, Ladder
from dflvi.concepts import CORE
from solutions import editions, prose, symbols

ROOT = Path(__file__).parent.parent

STRETCH = 45  # cells from one heading to the next, an exercise counted as one: what is done in one sitting
MEDIAN = {"nfvi": 7}  # lines of a given cell; 5 elsewhere. Section 6 runs experiments, and these are longer
LONGEST = 25
WORDS = (8, 20)  # of Markdown for a line of code


@pytest.fixture(scope="module")
def sources():
    return editions.sources()


@pytest.fixture(scope="module")
def measured(sources):
    return {source.section: prose.lengths(source) for source in sources}


def test_no_stretch_between_headings_is_too_long(measured):
    assert {name: one.heading for name, one in measured.items() if one.stretch > STRETCH} == {}


def test_given_cells_are_short(measured):
    assert {name: one.median for name, one in measured.items() if one.median > MEDIAN.get(name, 5)} == {}
    assert {name: one.longest for name, one in measured.items() if one.longest > LONGEST} == {}


def test_prose_leads(measured):
    low, high = WORDS
    assert {name: one.words for name, one in measured.items() if not low <= one.words <= high} == {}


def test_no_code_cell_follows_a_code_cell_but_a_check_its_stub(measured):
    assert {name: one.in_a_row for name, one in measured.items() if one.in_a_row} == {}


def test_the_first_cell_says_what_for_and_with_what(sources):
    for source in sources:
        first = source.cells[0].source
        for part in ("**Goal.**", "**You need**", "**Time.**", "| symbol | name in code | what it is | shape |"):
            assert part in first, f"{source.label} has no {part}"


HOURS = {"three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}


def test_the_hours_of_exercises_are_the_sum_of_their_minutes(sources):
    for source in sources:
        said = re.search(r"of which (\w+)( and a half)?( hours)? are exercises", source.cells[0].source)
        hours = HOURS.get(said[1]) or int(said[1])
        hours += 0.5 if said[2] else 0
        total = sum(one.minutes for one in source.exercises.values()) / 60
        assert abs(hours - total) < 0.4, f"{source.label} says {hours} hours, and its minutes are {total:.1f} hours"


def test_the_end_says_what_was_built_and_leads_back_to_the_papers(sources):
    for source in sources:
        text = "\n".join(cell.source for cell in source.cells if cell.cell_type == "markdown")
        end = text[re.search(r"^## What you (have|built)", text, re.MULTILINE).start() :]
        assert re.search(r"\beq(\.|uations?)", end), f"{source.label} names no equation of its papers"


def test_every_exercise_has_its_frame(sources):
    for source in sources:
        cells = editions.edition(source, "learner").cells
        frames = [cell for cell in cells if cell.metadata["dflvi"]["role"] == "frame"]
        assert len(frames) == len(source.exercises)
        assert all(re.match(r"### \w+ \d\.\d+: ", cell.source) for cell in frames)
        assert all(re.search(r"About \d+ minutes, difficulty [123] of 3", cell.source) for cell in frames)


def test_prose_has_no_dashes_that_the_house_does_not_use(sources):
    for source in sources:
        found = [cell.source[:60] for cell in source.cells if cell.cell_type == "markdown" and "\u2014" in cell.source]
        assert found == [], source.label


# ---- the core path ----------------------------------------------------------------------------


def test_the_core_path_is_three_hours_in_the_order_of_the_notebooks(sources):
    there = {one.id: one for source in sources for one in source.exercises.values()}
    places = [list(there).index(name) for name in CORE]
    assert places == sorted(set(places))
    assert 170 <= sum(there[name].minutes for name in CORE) <= 190
    assert {name.split(".")[0] for name in CORE} == set(SECTIONS)


def test_what_the_core_path_leaves_out_is_put_in_by_the_cells_that_go_on(sources):
    """Every name that a check of the path is handed is bound before it: by our function, if not by the learner's."""
    for source in sources:
        core = [name for name in source.exercises if f"{source.section}.{name}" in CORE]
        bound = set()
        for cell in editions.edition(source, "learner", core).cells:  # an error, if an answer used what comes later
            about = cell.metadata["dflvi"]
            name = about.get("exercise")
            if about["role"] == "check" and name in core:
                assert set(getattr(source.exercises[name], "needs", ())) <= bound, name
            if about["role"] == "go-on" and cell.cell_type == "code":
                bound.add(name)
        skipped = [one for one in source.exercises.values() if one.name not in bound]
        assert all(isinstance(one, Choice | Ladder) for one in skipped)


def test_the_core_path_is_marked_in_the_frames(sources):
    for source in sources:
        for cell in editions.edition(source, "learner").cells:
            if cell.id.endswith("-frame"):
                name = f"{source.section}.{cell.metadata['dflvi']['exercise']}"
                assert ("*Core path. About " in cell.source) == (name in CORE), name


# ---- symbols ----------------------------------------------------------------------------------


PAGE = ROOT / symbols.FILE


def explained():
    """The letters that the page's first table and the sentence after it speak of."""
    part = PAGE.read_text().split("## One thing")[0]
    rows = re.findall(r"^\| (\$.+?) \|", part, re.MULTILINE)
    alone = re.findall(r"^The letters .+$", part, re.MULTILINE)
    return {letter for text in [*rows, *alone] for letter in symbols.letters(text)}


def test_the_page_holds_the_tables_of_all_notebooks(sources):
    assert symbols.with_table(PAGE.read_text(), sources) == PAGE.read_text()


def test_a_letter_that_two_sections_use_is_explained(sources):
    where = {}
    for source in sources:
        for row in symbols.rows(source):
            for letter in symbols.letters(row.symbol):
                where.setdefault(letter, set()).add(row.section)
    shared = {letter for letter, sections in where.items() if len(sections) > 1}
    assert shared - explained() == set()


def test_every_notebook_has_a_table(sources):
    for source in sources:
        found = symbols.rows(source)
        assert len(found) >= 8
        assert all(row.symbol and row.what for row in found), source.label


def test_the_letters_of_a_symbol():
    assert symbols.letters(r"$m_k$, $s_k^2$") == ["m", "s"]
    assert symbols.letters(r"$\log p(x)$") == ["p"]
    assert symbols.letters(r"$\mu$, $\log\sigma^2$") == [r"\mu", r"\sigma"]
    assert symbols.letters("ELBO") == []


def test_planted_a_bar_in_a_cell_is_refused(tmp_path):
    table = f"{symbols.HEAD}\n|---|---|---|---|\n| $|x|$ | `x` | a | b |\n"
    text = f"---\ndflvi:\n  section: cavi\n---\n\n# T\n\n{table}"
    path = tmp_path / "02_cavi.md"
    path.write_text(text)
    with pytest.raises(editions.BuildError, match="has not four cells"):
        symbols.rows(editions.read_source(path, ()))


# ---- the measures themselves ------------------------------------------------------------------

TINY = """\
---
dflvi:
  section: conjugacy
---

# T

```{code-cell} ipython3
from dflvi.exercises import conjugacy as ex
```

## One

two words

```{code-cell} ipython3
a = 1

# said
b = 2
```

```{code-cell} ipython3
c = 3
```

## Two
"""


@pytest.fixture
def tiny(tmp_path):
    path = tmp_path / "01_conjugacy.md"
    path.write_text(TINY)
    return editions.read_source(path, ())


def test_planted_code_after_code_is_seen_and_counted(tiny):
    found = prose.lengths(tiny)
    assert (found.heading, found.stretch, found.longest, found.median) == ("One", 3, 2, 1)
    assert [pair[1] for pair in found.in_a_row] == ["conjugacy-start-given-3"]


def test_minutes_are_compared_with_lines(sources):
    found = [one for source in sources for one in prose.asked(source)]
    assert all(one.lines >= 1 for one in found)
    some = found[0]._replace(lines=10, minutes=1)
    assert prose.outliers([some, some._replace(lines=1, minutes=4)]) == [
        f"{some.exercise.id}: 10 lines, difficulty {some.exercise.difficulty}, 1 minutes"
    ]
