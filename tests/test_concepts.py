"""The concept map: all questions, nothing built on what comes later, links that lead somewhere."""

import re
from pathlib import Path

import pytest

import dflvi
from dflvi.checking.answers import SECTIONS
from dflvi.concepts import CONCEPTS, ConceptMap, after, ideas_of, leads_to, questions

ROOT = Path(__file__).parent.parent
QUESTIONS = {1: 6, 2: 8, 3: 11, 4: 6, 5: 6, 6: 9}  # of each section of the curriculum


def test_each_of_the_46_questions_is_on_the_map_once():
    found = sorted(number for concept in CONCEPTS.values() for number in questions(concept.questions))
    assert found == sorted(f"{section}.{n}" for section, last in QUESTIONS.items() for n in range(1, last + 1))
    for concept in CONCEPTS.values():
        assert {SECTIONS[int(number[0]) - 1] for number in questions(concept.questions)} == {concept.section}


def test_nothing_is_built_on_what_comes_later():
    order = list(CONCEPTS)
    for name, concept in CONCEPTS.items():
        for need in concept.needs:
            if CONCEPTS[need].section != concept.section:
                assert SECTIONS.index(CONCEPTS[need].section) < SECTIONS.index(concept.section), (name, need)
            else:
                assert need in order
    seen = set()
    while len(seen) < len(order):  # an order in which all can be learned
        ready = {name for name in order if set(CONCEPTS[name].needs) <= seen} - seen
        assert ready, set(order) - seen
        seen |= ready


@pytest.mark.parametrize("section", SECTIONS)
def test_it_shows_itself(section):
    found = dflvi.concept_map(section)
    page, text = found._repr_html_(), repr(found)
    links = re.findall(r'<a href="([^"]+)"', page)
    assert len(links) == len(CONCEPTS)
    assert all((ROOT / "notebooks" / link).exists() for link in links)
    assert page.count("(here)") == text.count("<- here") == 1
    assert "<script" not in page
    for name in CONCEPTS:
        assert name in re.sub(r"\s+", " ", text)


def test_it_can_be_asked_twice():
    assert isinstance(dflvi.concept_map("vae"), ConceptMap)
    assert isinstance(dflvi.concept_map("vae"), ConceptMap)


def test_what_a_text_names():
    assert questions("3.2 to 3.4, 3.6") == ["3.2", "3.3", "3.4", "3.6"]
    assert questions("1.1") == ["1.1"]
    assert ideas_of("3.3") == ["Fisher information"]
    assert after("3.3") == ["stochastic VI"]


def test_what_leads_where():
    assert "the VAE" in leads_to("pathwise gradients")


def test_an_unknown_section():
    with pytest.raises(ValueError, match="Ask for one of conjugacy"):
        ConceptMap("gans")
