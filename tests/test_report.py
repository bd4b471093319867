"""The page that gathers what a learner built: whole, self-contained, readable without eyes, nothing lost."""

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

import dflvi
from dflvi import cli, concepts
from dflvi.checking import overview, progress, report

pytestmark = pytest.mark.usefixtures("home")

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20)).decode()
VOID = ("meta", "img", "br", "link")
SOURCE = "import jax\n\nA = _jnp.asarray(_np.array([1.0]))\n\n@jax.jit\ndef kl(q, p):\n    return (q * 1 < 2) & '<b>'\n"


class Page(HTMLParser):
    """What a screen reader goes by."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.open, self.text = [], [], ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def cell(kind, source, *outputs, role="given"):
    made = {"cell_type": kind, "metadata": {"dflvi": {"role": role}}, "source": source}
    return made | ({"outputs": list(outputs), "execution_count": 1} if kind == "code" else {})


def picture():
    return {"output_type": "display_data", "data": {"image/png": PNG, "text/plain": "<Figure>"}, "metadata": {}}


def notebook(*cells):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {"dflvi": {"section": "cavi"}}, "cells": cells})


CELLS = (
    cell("markdown", "## 2.1  Two ways to be *near*\n\nA sentence. Is $\\tau$ or `q` wider? Guess.", role="prose"),
    cell("markdown", "### Exercise 2.1: What is this?", role="frame"),
    cell("markdown", "On we go with your `fit` if it passes, else with ours.", role="go-on"),
    cell("code", "plots.both();", picture()),
    cell("markdown", "*What is seen: two bells,\na wide one and a \"narrow\" one.*"),
    cell("code", "print(3)", {"output_type": "stream", "name": "stdout", "text": "3 < 4\n"}),
    cell("code", "mine()", picture(), role=None),
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with `work` in it, where one notebook was run."""
    monkeypatch.chdir(tmp_path)
    Path("work").mkdir()
    Path("work/02_cavi.ipynb").write_text(notebook(*CELLS))
    return tmp_path


def work_on():
    progress.note("conjugacy.kl", "hint", n=2)
    progress.note("conjugacy.kl", "check", status="wrong")
    progress.note("conjugacy.kl", "check", status="passed", source=SOURCE)
    progress.note("cavi.cavi_step", "reveal")
    progress.note("cavi.q2_3_1", "check", status="diagnosed", answer="a")
    progress.note("cavi.q2_3_1", "check", status="passed", answer="b")


def say(capsys, *words):
    status = cli.main(["report", *map(str, words)])
    return status, *capsys.readouterr()


def test_the_command_writes_a_page_and_says_what_is_on_it(here, capsys):
    work_on()
    status, out, err = say(capsys)
    assert (status, err) == (0, "")
    n = len(overview.exercises())
    assert out.startswith(f"dflvi-report.html: 2 of {n} exercises passed, 2 figures. Not in the folder: 01_conjugacy")
    text = Path("dflvi-report.html").read_text()
    page = Page(text)
    assert "Revealed before it passed, and so not counted as passed: cavi.cavi_step." in page.text
    assert "passed after 1 other answer" in page.text
    assert SOURCE.split("\n\n")[-1].strip() in page.text
    assert "import jax" not in page.text
    assert "3 < 4" in page.text
    assert report.versions() in page.text
    assert all(work in page.text for _, _, works in report.ONWARD for work in works)
    assert [one["alt"] for one in page.all("img")] == [
        'two bells, a wide one and a "narrow" one.',
        "A figure of yours without a description, under the heading 2.1 Two ways to be near: mine()",
    ]
    assert "2.1 Two ways to be near Is τ or q wider?" in page.text
    assert list(here.glob(".dflvi-*")) == []


def test_it_says_what_was_ours_when_a_figure_was_drawn(here, capsys):
    says = "kl: going on with ours (yours is not written yet).\nfit: going on with yours.\n"
    went_on = cell("code", "kl = ...", {"output_type": "stream", "name": "stdout", "text": says}, role="go-on")
    Path("work/02_cavi.ipynb").write_text(notebook(went_on, *CELLS))
    say(capsys)
    page = Page(Path("dflvi-report.html").read_text())
    assert "When these were drawn, the course's own version stood in for kl." in page.text
    assert "going on with" not in page.text


def test_it_is_self_contained(here, capsys):
    work_on()
    say(capsys)
    text = Path("dflvi-report.html").read_text()
    page = Page(text)
    assert not {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    assert all(one["href"].startswith("#") for one in page.all("a"))
    assert all(one["src"].startswith("data:image/png;base64,") for one in page.all("img"))
    assert not re.search(r"https?:|url\(|@import|\son\w+=", text)
    assert "default-src 'none'" in text
    assert str(here) not in text


def test_a_screen_reader_finds_its_way(here, capsys):
    work_on()
    say(capsys)
    page = Page(Path("dflvi-report.html").read_text())
    assert page.all("html") == [{"lang": "en"}]
    assert [len(page.all(tag)) for tag in ("title", "header", "nav", "main", "footer", "h1")] == [1] * 6
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert all(one.get("scope") in ("col", "row") for one in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) == 3
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    named = [attrs["aria-labelledby"] for _, attrs in page.tags if "aria-labelledby" in attrs]
    assert {*named, *(one["href"][1:] for one in page.all("a"))} <= set(ids)
    assert all(one["alt"] for one in page.all("img"))


def test_nothing_to_report_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    status, out, err = say(capsys)
    assert (status, out) == (2, "")
    assert err.startswith("dflvi: There is nothing to report yet: no answer was checked, and no run notebook")
    assert list(tmp_path.glob("*.html")) == []
    assert repr(dflvi.report()).startswith("There is nothing to report yet")


def test_progress_without_notebooks_and_notebooks_without_progress(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "02_cavi.ipynb").write_text(notebook(*CELLS))
    status, out, _ = say(capsys)
    assert (status, "0 of" in out, "2 figures" in out) == (0, True, True)
    (tmp_path / "02_cavi.ipynb").unlink()
    work_on()
    status, out, _ = say(capsys)
    assert status == 0
    assert out.endswith(
        "0 figures. No notebook of the course was found; `dflvi report FOLDER` names the folder they are in.\n"
    )


def test_no_such_folder(tmp_path, capsys):
    work_on()
    status, _, err = say(capsys, tmp_path / "nowhere", "--out", tmp_path / "a.html")
    assert (status, err.endswith("is no folder. Give the one with your notebooks, such as work.\n")) == (2, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (notebook(*CELLS)[:200], "02_cavi.ipynb is not a notebook (no valid JSON): was it cut off?"),
        ("", "02_cavi.ipynb is empty."),
        ("[]", "02_cavi.ipynb is not a notebook: it holds other data."),
        (notebook(cell("code", "x = 1")), "02_cavi.ipynb has no figures in it yet: run it and save it."),
    ],
)
def test_a_damaged_notebook_is_named_and_the_rest_is_written(here, capsys, text, says):
    work_on()
    Path("work/02_cavi.ipynb").write_text(text)
    status, out, _ = say(capsys)
    assert (status, says in out) == (0, True)
    assert says in Page(Path("dflvi-report.html").read_text()).text
    assert SOURCE.split("\n\n")[-1].strip() in Page(Path("dflvi-report.html").read_text()).text


def test_strange_cells_and_pictures_that_are_none_are_passed_over(here, capsys):
    bad = {"output_type": "display_data", "data": {"image/png": "PHNjcmlwdD4="}}
    odd = [7, {"cell_type": "code"}, {"cell_type": "code", "outputs": [None, 3, {"data": []}], "metadata": 5}]
    Path("work/02_cavi.ipynb").write_text(notebook(*odd, cell("code", "a", bad), *CELLS))
    status, out, _ = say(capsys)
    assert (status, " 2 figures" in out) == (0, True)


def test_what_is_no_report_is_not_overwritten(here, capsys):
    work_on()
    for out in ("work/02_cavi.ipynb", "work"):
        status, _, err = say(capsys, "--out", out)
        assert (status, err) == (2, f"dflvi: {out} exists and is no report of ours. Name another file with --out.\n")
    assert Path("work/02_cavi.ipynb").read_text() == notebook(*CELLS)
    assert say(capsys)[0] == say(capsys)[0] == 0  # one of ours is replaced
    status, _, err = say(capsys, "--out", "no/such/place.html")
    assert (status, err.endswith("Name another place with --out.\n")) == (2, True)


def test_in_a_notebook_it_shows_a_link(here):
    work_on()
    found = dflvi.report("work", "mine.html")
    assert '<a href="mine.html" target="_blank">Open it</a>' in found._repr_html_()
    assert "2 figures" in repr(found)
    assert repr(dflvi.report("nowhere")).startswith("nowhere is no folder.")


def test_every_figure_of_the_solved_notebooks_is_described():
    folder = Path(__file__).parent.parent / "solutions" / "notebooks"
    shown = report.runs(folder)
    assert [run.trouble for run in shown.values()] == [""] * 6
    missing = [
        (section, figure.heading)
        for section, run in shown.items()
        for figure in run.figures
        if "without a description" in figure.alt
    ]
    assert missing == []
    assert list(shown) == list(concepts.SECTIONS)
