"""The notebooks as they are run: untouched, half done, solved; in practice and strictly.

Each notebook is a class, so that `--dist loadscope` gives it to one worker. `make test` runs the solved edition, and a
half-done first notebook strictly; the untouched ones are run in the browser (test_browser.py). `make test-full` runs
all.
"""

import os
import random
import subprocess
import sys
import time
import xml.etree.ElementTree
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest

from dflvi.checking import progress
from dflvi.checking.exercise import Choice, Ladder, Prediction
from dflvi.concepts import CORE
from solutions import build, editions

SECONDS = 60  # of a cell, on 2 cores that do nothing else
SHARED = 150  # the same while another worker keeps the machine busy: a cell that hangs is found, that is all
MINUTES_OF_ALL_SOLVED = 8


class Run(NamedTuple):
    """What came of running a notebook under nbval.

    Fields:
        failed: ids of the code cells that failed.
        status: exercise -> its status in the progress file that the run left.
        seconds: how long it took.
        output: what pytest said.
    """

    failed: list[str]
    status: dict[str, str]
    seconds: float
    output: str


def run(notebook, folder: Path, *, strict=False, quick=True, seconds=SHARED) -> Run:
    """`pytest --nbval-lax` on a notebook, in a process of its own, with a fresh DFLVI_HOME."""
    path, report, home = folder / "notebook.ipynb", folder / "report.xml", folder / "home"
    nbformat.write(notebook, path)
    (folder / "pytest.ini").write_text("[pytest]\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    for name in ("DFLVI_STRICT", "DFLVI_QUICK", "NBGRADER_EXECUTION", "MPLBACKEND"):
        environment.pop(name, None)
    environment |= {"JAX_PLATFORMS": "cpu", "DFLVI_HOME": str(home)}
    environment |= {"DFLVI_STRICT": "1"} if strict else {}
    environment |= {"DFLVI_QUICK": "1"} if quick else {}
    command = [
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pytest.ini", "--nbval-lax",
        "--nbval-current-env", f"--nbval-cell-timeout={seconds}", f"--junitxml={report}", path.name,
    ]  # fmt: skip
    start = time.monotonic()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=1800)
    took = time.monotonic() - start
    assert done.returncode in (0, 1), done.stdout + done.stderr
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    cases = list(xml.etree.ElementTree.parse(report).iter("testcase"))
    assert len(cases) == len(cells), "nbval did not run every code cell\n" + done.stdout
    pairs = zip(cells, cases, strict=True)
    failed = [cell.id for cell, case in pairs if any(child.tag in ("failure", "error") for child in case)]
    # A cell that is not run because an earlier one ran out of time is no success either.
    assert (done.returncode == 0) == (not failed), done.stdout
    status = {name: record.status for name, record in progress.state(home / "progress.jsonl").items()}
    return Run(failed, status, took, done.stdout)


# ---- what a run has to be: a complaint for each thing that is not ------------------------------


def not_clean(result: Run) -> list[str]:
    return [f"{name} failed\n{result.output}" for name in result.failed]


def not_passed(result: Run, source) -> list[str]:
    """In the solved edition the passed checks are the exercises, no more and no fewer."""
    passed = {name for name, status in result.status.items() if status == "passed"}
    wanted = {exercise.id for exercise in source.exercises.values()}
    return sorted(f"{name} is {result.status.get(name, 'not checked')}" for name in passed ^ wanted)


def too_slow(results: list[Run], minutes: float) -> list[str]:
    total = sum(result.seconds for result in results)
    return [f"all solved notebooks took {total:.0f} s"] if total > 60 * minutes else []


# ---- notebooks --------------------------------------------------------------------------------


def half(source) -> list[str]:
    """A random half of the exercises. The seed is printed, and can be given as DFLVI_SEED."""
    seed = int(os.environ.get("DFLVI_SEED", random.SystemRandom().randrange(10**6)))
    names = sorted(source.exercises)
    chosen = random.Random(seed).sample(names, (len(names) + 1) // 2)
    print(f"DFLVI_SEED={seed} solves {', '.join(sorted(chosen))}")
    return sorted(chosen)


def wrong_answer(exercise) -> str:
    """Something that can be judged and is not right."""
    name = exercise.name
    if isinstance(exercise, Prediction):
        return f"{name} = -12345.678"
    if isinstance(exercise, Choice):
        return f'{name} = "{next(letter for letter in exercise.options if letter != exercise.key)}"'
    if not callable(exercise.function):
        return f"{name} = {{}}"
    return f"def {name}(*args, **kwargs):\n    return {'[]' if isinstance(exercise, Ladder) else '0.123'}"


def put(notebook, exercise: str, text: str) -> None:
    for cell in notebook.cells:
        if cell.metadata.dflvi.get("exercise") == exercise and cell.metadata.dflvi.role == "stub":
            cell.source = text


class Notebook:
    """The tests of one notebook; `path` is its source."""

    path: Path

    @pytest.fixture
    def source(self):
        return editions.read_source(self.path)

    @pytest.mark.full
    def test_the_untouched_learner_edition_runs_clean(self, source, tmp_path):
        result = run(editions.edition(source, "learner"), tmp_path)
        assert not_clean(result) == []
        assert set(result.status.values()) <= {"not-attempted"}

    @pytest.mark.full
    def test_the_core_path_alone_passes_and_needs_nothing_of_the_rest(self, source, tmp_path):
        core = [name for name in source.exercises if f"{source.section}.{name}" in CORE]
        result = run(editions.edition(source, "learner", core), tmp_path)
        assert not_clean(result) == []
        passed = {name for name, status in result.status.items() if status == "passed"}
        assert passed == {f"{source.section}.{name}" for name in core}

    def test_the_solved_edition_runs_clean_and_every_check_passes(self, source, tmp_path):
        result = run(editions.edition(source, "solved"), tmp_path)
        assert not_clean(result) == []
        assert not_passed(result, source) == []

    @pytest.mark.full
    @pytest.mark.parametrize("kind", ["learner", "solved"])
    def test_at_full_size(self, source, tmp_path, kind):
        result = run(editions.edition(source, kind), tmp_path, quick=False, seconds=SECONDS)
        assert not_clean(result) == []
        if kind == "solved":
            assert not_passed(result, source) == []


class NotebookWithExercises(Notebook):
    """What there is to test as soon as a section has an exercise."""

    @pytest.mark.full
    def test_a_half_done_learner_edition_runs_clean(self, source, tmp_path):
        chosen = half(source)
        result = run(editions.edition(source, "learner", chosen), tmp_path)
        assert not_clean(result) == []
        passed = [name.split(".")[1] for name, status in result.status.items() if status == "passed"]
        assert sorted(passed) == chosen

    @pytest.mark.full
    def test_strictly_a_notebook_fails_at_the_answers_that_are_not_right(self, source, tmp_path):
        self.fails_at_the_answers_that_are_not_right(source, tmp_path)

    def fails_at_the_answers_that_are_not_right(self, source, tmp_path):
        # A half has our answers, one of them spoilt; the others are still stubs.
        chosen = half(source)
        notebook = editions.edition(source, "learner", chosen)
        wrong = chosen[-1]
        put(notebook, wrong, wrong_answer(source.exercises[wrong]))
        result = run(notebook, tmp_path, strict=True)
        right = set(chosen) - {wrong}
        expected = [f"{source.section}-{name}-check" for name in source.exercises if name not in right]
        assert result.failed == expected, result.output
        passed = {name.split(".")[1] for name, status in result.status.items() if status == "passed"}
        assert passed == right


# Run by `make test-full` only, so that `make test` keeps to its 15 minutes on two cores.
SELDOM = ("02_cavi", "03_bbvi", "04_vae", "05_flows", "06_nfvi")


@pytest.mark.full
def _in_full(self, source, tmp_path):
    Notebook.test_the_solved_edition_runs_clean_and_every_check_passes(self, source, tmp_path)


for path in sorted(editions.SOURCES.glob("*.md")):
    kind = NotebookWithExercises if build.names(path.stem[3:]) else Notebook
    name = f"Test_{path.stem}"
    body = {"path": path, "__module__": __name__}
    if path.stem in SELDOM:
        body["test_the_solved_edition_runs_clean_and_every_check_passes"] = _in_full
    globals()[name] = type(name, (kind,), body)


def test_strictly_the_first_notebook_fails_at_the_answers_that_are_not_right(tmp_path):
    source = editions.read_source(editions.SOURCES / "01_conjugacy.md")
    NotebookWithExercises().fails_at_the_answers_that_are_not_right(source, tmp_path)


@pytest.mark.full
def test_the_solved_notebooks_together_are_quick_enough(tmp_path):
    results = []
    for source in editions.sources():
        folder = tmp_path / source.section
        folder.mkdir()
        results.append(run(editions.edition(source, "solved"), folder, quick=False, seconds=SECONDS))
        print(f"{source.section}: {results[-1].seconds:.0f} s")
        assert not_clean(results[-1]) == []
    assert too_slow(results, MINUTES_OF_ALL_SOLVED) == []


# ---- the gates themselves ---------------------------------------------------------------------


def tiny(*cells: str):
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(text, id=f"cell-{n}") for n, text in enumerate(cells)]
    return notebook


def test_planted_a_cell_that_raises_is_noticed_and_the_rest_runs(tmp_path):
    result = run(tiny("x = 1", "x / 0", "x + 1"), tmp_path)
    assert result.failed == ["cell-1"]
    assert "ZeroDivisionError" in not_clean(result)[0]


def test_planted_a_cell_that_takes_too_long_is_noticed(tmp_path):
    result = run(tiny("import time", "time.sleep(30)"), tmp_path, seconds=2)
    assert "cell-1" in result.failed
    assert result.seconds < 25


def test_planted_a_kernel_that_dies_is_noticed(tmp_path):
    assert "cell-0" in run(tiny("import os; os._exit(0)"), tmp_path, seconds=3).failed


def test_planted_a_check_too_few_and_one_too_many_are_noticed():
    source = editions.Source(Path("x.md"), "cavi", [], {"a": Named("cavi.a"), "b": Named("cavi.b")})

    def seen(**status):
        return not_passed(Run([], {f"cavi.{name}": one for name, one in status.items()}, 1.0, ""), source)

    assert seen(a="passed", b="passed") == []
    assert seen(a="passed") == ["cavi.b is not checked"]
    assert seen(a="passed", b="wrong") == ["cavi.b is wrong"]
    assert seen(a="passed", b="passed", c="passed") == ["cavi.c is passed"]


class Named(NamedTuple):
    id: str


def test_planted_notebooks_that_take_too_long_together():
    assert too_slow([Run([], {}, 300.0, ""), Run([], {}, 200.0, "")], 8)
    assert not too_slow([Run([], {}, 300.0, "")], 8)
