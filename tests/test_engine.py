"""The machinery of the checks, on exercises made up here: what is said of every kind of answer."""

import functools
import json
import math
import struct
import subprocess
import sys
import time
import types
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dflvi.checking import compare, notebook, progress, seals, sources, values
from dflvi.checking.attempt import Attempt
from dflvi.checking.child import Child
from dflvi.checking.compare import (
    T64,
    Tolerance,
    Wrong,
    close,
    fields,
    finite,
    has_shape,
    holds,
    mean_is,
)
from dflvi.checking.exercise import Choice, Exercise, Ladder, Prediction
from dflvi.checking.here import ContainsWhile, Here
from dflvi.checking.learner_errors import LearnerError
from dflvi.checking.values import BadFrame, Handle, Key, Keys, Opaque, Record, pack, unpack
from dflvi.checking.verdict import CheckFailed
from dflvi.types import Planar, Step

# ---- an exercise without solutions -------------------------------------------------------------


def line(x, a):
    """A x + 1."""
    raise NotImplementedError("yours to write")


def is_a_line(attempt):
    x = attempt.rng.normal(size=3).astype(np.float32)
    close(attempt(x, 2.0), 2.0 * x.astype(np.float64) + 1, where="a = 2, three numbers", says="a x + 1")


HINTS = ("Start with x.", "Multiply x.", "Then add.")
COMMON = {"minutes": 1, "difficulty": 1, "hints": HINTS}
LINE = Exercise(line, "1.1", checks=(is_a_line,), module="tests.conjugacy.line", **COMMON)


@pytest.fixture(autouse=True)
def _fresh(home):
    LINE.__init__(line, "1.1", checks=(is_a_line,), module="tests.conjugacy.line", **COMMON)


def right(x, a):
    return a * x + 1


def of_text(text, name="line"):
    """A function whose text lies in a file, as that of a cell does."""
    from dflvi.checking import answers

    names, report = answers.load(Path("cell.py"), text=text)
    assert not report["errors"], report
    return names[name]


# ---- what is said of an answer -------------------------------------------------------------------

IMPORTS = "import jax, jax.numpy as jnp, numpy as np\n"
# the body of `def line(x, a):` -> (status, a piece of the message)
SAID = {
    "raise NotImplementedError('yours to write')": ("not-attempted", "The stub of `line` is still in place"),
    "pass": ("not-attempted", "The function is empty so far"),
    "...": ("not-attempted", "The function is empty so far"),
    "'''A docstring.'''": ("not-attempted", "The function is empty so far"),
    "return None": ("wrong", "returned None. Does it end with a `return`?"),
    "y = a * x + 1": ("wrong", "returned None. Does it end with a `return`?"),
    "return [x, x]": ("wrong", "a list of length 2 where one array is asked for"),
    "return x, a": ("wrong", "a tuple of length 2"),
    "return 2.5": ("wrong", "returned one number where an array is asked for"),
    "return jnp.full(3, jnp.nan)": ("wrong", "returned nan (3 of 3, first at index [0])"),
    "return jnp.log(x - 100)": ("wrong", "nan"),
    "return a * x + 1j": ("wrong", "complex"),
    "return object()": ("wrong", "an object (object)"),
    "return 'hello'": ("wrong", "where an array is asked for"),
    "return {'y': x}": ("wrong", "a dict or NamedTuple"),
    "return (a * x + 1)[None]": ("wrong", "the right number of entries in another shape"),
    "return -(a * x + 1)": ("wrong", "right size and the wrong sign"),
    "return a * x + 3": ("wrong", "too large by 2 x 1"),
    "return 2 * (a * x + 1)": ("wrong", "2 times what it should be"),
    "return (a * x + 1)[::-1]": ("wrong", "right numbers in another order"),
    "return jnp.where(jnp.arange(3) == 1, 0, a * x + 1)": ("wrong", "1 of 3 entries differ, first at [1]"),
    "return a * x + ons": ("crashed", "Nothing is called `ons` here"),
    "if a < 0: one = 1\n    return a * x + one": ("crashed", "`one` is read before it gets a value"),
    "x[0] = 1\n    return x": ("crashed", "x.at[i].set(value)"),
    "return x @ jnp.ones(4)": ("crashed", "the axes that are summed over have lengths"),
    "return x + jnp.ones(4)": ("crashed", "do not fit together"),
    "return jnp.concatenate(x, 3.0)": ("crashed", ""),
    "raise ValueError('out of luck')": ("crashed", "ValueError: out of luck"),
    "return line(x, a)": ("crashed", "calls itself without end"),
    "return 1 / 0": ("crashed", "ZeroDivisionError: division by zero"),
    "import sys\n    sys.exit(3)": ("crashed", "sys.exit()"),
    "return jax.grad(lambda t: t * x)(a)": ("crashed", "this one returned shape (3,)"),
    "return jax.lax.scan(lambda c, _: (jnp.float32(c) + x, None), a, None, 3)[0]": (
        "crashed",
        "shapes and dtypes",
    ),
    "return jax.random.normal(x, (3,))": ("crashed", ""),
    "import no_such_module": ("crashed", "no_such_module"),
}


@pytest.mark.parametrize("body", SAID)
def test_what_is_said_of(body):
    status, says = SAID[body]
    verdict = LINE.check(of_text(f"{IMPORTS}def line(x, a):\n    {body}\n"))
    assert verdict.status == status, verdict
    assert says in verdict.message, verdict
    assert "Traceback" not in str(verdict)
    assert "dflvi/checking" not in str(verdict)
    if status == "crashed":
        assert verdict.inputs[0].startswith("x = float32 [3]: ")
        assert verdict.inputs[1] == "a = 2.0"
        assert verdict.lines
        assert all(text.startswith("line ") for text in verdict.lines)
    assert verdict._repr_html_().count('role="status"') == 1


# right answers that do something on the way: all pass, some with a remark
REMARKED = {
    "return a * x + 1": "",
    "print('x is', x)\n    return a * x + 1": "your function prints",
    "return a * np.asarray(x) + 1": "NumPy was called on an array that JAX is tracing",
    "return np.float64(a) * np.asarray(x, np.float64) + 1": "cannot be traced by JAX",
    "return jnp.array([float(v) * a + 1 for v in x])": "float(), int() or .item()",
    "if a > 0:\n        return a * x + 1\n    return x": "looks at an array whose value is not known",
    "y = x[x > -1e9]\n    return a * y + 1": "A mask picks",
    "return jax.jit(lambda t: a * t + 1)(x)": "",
    "for _ in range(3000): x = x + 0.0\n    return a * x + 1": "",
}


@pytest.mark.parametrize("body", REMARKED)
def test_right_all_the_same(body):
    verdict = LINE.check(of_text(f"{IMPORTS}def line(x, a):\n    {body}\n"))
    assert verdict.status == "passed", verdict
    assert REMARKED[body] in " ".join(verdict.remarks)
    assert bool(REMARKED[body]) == bool(verdict.remarks)


def test_only_the_learners_lines_are_shown():
    text = f"{IMPORTS}def helper(t):\n    return t @ jnp.ones(7)\n\ndef line(x, a):\n    return helper(x)\n"
    verdict = LINE.check(of_text(text))
    assert [piece.split(":  ")[1] for piece in verdict.lines] == [
        "return helper(x)",
        "return t @ jnp.ones(7)",
    ]


def test_wrong_number_of_arguments():
    verdict = LINE.check(lambda x: x)
    assert verdict.status == "crashed"
    assert "called as line(·, ·), with 2 arguments, but yours is line(x)" in verdict.message
    assert "Keep the arguments of the stub" in verdict.message


def test_what_is_no_function():
    assert LINE.check(3.5).status == "wrong"
    assert "Hand over the function itself" in LINE.check(np.ones(3)).message
    for nothing in (None, ...):
        assert LINE.check(nothing).status == "not-attempted"


def test_an_argument_that_is_changed():
    def takes_a_dict(attempt):
        close(attempt({"a": np.float32(1.0), "b": np.ones(2, np.float32)}), 3.0)

    exercise = Exercise(line, "1.1", checks=(takes_a_dict,), module="tests.conjugacy.line", **COMMON)
    verdict = exercise.check(lambda d: d.pop("a") + d["b"].sum())
    assert verdict.status == "crashed"
    assert "changes what it was given" in verdict.message
    assert exercise.check(lambda d: d["a"] + d["b"].sum()).status == "passed"


def test_a_key_used_twice_is_explained():
    def draws(attempt):
        finite(attempt(attempt.key()))

    exercise = Exercise(line, "1.1", checks=(draws,), module="tests.conjugacy.line", **COMMON)
    with jax.debug_key_reuse(True):
        verdict = exercise.check(lambda key: jax.random.normal(key) + jax.random.normal(key))
    assert verdict.status == "crashed"
    assert "same key was used for two draws" in verdict.message


def test_a_check_that_stumbles_blames_the_form(monkeypatch):
    def trusts(attempt):
        attempt(np.ones(3, np.float32), 1.0).reshape(7)

    monkeypatch.delenv("DFLVI_DEBUG", raising=False)
    exercise = Exercise(line, "1.1", checks=(trusts,), module="tests.conjugacy.line", **COMMON)
    verdict = exercise.check(right)
    assert verdict.status == "wrong"
    assert "could not read what your function returned" in verdict.message


def test_numbers_that_overflow_are_judged_in_silence(capfd):
    def spreads(attempt):
        result = finite(attempt(np.ones(3, np.float32), 2.0), shape=(3,)).astype(np.float64)
        close(np.std(result * 1e300) + np.mean(result[:0]), 0.0)

    exercise = Exercise(line, "1.1", checks=(spreads,), module="tests.conjugacy.line", **COMMON)
    assert exercise.check(lambda x, a: a * x * jnp.arange(3.0) * 1e20).status == "wrong"
    assert capfd.readouterr().err == ""


def test_the_key_repeats_a_check():
    first = LINE.check(lambda x, a: a * x)
    again = LINE.check(lambda x, a: a * x, key=first.key)
    assert (first.expected, first.got) == (again.expected, again.got)
    assert LINE.check(lambda x, a: a * x, key=first.key + 1).expected != first.expected
    assert f"key={first.key}" in str(first)


# ---- loops that never end -------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_python_loop_is_stopped():
    exercise = Exercise(
        line, "1.1", checks=(is_a_line,), module="tests.conjugacy.line", seconds=0.5, **COMMON
    )
    loop = "while True:\n        try:\n            a = a + 1\n        except Exception:\n            pass\n"
    text = f"def line(x, a):\n    {loop}"
    start = time.monotonic()
    verdict = exercise.check(of_text(text))
    assert time.monotonic() - start < 5
    assert verdict.status == "crashed"
    assert "did not come to an end within 0.5 seconds" in verdict.message
    assert verdict.lines


ENDLESS = """import jax
def line(x, a):
    return jax.lax.while_loop(lambda t: t[0] < 1e30, lambda t: t * 0.5, a * x + 1)
"""


def test_a_compiled_loop_is_run_elsewhere_and_killed():
    exercise = Exercise(
        line, "1.1", checks=(is_a_line,), module="tests.conjugacy.line", seconds=1.0, **COMMON
    )
    endless = of_text(ENDLESS)
    with pytest.raises(ContainsWhile):
        Here({"line": endless}).call("line", (), (np.ones(3, np.float32), 1.0), {})
    verdict = exercise.check(endless)
    assert verdict.status == "crashed"
    assert "stopped from outside" in verdict.message
    assert "while_loop or fori_loop" in verdict.message
    # and the next one gets a process of its own
    loop = "jax.lax.fori_loop(0, jax.numpy.int32(a), lambda i, t: t + x, 1 + 0 * x)"
    text = f"import jax\ndef line(x, a):\n    return {loop}\n"
    verdict = exercise.check(of_text(text))
    assert verdict.status == "passed", verdict
    assert progress.of("conjugacy.line").status == "passed"


def test_a_loop_that_is_not_traced_is_run_elsewhere_too():
    text = ENDLESS.replace("return", "if float(a) > 0: pass\n    return")
    exercise = Exercise(
        line, "1.1", checks=(is_a_line,), module="tests.conjugacy.line", seconds=1.0, **COMMON
    )
    verdict = exercise.check(of_text(text))
    assert verdict.status == "crashed"
    assert "stopped from outside" in verdict.message


def test_a_loop_that_cannot_be_sent_is_run_here():
    exercise = Exercise(line, "1.1", checks=(is_a_line,), module="tests.conjugacy.line", **COMMON)
    handle = open  # noqa: SIM115
    big = jnp.zeros(100_000)

    def line_(x, a):
        return jax.lax.fori_loop(0, jnp.int32(a), lambda i, t: t + x, 1 + 0 * x) + big[0]

    assert callable(handle)
    verdict = exercise.check(line_)
    assert verdict.status == "passed"
    assert "could not be tried in a process of its own" in verdict.remarks[0]


# ---- companions -----------------------------------------------------------------------------------


def encode(params, x):
    """Params from `make`."""
    raise NotImplementedError("yours to write")


def scales(attempt):
    params = attempt.companion("make").keep(attempt.key(), 3)
    params = params.filled(lambda shape: np.full(shape, 0.5))
    x = attempt.rng.normal(size=3).astype(np.float32)
    close(attempt(params, x), 0.5 * x.astype(np.float64), where="all parameters 1/2")


ENCODE = Exercise(encode, "4.5", checks=(scales,), needs=("make",), module="tests.toys.encode", **COMMON)


def make(key, n):
    return {"w": jax.random.normal(key, (n,)), "n": n, "steps": jnp.arange(2)}


def test_companions():
    passed = ENCODE.check(lambda params, x: params["w"] * x, make=make)
    assert passed.status == "passed", passed
    assert ENCODE.check(lambda params, x: params["w"] * x * params["n"], make=make).status == "wrong"
    missing = ENCODE.check(lambda params, x: params["w"] * x)
    assert missing.status == "not-attempted"
    assert "`make` is needed" in missing.message
    assert "ex.encode.check(encode, make=make)" in missing.message
    unknown = ENCODE.check(lambda params, x: x, made=make)
    assert unknown.status == "not-attempted"
    assert "`made` is not among what this check needs" in unknown.message

    def stub(key, n):
        raise NotImplementedError("yours to write")

    stub.__name__ = "make"
    says = ENCODE.check(lambda params, x: params["w"] * x, make=stub)
    assert says.status == "not-attempted"
    assert "`make`" in says.message


def test_a_companion_from_the_notebook(monkeypatch):
    monkeypatch.setattr(
        notebook, "namespace", lambda: {"make": make, "encode": lambda params, x: params["w"] * x}
    )
    assert ENCODE.check().status == "passed"


def test_a_companion_that_is_a_value():
    from dflvi.exercises.conjugacy import joint
    from solutions.conjugacy.joint import by_broadcasting
    from solutions.conjugacy.joint import joint as ours

    parents = {"eh": (), "oil": ["eh"], "inf": ["oil", "eh"], "bp": ["oil"], "rt": ["inf", "eh"]}
    assert joint.check(by_broadcasting, PARENTS=parents).status == "passed"
    turned = {**parents, "inf": ["eh", "oil"]}
    assert joint.check(ours, PARENTS=turned).diagnosis == "parents-of-inflation-swapped"

    def in_the_other_order(cpts):
        return ours({**cpts, "inf": cpts["inf"].swapaxes(0, 1)})

    assert joint.check(in_the_other_order, PARENTS=turned).status == "passed"
    for lacking in (None, ..., {**parents, "bp": ["eh"]}, {"eh": ()}, 3):
        assert joint.check(ours, PARENTS=lacking).status == "not-attempted", lacking


def test_our_value_is_no_answer(capsys, monkeypatch):
    from dflvi.exercises.conjugacy import PARENTS as real
    from solutions.conjugacy.PARENTS import PARENTS as ours

    assert real.yours_or_ours(...) is ours
    assert "going on with ours (yours is not written yet)" in capsys.readouterr().out
    assert real.check(ours).status == "not-attempted"
    assert "This is our answer" in real.check(ours).message
    mine = dict(ours)
    assert real.check(mine).status == "passed"
    assert real.yours_or_ours(mine) is mine
    monkeypatch.setenv("DFLVI_LOADING", "1")
    assert real.yours_or_ours(...) is ...


# ---- going on -------------------------------------------------------------------------------------


def test_yours_or_ours(capsys):
    from dflvi.exercises.conjugacy import affine_gaussian_logpdf as real

    def mine(y, A, b):
        return jax.scipy.stats.multivariate_normal.logpdf(y, b, A @ A.T)

    def wrong(y, A, b):
        return y.sum()

    ours = real.yours_or_ours(real.function)
    assert "going on with ours (yours is not written yet)" in capsys.readouterr().out
    assert ours.__dflvi_reference__
    assert real.check(ours).status == "not-attempted"
    assert "This is our answer" in real.check(ours).message
    assert real.yours_or_ours(ours) is ours

    assert real.yours_or_ours(wrong).__dflvi_reference__
    assert "yours does not pass yet" in capsys.readouterr().out

    assert real.check(mine).status == "passed"
    assert real.yours_or_ours(mine) is mine
    assert "going on with yours" in capsys.readouterr().out

    kept = real.yours_or_ours(wrong)
    assert "the answer of yours that passed before" in capsys.readouterr().out
    assert kept is not mine
    assert real.judge_on(Here({real.name: kept})).status == "passed"


def test_yours_or_ours_without_solutions(capsys):
    absent = LINE.yours_or_ours(lambda x, a: x)
    assert "ours is not installed" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match="This needs `line`: yours does not pass yet"):
        absent(1, 2)
    assert LINE.check(absent).status == "not-attempted"
    assert "not installed here" in LINE.reveal().markdown


def test_after_a_reveal_a_right_answer_is_revealed():
    from dflvi.exercises.conjugacy import affine_gaussian_logpdf as real

    def mine(y, A, b):
        return jax.scipy.stats.multivariate_normal.logpdf(y, b, A @ A.T)

    shown = real.reveal().markdown
    assert "def affine_gaussian_logpdf" in shown
    verdict = real.check(mine)
    assert verdict.status == "revealed"
    assert "not counted as solved" in verdict.remarks[-1]
    assert progress.of(real.id).status == "revealed"
    assert real.yours_or_ours(mine) is mine


def test_a_reveal_after_the_right_answer_takes_nothing_away():
    from dflvi.exercises.conjugacy import affine_gaussian_logpdf as real

    def mine(y, A, b):
        return jax.scipy.stats.multivariate_normal.logpdf(y, b, A @ A.T)

    assert real.check(mine).status == "passed"
    real.reveal()
    assert progress.of(real.id).status == "passed"


def test_a_known_mistake_is_told():
    from dflvi.exercises.conjugacy import affine_gaussian_logpdf as real

    def wrong_sign(y, A, b):
        return jax.scipy.stats.multivariate_normal.logpdf(y, b, A @ A.T) + 2 * jnp.linalg.slogdet(A)[1]

    verdict = real.check(wrong_sign)
    assert (verdict.status, verdict.diagnosis) == ("diagnosed", "sign-of-the-log-det")
    assert verdict.message == next(m.message for m in real.authored().mistakes if m.name == verdict.diagnosis)
    assert verdict.expected
    assert verdict.got


def test_hints_lead_on():
    assert "Hint 1 of 3" in LINE.hint().markdown
    assert "Hint 2 of 3" in LINE.hint().markdown
    assert "Hint 1 of 3" in LINE.hint(1).markdown
    assert "Hint 3 of 3" in LINE.hint().markdown
    assert "Hint 3 of 3" in LINE.hint().markdown
    assert "There are 3 hints" in LINE.hint(9).markdown
    assert progress.of("conjugacy.line").hints == 3


def test_strict_mode(monkeypatch, capfd):
    for name in ("DFLVI_STRICT", "NBGRADER_EXECUTION"):
        monkeypatch.setenv(name, "1")
        assert LINE.check(right) is None
        for bad in (lambda x, a: x, line, None):
            with pytest.raises(CheckFailed) as raised:
                LINE.check(bad)
            assert raised.value.verdict.status in ("wrong", "not-attempted")
        monkeypatch.delenv(name)
    out, err = capfd.readouterr()
    assert err == ""
    assert LINE.check(right).status == "passed"


def test_a_broken_progress_folder_costs_a_remark(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DFLVI_HOME", str(tmp_path / "file"))
    verdict = LINE.check(right)
    assert verdict.status == "passed"
    assert "could not be written" in verdict.remarks[0]


def test_a_verdict_shows_itself_in_both_ways():
    verdict = LINE.check(lambda x, a: a * x)
    plain, rich = str(verdict), verdict._repr_html_()
    for piece in ("NOT YET", "1.1", "line", "expected", "got", "is a line"):
        assert piece in plain
        assert piece in rich
    assert 'role="status"' in rich
    assert "PASSED" in str(LINE.check(right))


@pytest.fixture
def cell(monkeypatch):
    """Runs a text as a cell of a notebook."""
    shell = types.SimpleNamespace(user_ns={"__name__": "__main__", "jax": jax}, execution_count=0)
    shell.events = types.SimpleNamespace(register=lambda *_: None)
    monkeypatch.setattr(notebook, "_shell", lambda: shell)
    monkeypatch.setattr(notebook, "_ran", {})
    monkeypatch.setattr(notebook, "_watching", False)
    notebook.watch()

    def run(text):
        shell.execution_count += 1
        exec(text, shell.user_ns)
        notebook._remember_cells()
        return shell.user_ns

    return run


def test_older_functions_are_noticed(cell):
    names = cell("def half(x): return x / 2")
    cell("def line(x, a): return half(2 * a * x) + 1")
    assert notebook.stale("line", names["line"]) == ""
    old = names["line"]
    cell("def line(x, a): return a * x + 1")
    assert notebook.stale("line", names["line"]) == ""
    assert "`line` was defined again since" in notebook.stale("line", old)


def test_a_jitted_function_that_remembers_is_noticed(cell):
    names = cell("def half(x): return x / 2")
    cell("line = jax.jit(lambda x, a: half(2 * a * x) + 1)")
    assert notebook.stale("line", names["line"]) == ""
    cell("def half(x): return 0.5 * x")
    assert "may remember the `half` from before" in notebook.stale("line", names["line"])
    verdict = LINE.check(names["line"])
    assert verdict.status == "passed"
    assert "may remember" in verdict.remarks[0]


# ---- comparisons ----------------------------------------------------------------------------------

WANT = np.array([[1.0, 2.0, 5.0], [-3.0, 0.5, 4.0], [7.0, -2.0, 1.5]])
CLUES = [
    (-WANT, WANT, "right size and the wrong sign"),
    (2 * WANT, WANT, "2 times what it should be"),
    (WANT / 3, WANT, "0.3333 times what it should be"),
    (1.7 * WANT, WANT, "1.7 times"),
    (WANT + 0.25, WANT, "off by the same number everywhere, 0.25"),
    (WANT + np.log(2 * np.pi), WANT, "too large by log(2 pi)"),
    (WANT - 1.5 * np.log(2 * np.pi), WANT, "too small by 1.5 x log(2 pi)"),
    (WANT + 1.3, WANT, "off by exactly log|det A|"),
    (WANT - 2.6, WANT, "off by exactly minus twice log|det A|"),
    (WANT.T, WANT, "the transpose"),
    (WANT[::-1], WANT, "right numbers in another order"),
    (WANT[0], WANT, "another shape"),
    (WANT.ravel(), WANT, "right number of entries in another shape"),
    (np.ones((2, 3)), np.ones((3, 2)), "axes of what your function returned are in another order"),
    (np.ones(3), np.ones(()), "Is a sum or mean missing?"),
    (np.ones(()), np.ones(3), "Was too much summed?"),
    (np.where(WANT == 5.0, 0.0, WANT), WANT, "1 of 9 entries differ, first at [0, 2]"),
    (np.where(WANT == 5.0, np.nan, WANT), WANT, "returned nan (1 of 9, first at index [0, 2])"),
    (WANT, np.where(WANT == 5.0, np.nan, WANT), "returned nan"),
    (np.where(WANT == 5.0, np.inf, WANT), WANT, "1 of 9 entries differ"),
    (3.14, 3.0, "the largest difference is 0.14"),
    (-3.0, 3.0, "wrong sign"),
    (0.0, 3.1, "0 times"),
    (None, WANT, "returned None"),
    (Record(a=1), WANT, "a dict or NamedTuple"),
    (Opaque("Mystery"), WANT, "an object (Mystery)"),
    (WANT + 0j, WANT, "complex"),
]


@pytest.mark.parametrize("case", range(len(CLUES)))
def test_clues(case):
    got, want, clue = CLUES[case]
    with pytest.raises(Wrong) as wrong:
        close(got, want, where="here", says="the thing", known={"log|det A|": 1.3})
    assert clue in wrong.value.says


def test_close_takes_what_is_close():
    close(np.float32(1.0) + np.float32(1e-6), 1.0)
    close(np.array([np.inf, -np.inf]), np.array([np.inf, -np.inf]))
    close(3, 3)
    close(True, 1)
    close(np.zeros((0, 2)), np.zeros((0, 2)))
    with pytest.raises(Wrong):
        close(np.float64(1) + 1e-6, 1.0, T64)
    close(np.float64(np.float32(1 / 3)), 1 / 3, T64)  # float32 pinned
    with pytest.raises(Wrong):
        close(np.float32(1.001), 1.0, Tolerance(1e-4, 0))


def test_results_are_read_by_name_or_order():
    assert fields(Record(s2=2.0, m=1.0), "m", "s2") == (1.0, 2.0)
    assert fields((1.0, 2.0), "m", "s2") == (1.0, 2.0)
    for bad, says in (
        (Record(m=1.0), "lacks s2"),
        ((1.0,), "returned 1 things where 2 are asked for: m and s2"),
        (None, "returned None"),
        (np.ones(2), "one array of shape (2,) where m and s2"),
        (Opaque("set"), "set where m and s2"),
    ):
        with pytest.raises(Wrong) as wrong:
            fields(bad, "m", "s2")
        assert says in wrong.value.says
    with pytest.raises(Wrong):
        has_shape(np.ones(3), (2,))
    with pytest.raises(Wrong, match="infinite"):
        finite(np.array([1.0, np.inf]))
    with pytest.raises(Wrong, match="too many"):
        holds(False, "too many", value=3)


def test_the_limit_of_a_mean_is_derived():
    from statistics import NormalDist

    for n in (1, 10, 1000):
        limit = compare.z_limit(n)
        assert 2 * n * (1 - NormalDist().cdf(limit)) == pytest.approx(1e-6, rel=1e-3)
    rng = np.random.default_rng(1)
    draws = rng.normal(size=(4000, 3)) + [0, 1, 2]
    with compare.watching() as seen:
        mean_is(draws, np.arange(3.0))
    assert seen[-1].limit == compare.z_limit(3)
    assert 0 < seen[-1].z < seen[-1].limit
    with pytest.raises(Wrong, match="standard errors"):
        mean_is(draws + 0.2, np.arange(3.0))
    mean_is(np.ones((50, 2)), np.ones(2))  # what never varies is not divided by zero
    with pytest.raises(Wrong, match="nan"):
        mean_is(np.full((10, 1), np.nan), np.zeros(1))


def test_same_findings_need_the_same_numbers():
    def seen(*numbers):
        with compare.watching() as found:
            for number in numbers:
                with pytest.raises(Wrong):
                    close(number, 100.0)
        return found

    assert compare.same_findings(seen(1.0), seen(1.0 + 1e-7))
    assert not compare.same_findings(seen(1.0), seen(2.0))
    assert not compare.same_findings(seen(1.0), seen(1.0, 1.0))
    assert not compare.same_findings([], [])


# ---- attempts: one call, in this process and in another -------------------------------------------

BOX = """
import jax, jax.numpy as jnp, numpy as np
from typing import NamedTuple
class Pair(NamedTuple):
    m: float
    s: float
def square(x, a=1.0):
    return a * jnp.sum(x ** 2)
def by_hand(x, a=1.0):
    return float(np.sum(np.asarray(x, np.float64) ** 2)) * float(a)
def pair(x):
    return Pair(x.mean(), x.std())
def draw(key, n):
    return jax.random.normal(key, (n,))
def apply(f, x):
    return f(x)
def make(key, n):
    return {"w": jax.random.normal(key, (n,)), "b": 0.0, "n": n, "flags": jnp.arange(n) > 1}
def use(params, x):
    return params["w"] @ x + params["b"]
def words(x):
    return [("first", x.sum()), ("second", 2 * x.sum())]
def nothing_special(planar):
    return planar.u.sum() + planar.b
def power(name):
    return (lambda x: jnp.sum(x ** 2)) if name == "two" else (lambda x: jnp.sum(x ** 3))
def no_function(name):
    return 2.0
steps = {"a": 1, "b": [2.5, "c"]}
"""


@pytest.fixture(params=["here", "child"])
def box(request, other_process):
    """The functions of BOX, in this process or in another."""
    from dflvi.checking import answers

    if request.param == "here":
        return Here(answers.load(Path("box.py"), text=BOX)[0])
    other_process.load(Path("box.py"), text=BOX)
    return other_process


X = np.array([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5]], np.float32)


def test_calls_and_transformations(box):
    for name in ("square", "by_hand"):
        attempt = Attempt(box, name)
        assert attempt(X[0]) == pytest.approx(5.25)
        assert attempt(X[0], 2.0) == pytest.approx(10.5)
        np.testing.assert_allclose(attempt.vmap(0)(X), [5.25, 1.25], rtol=1e-6)
        np.testing.assert_allclose(attempt.vmap(0, None)(X, 2.0), [10.5, 2.5], rtol=1e-6)
        np.testing.assert_allclose(attempt.vmap(1)(X), [1.25, 1.0, 4.25], rtol=1e-6)
        np.testing.assert_allclose(attempt.grad(0)(X[0], 2.0), 4 * X[0], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(attempt.grad(1)(X[0], 2.0), 5.25, rtol=1e-4)
        np.testing.assert_allclose(attempt.grad(0).vmap(0)(X), 2 * X, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(attempt.grad(0).jacobian(0)(X[0]), 2 * np.eye(3), rtol=1e-3, atol=1e-3)
        both = attempt.grad((0, 1))(X[0], 2.0)
        np.testing.assert_allclose(both[0], 4 * X[0], rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(both[1], 5.25, rtol=1e-4)
        assert attempt.float64(X[0].astype(np.float64) / 3) == pytest.approx(5.25 / 9, rel=1e-7)
    assert Attempt(box, "square").float64(X[0].astype(np.float64)).dtype == np.float64
    assert Attempt(box, "square")(X[0]).dtype == np.float32
    assert not jax.config.jax_enable_x64


def test_a_function_that_is_returned_is_called_and_transformed(box):
    attempt = Attempt(box, "power")
    assert attempt.returned("two")(X[0]) == pytest.approx(5.25)
    assert attempt.returned("three")(X[0]) == pytest.approx(7.125)
    np.testing.assert_allclose(attempt.returned("two").vmap(0)(X), [5.25, 1.25], rtol=1e-6)
    np.testing.assert_allclose(attempt.returned("three").grad(0)(X[0]), 3 * X[0] ** 2, rtol=1e-4, atol=1e-6)
    with pytest.raises(LearnerError, match="where a function is asked for"):
        Attempt(box, "no_function").returned("two")(X[0])


def test_what_goes_in_and_comes_out(box):
    m, s = fields(Attempt(box, "pair")(X[0]), "m", "s")
    assert (float(m), float(s)) == (pytest.approx(0.5), pytest.approx(np.std(X[0]), rel=1e-5))
    mapped = Attempt(box, "pair").vmap(0)(X)
    assert list(mapped) == ["m", "s"]
    assert mapped["m"].shape == (2,)
    key = Key(7)
    np.testing.assert_array_equal(
        Attempt(box, "draw")(key, 4), np.asarray(jax.random.normal(jax.random.key(7), (4,)))
    )  # fmt: skip
    assert Attempt(box, "draw").vmap(0, None)(Keys(7, 5), 4).shape == (5, 4)
    assert Attempt(box, "apply")(jnp.sum, X[0]) == pytest.approx(1.5)
    assert Attempt(box, "apply")(functools.partial(jnp.power, X[0]), np.full(3, 2, np.float32))[2] == 4.0
    assert Attempt(box, "words")(X[0])[1] == ("second", pytest.approx(3.0))
    assert Attempt(box, "nothing_special")(Planar(X[0], X[0], np.float32(2.0))) == pytest.approx(3.5)
    assert Attempt(box, "steps").value == {"a": 1, "b": [2.5, "c"]}
    assert "def square(x" in Attempt(box, "square").source
    assert Attempt(box, "square").host.describe("missing")["kind"] == "missing"


def test_a_structure_stays_on_its_side(box):
    params = Attempt(box, "make").keep(Key(3), 3)
    assert isinstance(params.handle, Handle)
    floats = [leaf for leaf in params.leaves() if leaf.dtype.kind == "f"]
    assert sorted(leaf.shape for leaf in floats) == [(), (3,)]
    ones = params.filled(np.ones)
    assert Attempt(box, "use")(ones, X[0]) == pytest.approx(2.5)
    assert Attempt(box, "use").vmap(None, 0)(ones, X) == pytest.approx([2.5, 1.5])
    again = [leaf for leaf in ones.leaves() if leaf.dtype.kind == "b"]
    np.testing.assert_array_equal(again[0], [False, False, True])


def test_the_child_ends_and_says_so():
    text = "import os\ndef line(x, a):\n    os._exit(3)\ndef other(x): return x\n"
    with Child(seconds=5.0) as child:
        child.load(Path("a.py"), text=text)
        with pytest.raises(LearnerError) as error:
            child.call("line", (), (np.ones(2, np.float32), 1.0), {})
        assert error.value.kind == "died"
        assert not child.is_alive()


# ---- frames of bytes --------------------------------------------------------------------------------

PLAIN = [
    None, True, 3, -(10**30), 2.5, math.pi, "text", "\u00e9", [1, (2.0, "a")], {"a": [1]}, Record(m=1.0), (),
    [], {}, Key(3), Keys(4, 5), Handle(2), Opaque("Mystery"), 1e-310,
]  # fmt: skip


@pytest.mark.parametrize("value", PLAIN, ids=str)
def test_what_is_packed_comes_back(value):
    back = unpack(pack(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "uint64", "bool", "complex64", "float16"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 0, 4), (2, 3)])
def test_arrays_are_packed(dtype, shape):
    array = np.asarray(np.arange(int(np.prod(shape))).reshape(shape) % 2, dtype)
    back = unpack(pack({"x": array, "y": [array, array]}))
    for one in (back["x"], *back["y"]):
        np.testing.assert_array_equal(one, array)
        assert one.dtype == array.dtype
        assert one.flags.writeable


def test_infinities_and_functions_are_packed():
    assert unpack(pack(math.inf)) == math.inf
    assert math.isnan(unpack(pack(math.nan)))
    assert unpack(pack(values.pack)) is values.pack
    bound = unpack(pack(functools.partial(values.pack, 3, flag=True)))
    assert (bound.func, bound.args, bound.keywords) == (values.pack, (3,), {"flag": True})
    assert unpack(pack(Step(1.0, "DEFINITION"))) == Step(1.0, "DEFINITION")


def _frame(header, body=b""):
    text = json.dumps(header).encode()
    return struct.pack("<I", len(text)) + text + body


FORGED = {
    "empty": b"",
    "short": b"\x01\x00",
    "length beyond the end": struct.pack("<I", 10**6) + b"{}",
    "no JSON": struct.pack("<I", 3) + b"abc",
    "no header": _frame([]),
    "unknown kind": _frame({"t": "bytes", "v": "aa"}),
    "object dtype": _frame({"t": "array", "dtype": "object", "shape": [1]}, b"\0" * 8),
    "structured dtype": _frame({"t": "array", "dtype": "f4,f4", "shape": [1]}, b"\0" * 8),
    "too few bytes": _frame({"t": "array", "dtype": "float64", "shape": [1000]}, b"\0" * 8),
    "a bomb": _frame({"t": "array", "dtype": "float64", "shape": [2**40, 2**40]}),
    "negative": _frame({"t": "array", "dtype": "float64", "shape": [-1, -1]}, b"\0" * 8),
    "a negative and a zero": _frame({"t": "array", "dtype": "float64", "shape": [-1, 0]}),
    "too many bytes": _frame({"t": "plain", "v": 1}, b"extra"),
    "a function": _frame({"t": "function", "module": "dflvi.checking.values", "name": "pack"}),
    "a function of os": _frame({"t": "function", "module": "os", "name": "system"}),
    "a hidden function": _frame({"t": "list", "v": [{"t": "function", "module": "dflvi.x", "name": "y"}]}),
    "a partial": _frame(
        {"t": "partial", "fn": {"t": "plain", "v": 1}, "v": [], "k": {"t": "dict", "k": [], "v": []}}
    ),
    "a class": _frame({"t": "named", "name": "Planar", "v": []}),
    "keys and values differ": _frame({"t": "dict", "k": ["a", "b"], "v": [{"t": "plain", "v": 1}]}),
    "a dict as plain": _frame({"t": "plain", "v": {"t": "function"}}),
    "an endless integer": _frame({"t": "int", "v": "1" * 10_000}),
    "depth": _frame(
        functools.reduce(lambda inner, _: {"t": "list", "v": [inner]}, range(400), {"t": "plain", "v": 1})
    ),
}


@pytest.mark.parametrize("forged", FORGED)
def test_forged_frames_are_refused(forged):
    if forged == "depth":  # deep and lawful: read, or refused, never a crash
        try:
            unpack(FORGED[forged], from_answer=True)
        except BadFrame:
            pass
        return
    with pytest.raises(BadFrame):
        unpack(FORGED[forged], from_answer=True)


def test_functions_of_elsewhere_are_refused_even_from_us():
    with pytest.raises(BadFrame):
        unpack(FORGED["a function of os"])


def test_what_cannot_be_sent_is_said():
    with pytest.raises(TypeError, match="cannot be sent"):
        pack(object())
    with pytest.raises((TypeError, BadFrame)):
        unpack(pack(np.array([object()])), from_answer=True)


# ---- the text of an answer ---------------------------------------------------------------------------


NOTEBOOK = """
import functools, math
import jax, jax.numpy as jnp, numpy as np
from typing import NamedTuple
from jaxtyping import Array, Float
from dflvi.types import Scalar

class Point(NamedTuple):
    x: float
    y: float

Vector = Float[Array, " d"]
LIMIT = 3
CENTRE = np.array([1.0, np.inf, np.nan])
START = Point(1.0, 2.0)
LEVELS = {"low": [0.5, -math.inf], "high": (1,)}
MIXING = jnp.eye(2)
a_key = jax.random.key(4)
halve = lambda x: x / 2
pair_of_lambdas = (lambda x: x + 1, lambda x: x + 2)
second = pair_of_lambdas[1]

def helper(x: Vector) -> Vector:
    # uses a constant
    return x[:LIMIT]

@jax.jit
def decorated(x):
    return x * 2

def plain_helper(x, n):
    return x * n if n > 0 else x

jitted_helper = jax.jit(plain_helper, static_argnames="n")
bound = functools.partial(plain_helper, n=4)
by_lambda = lambda x: (
    halve(x)
    + LIMIT
)

def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)

def even(n):
    return True if n == 0 else odd(n - 1)

def odd(n):
    return False if n == 0 else even(n - 1)

def closure(scale):
    def scaled(x):
        return scale * x
    return scaled

scaled = closure(2.5)

def uses_everything(x: float, y: Vector) -> Scalar:
    noise = jax.random.normal(a_key, (2,))
    first = helper(jnp.arange(5.0)).sum() + CENTRE[0] + LEVELS["high"][0] + halve(x)
    more = decorated(y) + jitted_helper(1.0, 3) + second(0.0) + (MIXING @ noise)[0] + START.y
    return Point(first, more)
"""

KEPT = {
    "uses_everything": (1.0, np.ones(2)), "scaled": (2.0,), "by_lambda": (4.0,), "second": (1.0,),
    "bound": (2.0,),
    "jitted_helper": (2.0, 3), "decorated": (2.0,), "fib": (7,), "even": (4,), "helper": (np.arange(6.0),),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_an_answer_survives_as_text(name):
    from dflvi.checking import answers

    answer = of_text(NOTEBOOK, name)
    text = sources.self_contained({name: answer})
    names, report = answers.load(Path("kept.py"), text=text)
    assert not report["errors"], (report, text)
    numbers = [jax.tree.leaves(one(*KEPT[name])) for one in (answer, names[name])]
    for a, b in zip(*numbers, strict=True):
        np.testing.assert_allclose(np.asarray(a, float), np.asarray(b, float), rtol=1e-6)
    assert "NOTEBOOK" not in text


def test_an_answer_that_calls_another_of_its_name():
    from dflvi.checking import answers

    text = "def line(x, a):\n    return a * x\n\n\ndef shifted(x, a):\n    return line(x, a) + 1\n"
    names, report = answers.load(
        Path("kept.py"), text=sources.self_contained({"line": of_text(text, "shifted")})
    )
    assert not report["errors"]
    assert names["line"](2.0, 3.0) == 7.0


def test_a_module_inside_a_module_is_imported():
    text = "import jax, jax.flatten_util\ndef line(x, a): return jax.flatten_util.ravel_pytree([a * x + 1])[0]\n"
    assert "import jax.flatten_util\n" in sources.self_contained({"line": of_text(text)})


def test_what_can_be_imported_is():
    assert sources.self_contained({"sin": jnp.sin}).strip().endswith("import sin as sin")


def test_text_of_values_and_of_two_answers():
    from dflvi.checking import answers

    helper, decorated = of_text(NOTEBOOK, "helper"), of_text(NOTEBOOK, "decorated")
    text = sources.self_contained({"PARENTS": {"a": (), "b": ("a",)}, "helper": helper, "twice": decorated})
    names, report = answers.load(Path("kept.py"), text=text)
    assert not report["errors"]
    assert names["twice"](2.0) == 4.0
    assert names["PARENTS"] == {"a": (), "b": ("a",)}


def test_what_cannot_be_kept_is_said():
    closure = of_text(NOTEBOOK, "closure")
    for answer, says in (
        (jax.vmap(of_text(NOTEBOOK, "helper")), "a transformation of JAX"),
        (jax.grad(of_text(NOTEBOOK, "halve")), "a transformation of JAX"),
        (closure(np.zeros(100_000)), "an array of 100000 numbers"),
        (closure(object()), "is a object"),
        (eval("lambda x: x"), "cannot be found"),
    ):
        with pytest.raises(sources.CannotKeep, match=says):
            sources.self_contained({"line": answer})


def test_an_answer_that_cannot_be_kept_passes_all_the_same():
    assert LINE.check(eval("lambda x, a: a * x + 1")).status == "passed"
    assert progress.of("conjugacy.line").source is None
    assert LINE.check(of_text("def line(x, a): return a * x + 1")).status == "passed"
    assert "def line" in progress.of("conjugacy.line").source


# ---- seals ---------------------------------------------------------------------------------------------


def test_seals_open_for_the_right_answer_only():
    for value in ("b", "grows", 0.25, -3.0, 0, 12, (1.0, -2.0)):
        sealed = seals.seal("bbvi.q3_5_1", value)
        assert seals.opens(sealed, "bbvi.q3_5_1", value)
        assert not seals.opens(sealed, "bbvi.q3_5_2", value)
        assert not seals.opens(sealed, "bbvi.q3_5_1", "c")
        assert str(value) not in str(sealed) or len(str(value)) < 3
    number = seals.seal("x", 2.0)
    assert seals.opens(number, "x", 2.09)
    assert seals.opens(number, "x", 1.91)
    assert not seals.opens(number, "x", 2.3)
    assert not seals.opens(number, "x", -2.0)
    assert seals.opens(seals.seal("x", "Grows  "), "x", "grows")
    pair = seals.seal("x", (1.0, 2.0))
    assert seals.opens(pair, "x", [1.01, 2.01])
    assert not seals.opens(pair, "x", (2.0, 1.0))
    assert not seals.opens(pair, "x", (1.0,))
    assert not seals.opens(pair, "x", 1.0)


# ---- choices and predictions ----------------------------------------------------------------------------

CHOICE = Choice(
    "tests.conjugacy.q1_1_9", "1.1", text="Which?", options={"a": "It grows.", "b": "It shrinks."}, key="b",
    hints=("Look.",),
)  # fmt: skip


def test_a_choice_takes_letters_and_texts():
    for answer in ("b", "B", "(b)", " b. ", "it shrinks", "It shrinks."):
        assert CHOICE.judge_value(answer).status == "passed", answer
    for answer in ("a", "It grows."):
        assert CHOICE.judge_value(answer).status == "wrong"
    for answer in (None, ..., "", "c", 3, ["b"], "It dances."):
        assert CHOICE.judge_value(answer).status == "not-attempted", answer


def test_the_first_answer_to_a_choice_is_kept():
    assert CHOICE.check("a").status == "wrong"
    assert "After 1 other answer" in CHOICE.check("b").message
    record = progress.of("conjugacy.q1_1_9")
    assert (record.status, record.first, record.tries) == ("passed", "a", 1)
    assert CHOICE.check("a").status == "wrong"
    assert progress.of("conjugacy.q1_1_9").status == "passed"


def test_predictions():
    def prediction(n, **how):
        return Prediction(f"tests.conjugacy.q1_1_{n}", "1.1", text="How many?", hints=("Count.",), **how)

    number = prediction(1, truth=40.0)
    assert number.judge_value(41).status == "passed"
    assert number.judge_value(np.float32(39.0)).status == "passed"
    assert number.judge_value(np.array(39.0)).status == "passed"
    assert number.judge_value("40").status == "passed"
    assert number.judge_value(44).status == "wrong"
    assert number.judge_value(None).status == "not-attempted"
    assert prediction(2, truth="grows").judge_value("Grows").status == "passed"
    assert prediction(2, truth="grows").judge_value("shrinks").status == "wrong"
    assert prediction(3, truth=(3, 1)).judge_value((3, 1)).status == "passed"
    assert prediction(4, is_open=True).judge_value(7).status == "passed"
    assert "40" not in str(number.sealed)


# ---- ladders ---------------------------------------------------------------------------------------------


def square_ladder(a, b, s):
    """(a + b)^2 = a^2 + 2 a b + b^2, with s = (a + b)^2."""
    raise NotImplementedError("yours to write")


LADDER = Ladder(
    square_ladder, "1.1", module="tests.conjugacy.square_ladder",
    instance=lambda rng: (lambda a, b: (a, b, (a + b) ** 2))(*map(float, rng.normal(size=2))),
    unrelated=lambda rng: tuple(map(float, rng.normal(size=3))),
    first=lambda a, b, s: s, last=lambda a, b, s: a**2 + 2 * a * b + b**2,
    min_steps=3, reasons=("DEFINITION", "LINEARITY"), required=("DEFINITION",), **COMMON,
)  # fmt: skip

END = "a * a + 2 * a * b + b * b"
# the lines of a ladder -> the check that rejects it
LADDERS = {
    "Step(s), Step((a + b) ** 2, 'DEFINITION'), Step(END, 'linearity')": "",
    "(s,), ((a + b) ** 2, 'DEFINITION'), (END, 'LINEARITY')": "",
    "Step(s), Step(t, 'DEFINITION'), Step(END, 'LINEARITY')": "",
    "Step(s), Step((a + b) ** 2, 'DEFINITION')": "the_lines_are_numbers_with_reasons",
    "Step(s), Step((a + b) ** 2), Step(END, 'LINEARITY')": "the_lines_are_numbers_with_reasons",
    "Step(s), Step((a + b) ** 2, 'DEFINITION', '<'), Step(a, '')": "the_lines_are_numbers_with_reasons",
    "s": "the_lines_are_numbers_with_reasons",
    "Step(t), Step((a + b) * (a + b), 'DEFINITION'), Step(END, 'LINEARITY')":
        "the_first_line_is_where_the_claim_starts",
    "Step(s), Step(a ** 2 + b ** 2, 'DEFINITION'), Step(END, 'LINEARITY')":
        "each_line_follows_from_the_one_before",
    "Step(s), Step(t, 'DEFINITION'), Step(s + 0, 'LINEARITY')": "the_last_line_is_where_the_claim_ends",
    "Step(s), Step(END, 'DEFINITION'), Step(END, 'LINEARITY')": "the_lines_are_different",
    "Step(s), Step(t, 'JENSEN'), Step(END, 'LINEARITY')": "the_reasons_fit",
    "Step(s), Step(t, 'LINEARITY'), Step(END, 'LINEARITY')": "the_reasons_fit",
}  # fmt: skip


@pytest.mark.parametrize("body", LADDERS)
def test_ladders(body):
    lines = f"[{body}]" if "," in body else body
    text = f"def square_ladder(a, b, s):\n    t = (a + b) ** 2\n    return {lines.replace('END', END)}\n"
    text = f"from dflvi.types import Step\n{text}"
    verdict = LADDER.check(of_text(text, "square_ladder"))
    assert verdict.check == LADDERS[body], verdict
    assert verdict.status == ("wrong" if LADDERS[body] else "passed")


# ---- how it is loaded --------------------------------------------------------------------------------


def test_without_solutions_reveal_says_what_to_do():
    script = """
import sys
sys.modules["solutions"] = None
from dflvi.exercises import conjugacy as ex
import jax.numpy as jnp
name = ex.affine_gaussian_logpdf
print(name.reveal())
print(name.check(lambda y, A, b: jnp.sum(y)).status)
name.yours_or_ours(lambda y, A, b: jnp.sum(y))
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "not installed here" in run.stdout
    assert "\nwrong\n" in run.stdout
    assert "ours is not installed" in run.stdout


@pytest.mark.parametrize("square", [False, True])
@pytest.mark.parametrize("library", [np, jnp])
def test_the_largest_array_on_the_way(library, square):
    def dot(x):
        x = library.asarray(x)
        return library.sum(x[:, None] * x[None, :]) if square else library.sum(x) ** 2

    def without_jax(x):
        return float(dot(np.asarray(x)))

    answer = dot if library is jnp else without_jax
    largest = Attempt(Here({"dot": answer}), "dot").largest(np.ones(1000, np.float32))
    assert (largest > 1000**2 / 4) == square
