"""Who may import whom, what importing `dflvi` costs and does, and that its helpers hold no answers."""

import ast
import functools
import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

from dflvi.checking import judge
from dflvi.checking.exercise import Exercise
from dflvi.checking.here import Here
from solutions import build, verify
from solutions.case import KEY

ROOT = Path(__file__).parent.parent
HELPERS = ("data", "nets", "train", "targets", "plots")  # what a learner uses; each stands by itself


def modules(folder):
    return sorted(path for path in (ROOT / folder).rglob("*.py") if "site-packages" not in path.parts)


def imported(path):
    """The modules of ours that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            module = node.module or ""
            found.add(module)
            found |= {f"{module}.{alias.name}" for alias in node.names if _is_module(module, alias.name)}
    return {name for name in found if name.split(".")[0] in ("dflvi", "solutions", "tests")}


def _is_module(package, name):
    place = ROOT.joinpath(*package.split("."), name)
    return package.split(".")[0] in ("dflvi", "solutions") and (
        place.is_dir() or place.with_suffix(".py").exists()
    )


def reaches(path, *packages):
    return sorted(
        name for name in imported(path) if any(f"{name}.".startswith(f"{one}.") for one in packages)
    )


@pytest.mark.parametrize("path", modules("dflvi"), ids=lambda path: str(path.relative_to(ROOT)))
def test_dflvi_stands_without_solutions(path):
    assert not reaches(path, "solutions", "tests")


def test_solutions_are_looked_for_in_one_place():
    named = []
    for path in modules("dflvi"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_call = isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func)
            if is_call and "solutions" in ast.unparse(node.args[0]):
                named.append(path.name)
    assert named == ["exercise.py"]


@pytest.mark.parametrize("name", [name for name in HELPERS if (ROOT / "dflvi" / f"{name}.py").exists()])
def test_helpers_stand_by_themselves(name):
    path = ROOT / "dflvi" / f"{name}.py"
    lawful = {"targets": "train"}  # it maps a learner's function over a grid
    others = [f"dflvi.{other}" for other in HELPERS if other not in (name, lawful.get(name))]
    assert not reaches(path, "dflvi.checking", "dflvi.exercises", "dflvi.cli", *others)


def test_types_stand_on_nothing():
    assert not imported(ROOT / "dflvi" / "types.py")


def test_the_concept_map_stands_on_nothing():
    assert not imported(ROOT / "dflvi" / "concepts.py")


def test_checking_stands_on_types_and_plots():
    may = ("dflvi", "dflvi.types", "dflvi.plots", "dflvi.data", "dflvi.concepts")
    for path in modules("dflvi/checking"):
        assert all(
            name in may or name.startswith("dflvi.checking")
            for name in imported(path)
            if name != "dflvi.exercises"
        ), f"{path}: {imported(path)}"


def test_exercises_stand_on_checking_and_helpers():
    for path in modules("dflvi/exercises"):
        allowed = ("dflvi.checking", "dflvi.types", "dflvi.exercises", *(f"dflvi.{name}" for name in HELPERS))
        assert all(name == "dflvi" or name.startswith(allowed) for name in imported(path)), (
            f"{path}: {imported(path)}"
        )


def test_an_authored_exercise_imports_no_other_and_no_question_side():
    for section in build.SECTIONS:
        for name in build.names(section):
            path = ROOT / "solutions" / section / f"{name}.py"
            assert not reaches(path, "dflvi.exercises", "tests"), path


def test_notebooks_import_dflvi_alone():
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            if cell["cell_type"] == "code":
                text = "".join(cell["source"])
                assert "import solutions" not in text, path
                assert "from solutions" not in text, path


# ---- what importing does --------------------------------------------------------------------------------

_IMPORT = """
import sys, time
import jax
from jax._src import xla_bridge
start = time.perf_counter()
{imports}
print(time.perf_counter() - start)
assert not xla_bridge.backends_are_initialized(), "a device was touched"
"""


def _seconds(imports):
    code = _IMPORT.format(imports=imports)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    return float(run.stdout)


def test_importing_touches_no_device_and_makes_no_array():
    everything = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in modules("dflvi")
        if path.stem != "__main__"
    ]
    _seconds("\n".join(f"import {name}" for name in everything))
    # Arrays would have touched a device, so this asks twice.
    code = "import jax, " + ", ".join(everything) + "\nassert not jax.live_arrays()"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]


def test_importing_dflvi_is_quick_beyond_jax():
    assert min(_seconds("import dflvi") for _ in range(3)) < 0.3


# ---- the library holds no answers -----------------------------------------------------------------------


def public_functions():
    """Every public function of `dflvi` that a learner may call."""
    found = {}
    for path in modules("dflvi"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "exercises" in parts or path.stem.startswith("__") or "grade" in parts:
            continue
        module = importlib.import_module(".".join(parts))
        for name, value in vars(module).items():
            if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{module.__name__}.{name}"] = value
    return found


def _takes(function, n):
    """Whether a function can be called with n positional arguments."""
    try:
        inspect.signature(function).bind(*range(n))
    except TypeError:
        return False
    return True


@functools.cache
def _functions():
    return public_functions()


# Of every fourth exercise in `make test`, of all in `make test-full`.
@pytest.mark.parametrize(
    ("section", "name"),
    [
        pytest.param(*pair, id=".".join(pair), marks=pytest.mark.full if number % 4 else ())
        for number, pair in enumerate(verify.all_cases())
    ],
)
def test_no_public_function_is_an_answer(section, name):
    exercise = build.authored(section, name)
    if not isinstance(exercise, Exercise) or not callable(exercise.function):
        return
    n = len(inspect.signature(exercise.function).parameters)
    companions = {need: build.authored(section, need).function for need in exercise.needs}
    for place, function in _functions().items():
        if place.startswith("dflvi.checking.") and not place.startswith("dflvi.checking.oracles"):
            continue  # the machinery: it starts processes and reads files
        if place.startswith("dflvi.plots") or not _takes(function, n):
            continue
        host = Here({**companions, name: function}, may_hang=True, seconds=5)
        failure = judge.first_failure(exercise.checks, host, name, KEY)
        assert failure is not None, f"{place} is an answer to {section}.{name}"


def test_an_answer_among_the_public_functions_would_be_seen():
    exercise = build.authored("conjugacy", "affine_gaussian_logpdf")
    host = Here({exercise.name: exercise.variants[0]})
    assert judge.first_failure(exercise.checks, host, exercise.name, KEY) is None


def test_the_functions_that_are_offered_are_there():
    assert {"dflvi.checking.oracles.normal_logpdf", "dflvi.checking.oracles.logsumexp"} <= set(_functions())
