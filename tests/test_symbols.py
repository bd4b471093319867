"""One table of symbols: what the notebooks say, and a word for every letter that several of them use."""

import re
from pathlib import Path

import pytest

from solutions import editions, symbols

PAGE = Path(__file__).parent.parent / symbols.FILE


@pytest.fixture(scope="module")
def sources():
    return editions.sources()


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
