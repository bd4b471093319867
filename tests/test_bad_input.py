"""Whatever is in a file of answers or in a notebook, one clear message says it and names the remedy."""

import contextlib
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command import dflvi, notebook, without_solutions

from dflvi.checking import answers
from dflvi.checking.learner_errors import LearnerError

pytestmark = pytest.mark.usefixtures("home")


# ---- files that cannot be used at all ---------------------------------------------------------

UNUSABLE = {
    "missing.py": (None, "does not exist. Is the name right"),
    "folder": ("a folder", "is a folder. Give the notebook or .py file in it"),
    "empty.py": ("", "is empty. Save your work in it first"),
    "blank.ipynb": ("  \n", "is empty. Save your work in it first"),
    "notes.txt": ("hello", "is neither a .py nor a .ipynb file. Give the file that holds your answers"),
    "cut.ipynb": (notebook("x = 1")[:-5], "no valid JSON.*File > Revert to Checkpoint"),
    "deep.ipynb": ("[" * 100_000, "no valid JSON"),
    "list.ipynb": ("[1, 2]", "is not a notebook: it holds other data. Give the .ipynb itself"),
    "other.ipynb": ('{"a": 1}', "is not a notebook: it holds other data. Give the .ipynb itself"),
    "old.ipynb": (notebook(nbformat=3, worksheets=[]), r"old notebook format \(3\).*jupyter nbconvert"),
    "new.ipynb": (notebook(nbformat=5), "format 5.*Save it again from JupyterLab"),
    "odd.ipynb": (notebook(cells={"a": 1}), "no notebook that we can read.*Save it again from JupyterLab"),
    "syntax.py": ("x = 1\ndef f(:\n", r"line 2: Python cannot read this \(.*\)\. Mend that line"),
    "null.py": ("x = 1\0", r"Python cannot read this \(.*null bytes.*\)\. Mend that line"),
    "deep.py": ("x = " + "(" * 1000 + ")" * 1000, "Python cannot read this .* Mend that line"),
    "bytes.py": (b"\xff\xfe\x00", "is not text in UTF-8. Give the notebook or .py file itself"),
    "section.py": ("# section: plumbing\n", "says '# section: plumbing'. The sections are conjugacy, cavi"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_that_cannot_be_used_costs_one_line(name, tmp_path):
    content, says = UNUSABLE[name]
    path = tmp_path / name
    if content == "a folder":
        path.mkdir()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.write_text(content)
    done = dflvi("check", name, "--json", folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.err.count("\n") == 1
    assert done.err.startswith(f"dflvi: {name}")
    assert re.search(says, done.err)


def test_the_remedy_for_an_old_notebook_works(tmp_path):
    cell = {"cell_type": "code", "input": ["q2_3_1 = 'zebra'"], "language": "python", "collapsed": False}
    sheet = {"cells": [{**cell, "metadata": {}, "outputs": []}], "metadata": {}}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}
    (tmp_path / "old.ipynb").write_text(json.dumps(old))
    remedy = "jupyter nbconvert --to notebook --inplace old.ipynb"
    assert remedy in dflvi("check", "old.ipynb", folder=tmp_path).err
    subprocess.run([sys.executable, "-m", *remedy.split()], check=True, capture_output=True, cwd=tmp_path)
    (code,) = answers.read(tmp_path / "old.ipynb").parts
    assert code.code == "q2_3_1 = 'zebra'"


# ---- answers that are no answers --------------------------------------------------------------

FORMS = """
import sys
import jax.numpy as jnp

def affine_gaussian_logpdf(y, A, b):
    y @ A

def affine_gaussian_cov(*args):
    return 1.0

def pseudo_kl(log_q, log_joint):
    return [1.0, 2.0]

def generalised_kl(log_q, log_joint):
    return jnp.nan * log_q.sum()

def score_grad_baseline(*args):
    return jnp.complex64(1 + 2j)

def score_samples(*args):
    return object()

def score_grad(x):
    return x

def cavi_step(x, m, s2, sigma2):
    x[0] = 1.0
    return x

def counterexample():
    return from_a_cell_that_never_ran

def init_vae(key, d_in, d_hidden, d_latent):
    return {"w": jnp.zeros((d_in, d_latent))}

def encode(params, x):
    params["w"] = 0 * params["w"]
    return x @ params["w"], x @ params["w"]

def score_function_grad(*args):
    return score_function_grad(*args)

affine_gaussian_ladder = [1.0, 2.0]
q2_3_1 = ...
q2_3_2 = "zebra"
q2_3_3 = affine_gaussian_cov
"""

SAYS_TO_FORMS = {
    "affine_gaussian_logpdf": ("wrong", "returned None. Does it end with a `return`"),
    "affine_gaussian_cov": ("wrong", "returned one number where an array is asked for. Was too much summed"),
    "pseudo_kl": ("wrong", "returned a list of length 2 where one array is asked for"),
    "generalised_kl": ("wrong", "returned nan .*Usual causes: the log of a negative number"),
    "score_grad_baseline": ("wrong", "returned complex numbers; real ones are asked for"),
    "score_samples": ("wrong", r"returned an object \(object\) where an array is asked for"),
    "score_grad": ("crashed", r"with 3 arguments, but yours is score_grad\(x\).*Keep the arguments of"),
    "cavi_step": ("crashed", r"changed in place, and JAX arrays cannot be. x.at\[i\].set\(value\)"),
    "counterexample": ("crashed", "Nothing is called `from_a_cell_that_never_ran`.*cell above defines it"),
    "encode": ("crashed", "changes what it was given .*Make a new one and return it"),
    "affine_gaussian_ladder": ("wrong", "Hand over the function itself, without calling it"),
    "score_function_grad": ("crashed", "calls itself without end"),
    "q3_5_1": ("not-attempted", "The file defines no `q3_5_1`"),
    "q2_3_1": ("not-attempted", "No answer yet. Answer with one of the letters a, b"),
    "q2_3_2": ("not-attempted", "none of the options. Answer with one of the letters a, b"),
    "q2_3_3": ("not-attempted", "none of the options. Answer with one of the letters a, b"),
}


@pytest.fixture(scope="module")
def forms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forms")
    (folder / "forms.py").write_text(FORMS)
    return dflvi("check", "forms.py", "--json", "--no-progress", folder=folder, **without_solutions(folder))


@pytest.mark.parametrize("name", SAYS_TO_FORMS)
def test_a_result_of_the_wrong_form_is_named(forms, name):
    status, says = SAYS_TO_FORMS[name]
    part = forms.parts[name]
    assert part["status"] == status
    assert re.search(says, part["message"])


def test_wrong_forms_are_exit_1_and_nothing_on_stderr(forms):
    assert (forms.status, forms.err) == (1, "")


# ---- answers that do not come back ------------------------------------------------------------

ENDS = """
import os
import sys
import jax

def affine_gaussian_logpdf(y, A, b):
    os._exit(3)

def affine_gaussian_cov(A):
    sys.exit(1)

def affine_gaussian_ladder(*args):
    while True:
        pass

def pseudo_kl(log_q, log_joint):
    return jax.lax.while_loop(lambda x: x[0] == x[0], lambda x: x + 1, log_q)[0]

def generalised_kl(log_q, log_joint):
    return float(input("value? "))

def score_grad(key, mu, n):
    print("here I am")
    raise ValueError("in my own words\\nsecond line")

def counterexample():
    import ctypes
    ctypes.string_at(0)

q2_3_1 = "a"
"""

SAYS_TO_ENDS = {
    "affine_gaussian_logpdf": "ended in the middle. Does it call os._exit",
    "affine_gaussian_cov": r"calls exit\(\) or sys.exit\(\).*A function ends with `return`",
    "affine_gaussian_ladder": "did not come to an end within 1 seconds and was stopped. A loop that never",
    "pseudo_kl": "stopped from outside. A while_loop or fori_loop whose condition never turns false",
    "generalised_kl": r"calls input\(\), and nobody is there.*Write the value into the code",
    "score_grad": "ValueError: in my own words$",
    "counterexample": r"crashed \(signal 11\)",
}


@pytest.fixture(scope="module")
def ends(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ends")
    (folder / "ends.py").write_text(ENDS)
    return dflvi("check", "ends.py", "--json", "--no-progress", "--seconds", 1, folder=folder)


@pytest.mark.parametrize("name", SAYS_TO_ENDS)
def test_an_answer_that_does_not_come_back_is_stopped_and_said(ends, name):
    part = ends.parts[name]
    assert part["status"] == "crashed"
    assert re.search(SAYS_TO_ENDS[name], part["message"])


def test_the_others_count_after_a_process_died(ends):
    assert ends.parts["q2_3_1"]["status"] in ("passed", "diagnosed", "wrong")
    assert (ends.status, ends.err) == (1, "")


# ---- a notebook in which cells fail -----------------------------------------------------------

CELLS = (
    "import jax, jax.numpy as jnp",
    "def broken(:\n    pass",
    "%matplotlib inline\n!ls\nhere = !pwd\njnp.sum?\n%time loaded = 3\nremainder = (7\n    % 4)",
    "%%time\ndef affine_gaussian_cov(A):\n    return A @ A.T",
    "import os\nos._exit(1)",
    "n = 0\nwhile True:\n    n += 1",
    "jax.lax.while_loop(lambda x: x == x, lambda x: x + 1, 0)",
    "name = input('name? ')",
    "loaded + remainder + never_defined",
    "%%bash\nexit 1",
    "display(loaded, remainder)\nassert (loaded, remainder) == (3, 3)",
    "def affine_gaussian_ladder(A, b, y:\n    return []",
    ("raise RuntimeError('a figure is not drawn when answers are judged')", ["figure"]),
    "from dflvi.exercises import conjugacy as ex\nex.affine_gaussian_logpdf.check()",
    "ex.affine_gaussian_logpdf.reveal()",
    "affine_gaussian_logpdf = ex.affine_gaussian_logpdf.yours_or_ours()",
)

SAYS_TO_CELLS = {
    2: 'cell 2 ("def broken(:") stopped: line 1: Python cannot read this (invalid syntax). Mend that line',
    5: 'cell 5 ("import os") stopped: The process that ran it ended in the middle',
    6: 'cell 6 ("n = 0") stopped: It did not come to an end within 1 seconds and was stopped. A loop',
    7: "cell 7 (\"jax.lax.while_loop(lambda x: x == x, lambda x: x + 1, 0)\") stopped: It did not come",
    8: "cell 8 (\"name = input('name? ')\") stopped: It calls input(), and nobody is there",
    9: 'cell 9 ("loaded + remainder + never_defined") stopped: Nothing is called `never_defined` here',
    12: 'cell 12 ("def affine_gaussian_ladder(A, b, y:") stopped: line 1: Python cannot read this',
}


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    (folder / "cells.ipynb").write_text(notebook(*CELLS))
    home = {"DFLVI_HOME": str(folder / "home")}
    return dflvi("check", "cells.ipynb", "--json", "--seconds", 1, folder=folder, **home), folder


def test_each_cell_that_fails_is_named_once_and_the_others_are_run(cells):
    lines = cells[0].err.splitlines()
    assert len(lines) == len(SAYS_TO_CELLS)
    for line, says in zip(lines, SAYS_TO_CELLS.values(), strict=True):
        assert line.startswith(says)


def test_answers_in_other_cells_count(cells):
    broken, ours = (cells[0].parts[f"affine_gaussian_{name}"] for name in ("ladder", "logpdf"))
    assert broken["status"] == "crashed"
    assert broken["message"].startswith('cell 12 ("def affine_gaussian_ladder(A, b, y:"), which defines it')
    assert ours["status"] == "not-attempted"
    assert ours["message"] == "Yours is not written yet; the file goes on with ours."


def test_a_file_that_is_judged_leaves_no_trace_of_its_calls(cells):
    assert "reveal" not in (cells[1] / "home" / "progress.jsonl").read_text()


def test_a_right_answer_passes_beside_cells_that_fail(tmp_path):
    (tmp_path / "n.ipynb").write_text(notebook(CELLS[1], CELLS[3], "import jax.numpy as jnp\nnot_there"))
    done = dflvi("check", "n.ipynb", folder=tmp_path)
    assert "1.1 affine_gaussian_cov: PASSED" in done.out
    assert done.out.index("cell 1") < done.out.index("cell 3") < done.out.index("PASSED")
    assert "your line: line 2, in <module>:  not_there" in done.out


def test_a_file_that_ends_the_process_again_and_again_is_given_up(tmp_path):
    (tmp_path / "ends.py").write_text("import os\n" + "os._exit(1)\n" * 7)
    done = dflvi("check", "ends.py", folder=tmp_path)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("dflvi: ends.py cannot be run. The process that ran it ended in the middle.")


def test_prints_stay_out_of_the_way_and_are_said(tmp_path):
    (tmp_path / "prints.py").write_text(
        "import os\nos.write(1, b'raw bytes')\nprint('at the top')\n"
        "def affine_gaussian_cov(A):\n    print('in here', A)\n    return A @ A.T\n"
        "def affine_gaussian_logpdf(y, A, b):\n    pass\n"
    )
    done = dflvi("check", "prints.py", folder=tmp_path)
    assert "1.1 affine_gaussian_cov: PASSED" in done.out
    assert "at the top" not in done.out
    assert "raw bytes" not in done.out
    assert "note: your function prints ('in here" in done.out
    assert done.out.count("prints") == 1, "and nothing of it is said of the next exercise"


NUMBERS = "jnp.ones(2, jnp.bfloat16)", "np.ones(2)", "[1, 1.0]", "(True, np.int8(1))"


@pytest.mark.parametrize("value", NUMBERS)
def test_any_kind_of_number_comes_back_from_another_process(other_process, value):
    text = f"import jax.numpy as jnp, numpy as np\ndef f():\n    return {value}\n"
    other_process.load(Path("answer.py"), text=text)
    assert [float(one) for one in other_process.call("f", (), (), {})] == [1.0, 1.0]


@pytest.mark.parametrize("value", ["x", "{1: x}", "lambda: 0", "jax.random.key(0)", "np.array(['a', None])"])
def test_nothing_that_is_returned_ends_the_other_process(other_process, value):
    text = f"import jax, numpy as np\nx = []\nx.append(x)\ndef f():\n    return {value}\n"
    other_process.load(Path("answer.py"), text=text)
    with contextlib.suppress(LearnerError):
        other_process.call("f", (), (), {})
    assert other_process.describe("f")["kind"] == "function"


def test_a_child_that_died_is_started_again_with_its_file(other_process):
    text = "import os\ndef ends():\n    os._exit(1)\ndef stays():\n    return 2.0\n"
    other_process.load(Path("answer.py"), text=text)
    with pytest.raises(LearnerError, match="ended in the middle"):
        other_process.call("ends", (), (), {})
    other_process.begin(30.0)
    assert other_process.call("stays", (), (), {}) == 2.0


def test_two_texts_without_a_file_keep_their_lines_apart():
    texts = [f"def f():\n    return {n}\n" for n in range(2)]
    functions = [answers.load(Path("kept.py"), text=text)[0]["f"] for text in texts]
    assert [inspect.getsource(function) for function in functions] == texts


# ---- in a running notebook: names that changed ------------------------------------------------


@pytest.fixture
def run(home, monkeypatch):
    """Runs a cell in an IPython of its own; gives the value of its last line."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    from dflvi.checking import notebook as watched

    monkeypatch.setattr(watched, "_watching", False)
    monkeypatch.setattr(watched, "_ran", {})
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    home.mkdir()
    monkeypatch.setenv("IPYTHONDIR", str(home / "ipython"))
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)

    def run_cell(source):
        result = shell.run_cell(source, store_history=True, silent=False)
        result.raise_error()
        return result.result

    run_cell("import jax, jax.numpy as jnp, functools\nfrom dflvi.exercises import conjugacy as ex")
    yield run_cell
    InteractiveShell.clear_instance()


COV = "def affine_gaussian_cov(A):\n    return times(A, A.T)"
TIMES, WRONG_TIMES = "def times(a, b):\n    return a @ b", "def times(a, b):\n    return a * b"
CHECK = "ex.affine_gaussian_cov.check(affine_gaussian_cov)"


def stale_remarks(verdict):
    return [remark for remark in verdict.remarks if "again" in remark]


def test_nothing_is_said_where_nothing_changed(run):
    for cell in (TIMES, "@jax.jit\n" + COV, CHECK, TIMES, "@jax.jit\n" + COV):
        run(cell)
    verdict = run(CHECK)
    assert verdict.status == "passed"
    assert not stale_remarks(verdict)


def test_a_helper_defined_below_a_jitted_answer_is_no_redefinition(run):
    run("@jax.jit\n" + COV)
    assert run(CHECK).status == "crashed"
    run(TIMES)
    assert not stale_remarks(run(CHECK))


def test_an_older_answer_handed_in(run):
    run(TIMES)
    run("def affine_gaussian_cov(A):\n    return A\nfirst = affine_gaussian_cov")
    run(COV)
    verdict = run("ex.affine_gaussian_cov.check(first)")
    assert verdict.status in ("wrong", "diagnosed")
    (remark,) = stale_remarks(verdict)
    assert remark.startswith("`affine_gaussian_cov` was defined again since; what you handed in is the older")


def test_a_jitted_answer_that_remembers_its_helper(run):
    run(WRONG_TIMES)
    run("@jax.jit\n" + COV)
    assert run(CHECK).status in ("wrong", "diagnosed")
    run(TIMES)
    (remark,) = stale_remarks(run(CHECK))
    assert remark.startswith("`affine_gaussian_cov` is jitted and may remember the `times` from before")
    run("@jax.jit\n" + COV)
    verdict = run(CHECK)
    assert verdict.status == "passed"
    assert not stale_remarks(verdict)


def test_a_jitted_answer_that_remembers_a_constant(run):
    run("power = 2")
    run("@jax.jit\ndef affine_gaussian_cov(A):\n    return (lambda: A @ A.T * power)()")
    run(CHECK)
    run("power = 1")
    (remark,) = stale_remarks(run(CHECK))
    assert "may remember the `power` from before" in remark


def test_an_answer_that_is_not_jitted_sees_its_new_helper(run):
    run(WRONG_TIMES)
    run(COV)
    run(CHECK)
    run(TIMES)
    verdict = run(CHECK)
    assert verdict.status == "passed"
    assert not stale_remarks(verdict)


@pytest.mark.parametrize("made", ["jax.jit({})", "functools.partial({})"])
def test_an_answer_made_from_an_older_function(run, made):
    run("def by_hand(A):\n    return A")
    run(f"affine_gaussian_cov = {made.format('by_hand')}")
    run(CHECK)
    run("def by_hand(A):\n    return A @ A.T")
    (remark,) = stale_remarks(run(CHECK))
    assert remark == (
        "`affine_gaussian_cov` was made from a `by_hand` that was defined again since. "
        "Run the cell that makes `affine_gaussian_cov`, then this one"
    )


def test_a_helper_made_from_an_older_function(run):
    run("def product(a, b):\n    return a * b")
    run("times = jax.jit(product)")
    run(COV)
    run(CHECK)
    run("def product(a, b):\n    return a @ b")
    (remark,) = stale_remarks(run(CHECK))
    assert remark.startswith("`times` was made from a `product` that was defined again since.")


def test_a_global_of_a_cell_that_was_never_run(run):
    run(COV)
    verdict = run(CHECK)
    assert verdict.status == "crashed"
    assert verdict.message.startswith("Nothing is called `times` here. If a cell above defines it, run that")
    assert verdict.lines[-1].endswith("return times(A, A.T)")


def test_a_name_that_is_not_there_yet(run):
    verdict = run("ex.affine_gaussian_cov.check()")
    assert verdict.status == "not-attempted"
    assert verdict.message == "There is no `affine_gaussian_cov` yet. Run the cell that defines it."
