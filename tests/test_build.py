"""What is built: editions, anchors, cell ids, the set-up cell; new exercises; updating a learner's copy."""

import ast
import contextlib
import copy
import functools
import importlib.util
import inspect
import io
import json
import re
import sys

import nbformat
import pytest

import dflvi
from dflvi.checking import update as updating
from dflvi.checking.answers import SECTIONS, BadFile
from dflvi.checking.exercise import Exercise, answer_source
from solutions import __main__ as command
from solutions import build, editions
from solutions import new as templates
from solutions.build import ROOT, BuildError

# A notebook source of our own, so that what is said here holds whatever the real ones say.
FRONT = """\
---
jupytext:
  text_representation:
    format_name: myst
dflvi:
  section: conjugacy
---

"""
TINY = f"""{FRONT}# A title

Some prose.

+++

A second cell of it.

```{{code-cell}} ipython3
import jax.numpy as jnp
from jaxtyping import Array, Float
from dflvi.exercises import conjugacy as ex
from dflvi.types import Scalar, Step
```

+++ {{"tags": ["facilitator"]}}

Ask them first.

+++

```{{code-cell}} ipython3
# exercise: affine_gaussian_logpdf
```

What just happened.

```{{code-cell}} ipython3
:tags: [figure]
float(affine_gaussian_logpdf(jnp.ones(3), jnp.eye(3), jnp.zeros(3)))
```

```{{code-cell}} ipython3
:tags: [solved]
shown_with_answers_only = 1
```

```{{code-cell}} ipython3
# exercise: affine_gaussian_ladder
```

The end.
"""
NAMES = ("affine_gaussian_logpdf", "affine_gaussian_ladder")
KINDS = ("learner", "solved", "facilitator")


@pytest.fixture
def read(tmp_path):
    def read_text(text=TINY, names=NAMES):
        path = tmp_path / "01_conjugacy.md"
        path.write_text(text)
        return editions.read_source(path, names)

    return read_text


@pytest.fixture(scope="module")
def real():
    return editions.sources()


@functools.cache
def _made(path, kind):
    """An edition of one of the real sources, made once."""
    return editions.edition(editions.read_source(path), kind)


def edition(source, kind):
    return editions.edition(source, kind) if source.path.parent != editions.SOURCES else _made(source.path, kind)


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def role(cell):
    return cell["metadata"]["dflvi"]["role"]


# ---- built and committed ----------------------------------------------------------------------


def test_what_is_built_is_what_is_committed(capsys):
    status = command.main(["build", "--check"])
    assert (status, capsys.readouterr().out) == (0, "")


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """A root of its own with one source, built in full except for the solved edition."""
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    src = tmp_path / "notebooks" / "src"
    src.mkdir(parents=True)
    (src / "01_conjugacy.md").write_text(TINY)
    folders = {kind: tmp_path / path.relative_to(ROOT) for kind, path in editions.FOLDERS.items()}
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(editions, "ROOT", tmp_path)
    monkeypatch.setattr(editions, "SOURCES", src)
    monkeypatch.setattr(editions, "FOLDERS", folders)
    monkeypatch.setattr(build, "names", lambda section: list(NAMES) if section == "conjugacy" else [])
    monkeypatch.setattr(build, "question_side", lambda section, name: f"# {name}\n")
    monkeypatch.setattr(editions, "_executed", lambda notebook, source: as_if_run(notebook))
    return tmp_path


def as_if_run(notebook):
    for n, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), 1):
        cell.execution_count = n
        cell.outputs = [nbformat.v4.new_output("stream", text="something\n")]
    return notebook


def test_a_build_is_complete_and_a_second_one_writes_nothing(elsewhere):
    lines = list(build.build())
    assert "wrote notebooks/01_conjugacy.ipynb" in lines
    assert "wrote solutions/facilitator/01_conjugacy.ipynb" in lines
    assert "ran and wrote solutions/notebooks/01_conjugacy.ipynb" in lines
    assert build.differences() == []
    assert list(build.build()) == []


def change_a_cell(path):
    notebook = json.loads(path.read_text())
    notebook["cells"][-1]["source"] = "changed by hand"
    path.write_text(json.dumps(notebook))


@pytest.mark.parametrize("folder", ["notebooks", "solutions/facilitator", "solutions/notebooks"])
def test_planted_a_built_notebook_edited_by_hand_is_noticed(elsewhere, folder):
    list(build.build())
    change_a_cell(elsewhere / folder / "01_conjugacy.ipynb")
    assert build.differences() == [f"not current: {folder}/01_conjugacy.ipynb"]


def test_planted_a_source_edited_and_not_built_is_noticed(elsewhere):
    list(build.build())
    path = elsewhere / "notebooks" / "src" / "01_conjugacy.md"
    path.write_text(path.read_text().replace("Some prose.", "Other prose."))
    assert len(build.differences()) == 3


def test_planted_a_built_file_without_a_source_is_noticed_and_removed(elsewhere):
    list(build.build())
    stray = elsewhere / "notebooks" / "07_gone.ipynb"
    stray.write_text("{}")
    assert build.differences() == ["made by no source: notebooks/07_gone.ipynb"]
    assert list(build.build()) == ["removed notebooks/07_gone.ipynb"]


def test_outputs_alone_do_not_make_a_solved_notebook_old(elsewhere):
    list(build.build())
    path = elsewhere / "solutions" / "notebooks" / "01_conjugacy.ipynb"
    notebook = json.loads(path.read_text())
    notebook["cells"][1]["outputs"] = []
    path.write_text(json.dumps(notebook))
    assert build.differences() == []
    assert list(build.build(fresh=True)) == ["ran and wrote solutions/notebooks/01_conjugacy.ipynb"]


def test_planted_a_solved_notebook_that_grows_too_large_is_refused(elsewhere, monkeypatch):
    monkeypatch.setattr(editions, "LARGEST", 100)
    with pytest.raises(BuildError, match="Draw smaller figures"):
        list(build.build())


# ---- anchors ----------------------------------------------------------------------------------

ANCHOR = "\n```{code-cell} ipython3\n# exercise: affine_gaussian_logpdf\n```\n"
LADDER = ANCHOR.replace("logpdf", "ladder")
NOT_ALONE = ANCHOR.replace("\n```\n", "\nx = 1\n```\n")
FAULTS = {
    "unknown": (TINY + ANCHOR.replace("logpdf", "cdf"), r"`affine_gaussian_cdf`.*solutions new conjugacy"),
    "repeated": (TINY + ANCHOR, r"anchors `affine_gaussian_logpdf` twice"),
    "missing": (TINY.replace(LADDER, ""), r"affine_gaussian_ladder.py is anchored nowhere.*# exercise: affi"),
    "not alone": (TINY.replace(ANCHOR, NOT_ALONE), "no anchor, and looks like one"),
    "misspelt": (TINY.replace(ANCHOR, ANCHOR.replace("exercise:", "exercises")), "looks like one"),
    "no section": (TINY.replace("section: conjugacy", "title: x"), "names no section"),
    "another section": (TINY.replace("section: conjugacy", "section: poetry"), "one of conjugacy, cavi"),
    "no ex": (TINY.replace("conjugacy as ex", "conjugacy"), "from dflvi.exercises import conjugacy as ex"),
    "a name in a stub": (TINY.replace("Scalar, ", ""), "Add: from dflvi.types import Scalar"),
    "the name of another section": (TINY.replace("section: conj", "section: cavi  # "), "Name it NN_cavi.md"),
    "code for the facilitator alone": (TINY.replace("[solved]", "[facilitator]"), "tag it `solved`"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_planted_a_source_that_is_not_in_order_fails_the_build(read, fault):
    text, says = FAULTS[fault]
    assert text != TINY
    with pytest.raises(BuildError, match=says) as caught:
        read(text)
    assert "01_conjugacy.md" in str(caught.value), "the message names no file"


def test_planted_a_companion_must_be_anchored_before(read, monkeypatch):
    ladder = build.authored("conjugacy", "affine_gaussian_ladder")
    logpdf = build.authored("conjugacy", "affine_gaussian_logpdf")
    monkeypatch.setattr(ladder, "needs", ("affine_gaussian_logpdf",))
    read()
    monkeypatch.setattr(logpdf, "needs", ("affine_gaussian_ladder",))
    with pytest.raises(BuildError, match="put the anchor of `affine_gaussian_ladder` before it"):
        read()


def test_a_companion_may_be_begun_in_a_given_cell(read, monkeypatch):
    logpdf = build.authored("conjugacy", "affine_gaussian_logpdf")
    monkeypatch.setattr(logpdf, "needs", ("affine_gaussian_ladder",))
    given = "```{code-cell} ipython3\ndef affine_gaussian_ladder(A, b):\n    return []\n```\n\n"
    anchor = "```{code-cell} ipython3\n# exercise: affine_gaussian_logpdf"
    assert "affine_gaussian_logpdf" in read(TINY.replace(anchor, given + anchor)).exercises
    after = TINY.replace("The end.", given + "The end.")
    with pytest.raises(BuildError, match="put the anchor of `affine_gaussian_ladder` before it"):
        read(after)


def test_planted_a_section_with_exercises_and_no_source(tmp_path):
    with pytest.raises(BuildError, match="no source NN_conjugacy.md"):
        editions.sources(folder=tmp_path)
    for number in ("01", "02"):
        (tmp_path / f"{number}_conjugacy.md").write_text(TINY)
    with pytest.raises(BuildError, match="01_conjugacy.md and 02_conjugacy.md are of one section"):
        editions.sources("conjugacy", tmp_path)


def test_every_exercise_is_anchored_exactly_once(real):
    for section in SECTIONS:
        anchored = [name for source in real if source.section == section for name in source.exercises]
        assert sorted(anchored) == build.names(section)


# ---- the editions -----------------------------------------------------------------------------


def test_the_cells_of_an_exercise(read):
    source = read()
    learner, solved, facilitator = (editions.edition(source, kind) for kind in KINDS)

    def roles(notebook, name):
        return [role(cell) for cell in notebook.cells if cell.metadata.dflvi.get("exercise") == name]

    assert roles(learner, "affine_gaussian_logpdf") == ["frame", "stub", "check", "go-on", "go-on"]
    assert roles(learner, "affine_gaussian_ladder") == ["frame", "stub", "check"]
    assert roles(solved, "affine_gaussian_logpdf") == ["frame", "stub", "check"]
    assert roles(facilitator, "affine_gaussian_logpdf") == ["frame", "stub", "check", "frame"]
    go_on = "affine_gaussian_logpdf = ex.affine_gaussian_logpdf.yours_or_ours(affine_gaussian_logpdf)"
    assert go_on in code(learner)


def test_what_each_edition_leaves_out(read):
    source = read()
    texts = {kind: editions.text_of(editions.edition(source, kind)) for kind in KINDS}
    assert ["Ask them first" in texts[kind] for kind in KINDS] == [False, False, True]
    assert ["shown_with_answers_only" in texts[kind] for kind in KINDS] == [False, True, True]
    exercise = source.exercises["affine_gaussian_logpdf"]
    notes = texts["facilitator"]
    for mistake in exercise.mistakes:
        assert json.dumps(mistake.message, ensure_ascii=False)[1:-1] in notes
    for hint in exercise.hints:
        assert json.dumps(hint, ensure_ascii=False)[1:-1] in notes
        assert json.dumps(hint, ensure_ascii=False)[1:-1] not in texts["learner"] + texts["solved"]
    assert "Worked answer" in notes
    assert f"about {sum(one.minutes for one in source.exercises.values())} minutes" in notes


def test_companions_are_handed_in(read, monkeypatch):
    ladder = build.authored("conjugacy", "affine_gaussian_ladder")
    monkeypatch.setattr(ladder, "needs", ("affine_gaussian_logpdf",))
    handed_in = "affine_gaussian_ladder, affine_gaussian_logpdf=affine_gaussian_logpdf"
    assert f"ex.affine_gaussian_ladder.check({handed_in})" in code(editions.edition(read(), "learner"))


def test_built_notebooks_say_so(real):
    for source in real:
        for kind in KINDS:
            about = edition(source, kind).metadata.dflvi
            assert about.section == source.section
            assert about.edition == kind
            assert about.version == dflvi.__version__
            assert about.built.startswith(f"Built from notebooks/src/{source.path.name} ")


def test_the_facilitator_edition_has_the_code_of_the_solved_one(real, read):
    for source in [read(), *real]:
        assert code(edition(source, "facilitator")) == code(edition(source, "solved"))


def test_the_first_code_cell_is_the_set_up(real, read):
    for source in [read(), *real]:
        for kind in KINDS:
            first = next(cell for cell in edition(source, kind).cells if cell.cell_type == "code")
            assert role(first) == "setup"
            assert first.metadata.tags == ["setup"]


def answer_lines(exercise):
    """The lines of a reference that say something, without docstrings, comments and spaces."""
    text = answer_source(exercise.function) if callable(exercise.function) else ""
    written = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            written += node.body[1:] if ast.get_docstring(node) else node.body
        else:
            written.append(node)
    lines = [line.replace(" ", "") for one in written for line in ast.unparse(one).splitlines()]
    return [line for line in lines if len(line) >= 20 and not line.startswith("def")]


def leaks(notebook, exercises):
    """Lines of answers that stand in a notebook."""
    text = "\n".join(cell.source for cell in notebook.cells).replace(" ", "").replace('"', "'")
    found = []
    for exercise in exercises:
        if isinstance(exercise, Exercise):
            found += [line for line in answer_lines(exercise) if line in text]
        elif exercise.kind == "choice":
            found += [reason for reason in exercise.reasons.values() if reason.replace(" ", "") in text]
    return found


def test_a_learner_edition_holds_no_answer_and_no_output(real, read):
    for source in [read(), *real]:
        notebook = edition(source, "learner")
        assert leaks(notebook, source.exercises.values()) == []
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert not [cell for cell in cells if cell.outputs or cell.execution_count is not None]


def test_planted_an_answer_in_a_learner_edition_is_found(read):
    source = read()
    assert leaks(editions.edition(source, "solved"), source.exercises.values())
    assert leaks(editions.edition(source, "learner", NAMES[:1]), source.exercises.values())


def test_a_stub_is_signature_docstring_and_stop(read):
    source = read()
    stubs = [cell.source for cell in editions.edition(source, "learner").cells if role(cell) == "stub"]
    for text, exercise in zip(stubs, source.exercises.values(), strict=True):
        (function,) = ast.parse(text).body
        assert ast.get_docstring(function) == inspect.getdoc(exercise.function)
        assert len(function.body) == 2
        assert ast.unparse(function.body[1]) == "raise NotImplementedError('yours to write')"


def test_an_answer_brings_the_imports_that_the_notebook_lacks(read):
    def stub(text):
        cells = editions.edition(read(text), "solved").cells
        return next(cell.source for cell in cells if cell.id == "conjugacy-affine_gaussian_ladder-stub")

    assert "import jax.scipy as jsp" in stub(TINY)
    assert "import jax.numpy" not in stub(TINY)
    assert "import jax.numpy as jnp" in stub(TINY.replace("import jax.numpy as jnp\n", ""))


# ---- cell ids ---------------------------------------------------------------------------------


def ids(notebook):
    return [cell.id for cell in notebook.cells]


def test_cell_ids_are_valid_and_occur_once(real, read):
    for source in [read(), *real]:
        for kind in KINDS:
            notebook = edition(source, kind)
            nbformat.validate(notebook)
            assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one) for one in ids(notebook))
            assert len(set(ids(notebook))) == len(notebook.cells)


def test_cell_ids_do_not_change_with_the_prose(read):
    for kind in KINDS:
        before = ids(editions.edition(read(), kind))
        assert ids(editions.edition(read(), kind)) == before
        assert ids(editions.edition(read(TINY.replace("Some prose.", "Quite another text.")), kind)) == before


def test_a_new_cell_changes_no_id_beyond_the_next_anchor(read):
    before = ids(editions.edition(read(), "learner"))
    longer = TINY.replace("A second", "A new cell.\n\n+++\n\nA second")
    after = ids(editions.edition(read(longer), "learner"))
    assert set(before) < set(after)
    assert set(after) - set(before) == {"conjugacy-start-prose-3"}


def test_planted_an_id_that_jupyter_refuses(read, monkeypatch):
    monkeypatch.setattr(build.authored("conjugacy", "affine_gaussian_ladder"), "section", "conjugacy")
    source = read()
    source.exercises["x" * 60] = source.exercises["affine_gaussian_ladder"]
    for cell in source.cells:
        if cell.metadata.dflvi.get("exercise") == "affine_gaussian_ladder":
            cell.metadata.dflvi["exercise"] = "x" * 60
    with pytest.raises(BuildError, match="longer than the 64 characters"):
        editions.edition(source, "learner")


# ---- the set-up cell --------------------------------------------------------------------------


def run_setup(text=None):
    """What the cell prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(text or editions.setup_cell(), "<set-up>", "exec"), {})
    return said.getvalue().splitlines()


def without(monkeypatch, *names):
    there = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in names else there(name))


def test_the_set_up_cell_is_short_and_says_little():
    assert len(editions.setup_cell().splitlines()) <= 25
    assert run_setup() == [f"dflvi {dflvi.__version__} is ready."]


def test_the_set_up_cell_without_our_answers(monkeypatch):
    without(monkeypatch, "solutions")
    (line,) = run_setup()
    assert "checks and hints work" in line


def test_the_set_up_cell_in_colab(monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", inspect)
    lines = run_setup()
    assert len(lines) <= 3
    assert "Save a copy in Drive" in lines[0]


def test_the_set_up_cell_says_how_to_go_on_without_dflvi(monkeypatch, tmp_path):
    monkeypatch.setenv("DFLVI_WHEELS", str(tmp_path))
    without(monkeypatch, "dflvi")
    with pytest.raises(ModuleNotFoundError, match="make lab.*DFLVI_WHEELS"):
        run_setup()


def test_the_set_up_cell_notices_another_numpy_and_another_edition(monkeypatch):
    import numpy

    monkeypatch.setattr(numpy, "__version__", "1.0")
    monkeypatch.setattr(dflvi, "__version__", "0.0.1")
    lines = run_setup(editions.setup_cell().replace("0.0.1", "0.1.0"))
    assert "Restart the kernel" in lines[-2]
    other = run_setup(editions.setup_cell().replace('"0.0.1"', '"9.9"'))
    assert "dflvi update" in other[0]


def test_the_set_up_cell_installs_our_wheels_and_holds_the_rest(monkeypatch, tmp_path):
    import subprocess

    ran = []
    for name in ("dflvi", "dflvi_solutions"):
        (tmp_path / f"{name}-{dflvi.__version__}-py3-none-any.whl").touch()
        (tmp_path / f"{name}-9.9-py3-none-any.whl").touch()
    monkeypatch.setenv("DFLVI_WHEELS", str(tmp_path))
    monkeypatch.setattr(subprocess, "run", lambda words, check: ran.append(words[4:]))
    missing, there = ["dflvi"], importlib.util.find_spec  # it is missing when it is asked for first

    def find_spec(name):
        return missing.remove(name) if name in missing else there(name)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    assert run_setup()[-1] == f"dflvi {dflvi.__version__} is ready."
    ours, rest = ran
    assert ours[:2] == ["-qq", "--no-deps"]
    assert len(ours) == 4
    assert all(f"-{dflvi.__version__}-" in wheel for wheel in ours[2:])
    assert "numpyro" in rest
    assert any(re.fullmatch(r"numpy==[\d.]+", word) for word in rest)
    assert any(re.fullmatch(r"jax==[\d.]+", word) for word in rest)
    assert "--upgrade" not in rest
    assert not any("dflvi" in word for word in rest)


def test_no_address_but_ours_stands_in_a_set_up_cell_or_badge(monkeypatch, read):
    assert "://" not in editions.setup_cell()
    assert "colab.research" not in editions.text_of(editions.edition(read(), "learner"))
    ours = "https://github.com/us/course"
    cell = editions.setup_cell(ours)
    compile(cell, "<set-up>", "exec")
    assert set(re.findall(r"\w+://\S+?(?=[\"'\s])", cell)) == {ours}
    monkeypatch.setattr(editions, "repository", lambda: ours)
    title = editions.edition(read(), "learner").cells[0].source
    assert title.endswith("/github/us/course/blob/main/notebooks/01_conjugacy.ipynb)")


# ---- starting an exercise ---------------------------------------------------------------------

STARTED = {"toy": "function", "toy_ladder": "ladder", "q6_1_91": "choice", "q6_1_92": "prediction"}


@pytest.mark.parametrize("name", STARTED)
def test_a_new_exercise_runs_as_it_stands(monkeypatch, tmp_path, capsys, name):
    import solutions.nfvi
    from solutions import verify

    monkeypatch.setattr(build, "ROOT", tmp_path)
    folders = [str(tmp_path / "solutions" / "nfvi"), *solutions.nfvi.__path__]
    monkeypatch.setattr(solutions.nfvi, "__path__", folders)
    words = ["new", "nfvi", name, "--kind", STARTED[name], "--question", "6.1"]
    assert command.main(words) == 0
    said = capsys.readouterr().out
    assert f"# exercise: {name}" in said
    assert "notebooks/src/06_nfvi.md" in said
    assert f"python -m solutions verify nfvi.{name}" in said
    case = verify.case_of("nfvi", name, quick=True)
    assert verify.complaints(case) == []
    assert command.main(words) == 2
    assert "there already" in capsys.readouterr().err
    sys.modules.pop(f"solutions.nfvi.{name}")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["poetry", "planar"], "no section poetry"),
        (["nfvi", "a-name"], "no Python name"),
        (["nfvi", "class"], "no Python name"),
        (["nfvi", "planar", "--kind", "choice"], "q2_3_1"),
    ],
)
def test_planted_words_that_start_no_exercise(capsys, words, says):
    assert command.main(["new", *words]) == 2
    assert says in capsys.readouterr().err


def unfilled(texts):
    return [name for name, text in texts.items() if templates.BLANK in text]


def test_no_blank_of_a_template_is_left():
    texts = {path.name: path.read_text() for s in SECTIONS for path in (ROOT / "solutions" / s).glob("*.py")}
    assert unfilled(texts) == []


def test_planted_a_blank_of_a_template_is_found():
    for kind in templates.KINDS:
        assert unfilled({"x.py": templates.text("x", kind, "6.1")}) == ["x.py"]


# ---- the solved notebooks, as they are committed ----------------------------------------------


def committed(source):
    return nbformat.read(ROOT / "solutions" / "notebooks" / f"{source.path.stem}.ipynb", as_version=4)


def not_passed(notebook):
    """Names of the exercises whose check does not say "passed" in a notebook that was run."""
    return [
        cell.metadata.dflvi.exercise
        for cell in notebook.cells
        if role(cell) == "check" and 'data-status=\\"passed\\"' not in json.dumps(cell.outputs)
    ]


def test_the_solved_notebooks_show_every_check_passed(real):
    for source in real:
        notebook = committed(source)
        assert not_passed(notebook) == []
        assert sum(role(cell) == "check" for cell in notebook.cells) == len(source.exercises)


def test_the_solved_notebooks_are_small_and_clean(real):
    for source in real:
        path = ROOT / "solutions" / "notebooks" / f"{source.path.stem}.ipynb"
        assert path.stat().st_size <= 1_000_000
        outputs = [output for cell in committed(source).cells for output in cell.get("outputs", [])]
        assert not [one for one in outputs if one.output_type == "error" or one.get("name") == "stderr"]
        shown = [cell for cell in committed(source).cells if "figure" in cell.metadata.get("tags", [])]
        ends = [ast.parse(cell.source.rstrip(";")).body[-1] for cell in shown if not cell.outputs]
        assert all(isinstance(end, (ast.Assign, ast.FunctionDef)) for end in ends), "a figure cell shows nothing"
        assert not shown or any("image/png" in one.get("data", {}) for one in outputs), "no figure was drawn"


def test_planted_a_check_that_did_not_pass_is_seen(read):
    assert not_passed(as_if_run(editions.edition(read(), "solved"))) == list(NAMES)


BROKEN = {
    "raises": ("x = 1 / 0", "ZeroDivisionError"),
    "warns": ("import sys; print('careful', file=sys.stderr)", "writes to stderr:\ncareful"),
    "names a folder": ("import os; print(os.getcwd())", "shows a path of this machine"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_planted_a_solved_notebook_that_is_not_fit_to_be_shown(read, fault):
    line, says = BROKEN[fault]
    source = read(FRONT + f"Prose.\n\n```{{code-cell}} ipython3\n{line}\n```\n", names=())
    with pytest.raises(BuildError, match=says):
        editions._executed(editions.edition(source, "solved"), source)


def test_planted_a_solved_notebook_with_a_wrong_answer_is_not_written(read):
    source = read(TINY.replace(LADDER, ""), names=NAMES[:1])
    notebook = editions.edition(source, "solved")
    stub = next(cell for cell in notebook.cells if role(cell) == "stub")
    stub.source = stub.source.replace("- log_det", "+ log_det")
    with pytest.raises(BuildError, match="is not judged right"):
        editions._executed(notebook, source)


# ---- bringing a new edition to a learner ------------------------------------------------------


@pytest.fixture
def shelf(tmp_path, read):
    """A folder with a learner edition, and a function that puts a new one there."""
    folder = tmp_path / "shelf"
    folder.mkdir()

    def put(text=TINY):
        (folder / "01_conjugacy.ipynb").write_text(editions.text_of(editions.edition(read(text), "learner")))
        return folder

    put()
    return put


NEWER = TINY.replace("Some prose.", "Better prose.").replace("What just happened.", "What happened?")
ANSWER = "def affine_gaussian_logpdf(y, A, b):\n    return my_own_work"


def work_on(path, edit):
    notebook = json.loads(path.read_text())
    edit(notebook, {cell["id"]: cell for cell in notebook["cells"]})
    path.write_text(json.dumps(notebook))


def write_an_answer(notebook, cells):
    cells["conjugacy-affine_gaussian_logpdf-stub"]["source"] = ANSWER.splitlines(keepends=True)
    at = notebook["cells"].index(cells["conjugacy-affine_gaussian_logpdf-check"])
    mine = [
        {"cell_type": "markdown", "id": f"mine-{n}", "metadata": {}, "source": f"my note {n}"} for n in (1, 2)
    ]
    notebook["cells"][at + 1 : at + 1] = mine
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.13.1"}


def sources_of(path):
    return ["".join(cell["source"]) for cell in json.loads(path.read_text())["cells"]]


def test_update_makes_the_folder_and_copies(shelf, tmp_path):
    work = tmp_path / "a" / "work"
    assert updating.update(work, shelf()) == ["01_conjugacy.ipynb: new"]
    assert (work / "01_conjugacy.ipynb").read_bytes() == (shelf() / "01_conjugacy.ipynb").read_bytes()
    assert updating.update(work, shelf()) == ["01_conjugacy.ipynb: up to date"]
    assert len(list(work.iterdir())) == 1


def test_update_keeps_answers_and_brings_the_rest(shelf, tmp_path):
    work = tmp_path / "work"
    updating.update(work, shelf())
    path = work / "01_conjugacy.ipynb"
    work_on(path, write_an_answer)
    before = path.read_bytes()
    (line,) = updating.update(work, shelf(NEWER))
    assert "3 cells of yours kept" in line
    assert line.endswith("as it was: 01_conjugacy.backup-1.ipynb")
    assert (work / "01_conjugacy.backup-1.ipynb").read_bytes() == before
    texts = sources_of(path)
    assert "# A title\n\nBetter prose." in texts
    assert "What happened?" in texts
    assert ANSWER in texts
    at = texts.index("ex.affine_gaussian_logpdf.check(affine_gaussian_logpdf)")
    assert texts[at + 1 : at + 3] == ["my note 1", "my note 2"]
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.language_info.version == "3.13.1"
    assert updating.update(work, shelf(NEWER)) == ["01_conjugacy.ipynb: up to date"]


def test_update_keeps_what_the_learner_ran(shelf, tmp_path):
    work = tmp_path / "work"
    updating.update(work, shelf())
    output = {"output_type": "stream", "name": "stdout", "text": ["seen\n"]}
    work_on(
        work / "01_conjugacy.ipynb",
        lambda notebook, cells: cells["conjugacy-affine_gaussian_logpdf-check"].update(outputs=[output]),
    )
    updating.update(work, shelf(NEWER))
    assert "seen" in (work / "01_conjugacy.ipynb").read_text()


def test_update_puts_back_what_the_learner_took_out(shelf, tmp_path):
    work = tmp_path / "work"
    updating.update(work, shelf())
    work_on(work / "01_conjugacy.ipynb", lambda notebook, cells: notebook["cells"].pop(4))
    updating.update(work, shelf())
    assert sources_of(work / "01_conjugacy.ipynb") == sources_of(shelf() / "01_conjugacy.ipynb")


def change_every_id(notebook, cells):
    write_an_answer(notebook, cells)
    for n, cell in enumerate(notebook["cells"]):
        cell["id"] = f"random-{n}"


def drop_every_id(notebook, cells):
    write_an_answer(notebook, cells)
    notebook["nbformat_minor"] = 0
    for cell in notebook["cells"]:
        del cell["id"]


def drop_all_that_we_wrote(notebook, cells):
    write_an_answer(notebook, cells)
    for cell in notebook["cells"]:
        cell["metadata"] = {}


@pytest.mark.parametrize("edit", [change_every_id, drop_every_id, drop_all_that_we_wrote])
def test_update_knows_its_cells_if_an_editor_changed_them(shelf, tmp_path, edit):
    work = tmp_path / "work"
    updating.update(work, shelf())
    work_on(work / "01_conjugacy.ipynb", edit)
    updating.update(work, shelf(NEWER))
    texts = sources_of(work / "01_conjugacy.ipynb")
    nbformat.validate(nbformat.read(work / "01_conjugacy.ipynb", as_version=4))
    assert texts.count(ANSWER) == texts.count("my note 1") == 1
    if edit is not drop_all_that_we_wrote:  # then an old text cannot be told from one of the learner's
        assert "What happened?" in texts
        assert "What just happened." not in texts
    assert len(texts) == len(sources_of(shelf(NEWER) / "01_conjugacy.ipynb")) + 2


def test_update_keeps_a_copied_cell_and_an_answer_whose_exercise_is_gone(shelf, tmp_path):
    work = tmp_path / "work"
    updating.update(work, shelf())

    def edit(notebook, cells):
        write_an_answer(notebook, cells)
        twin = copy.deepcopy(cells["conjugacy-affine_gaussian_logpdf-stub"])
        twin["source"] = "def another_try(): ..."
        at = notebook["cells"].index(cells["conjugacy-affine_gaussian_logpdf-check"])
        notebook["cells"].insert(at, twin)
        cells["conjugacy-affine_gaussian_ladder-stub"]["source"] = "my ladder"

    work_on(work / "01_conjugacy.ipynb", edit)
    fewer = TINY.replace(LADDER, "")
    (tmp_path / "01_conjugacy.md").write_text(fewer)
    source = editions.read_source(tmp_path / "01_conjugacy.md", NAMES[:1])
    (shelf() / "01_conjugacy.ipynb").write_text(editions.text_of(editions.edition(source, "learner")))
    updating.update(work, tmp_path / "shelf")
    texts = sources_of(work / "01_conjugacy.ipynb")
    assert texts.index("def another_try(): ...") == texts.index(ANSWER) + 1
    assert "my ladder" in texts
    nbformat.validate(nbformat.read(work / "01_conjugacy.ipynb", as_version=4))


DAMAGED = [b"", b"{", b"\xff\xfe", b"[]", b'{"nbformat": 3}', b'{"nbformat": 4, "cells": [1]}']


@pytest.mark.parametrize("content", DAMAGED)
def test_planted_a_damaged_notebook_is_kept_aside(shelf, tmp_path, content):
    work = tmp_path / "work"
    updating.update(work, shelf())
    path = work / "01_conjugacy.ipynb"
    path.write_bytes(content)
    (line,) = updating.update(work, shelf())
    assert "kept as 01_conjugacy.unreadable-1.ipynb" in line
    assert (work / "01_conjugacy.unreadable-1.ipynb").read_bytes() == content
    assert sources_of(path) == sources_of(shelf() / "01_conjugacy.ipynb")


def test_planted_folders_that_update_refuses(shelf, tmp_path):
    folder = shelf()
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "file").touch()
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "01_conjugacy.ipynb").symlink_to(folder / "01_conjugacy.ipynb")
    for into, says in [
        (folder, "belongs to dflvi itself"),
        (folder / "deeper", "belongs to dflvi itself"),
        (tmp_path / "link", "belongs to dflvi itself"),
        (linked, "belongs to dflvi itself"),
        (tmp_path / "file", "is a file"),
    ]:
        with pytest.raises(BadFile, match=says):
            updating.update(into, folder)
    with pytest.raises(BadFile, match="no notebooks"):
        updating.update(tmp_path / "work", tmp_path / "link" / "deeper")


def test_planted_a_write_that_fails_leaves_what_was_there(shelf, tmp_path, monkeypatch):
    import os

    work = tmp_path / "work"
    updating.update(work, shelf())
    work_on(work / "01_conjugacy.ipynb", write_an_answer)
    before = (work / "01_conjugacy.ipynb").read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BadFile, match="No space left"):
        updating.update(work, shelf(NEWER))
    assert (work / "01_conjugacy.ipynb").read_bytes() == before
    assert not [path for path in work.iterdir() if path.name.startswith(".")]


def test_a_first_version_serves_no_check_of_the_question_that_asks_for_the_whole(real):
    late = set()
    for source in real:
        order = list(source.exercises)
        for name, exercise in source.exercises.items():
            for need in getattr(exercise, "needs", ()):
                if source.exercises[need].question == exercise.question and order.index(need) > order.index(name):
                    late.add((name, need))
    # `fit_energy` is made of these two, and its first version, without training, is enough for their checks.
    assert late == {("planar_push", "fit_energy"), ("free_energy", "fit_energy")}
