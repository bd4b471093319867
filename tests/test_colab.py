"""A notebook opened in Colab: its first cell brings our two wheels and moves nothing that is there."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_packaging import ROOT, build_wheels

pytestmark = pytest.mark.full

# Colab's own versions, Python 3.13 (its published package list of 2026-08-19). It has no numpyro.
PINS = {
    "ipykernel": "6.17.1",
    "ipython": "7.34.0",
    "ipywidgets": "7.7.1",
    "jax": "0.7.2",
    "jaxlib": "0.7.2",
    "jupyter_client": "7.4.9",
    "matplotlib": "3.10.0",
    "numpy": "2.1.3",
    "optax": "0.2.8",
    "scipy": "1.16.3",
    "traitlets": "5.7.1",
}

# What happens in the notebook, in one kernel: JAX is loaded already, the cell runs, then this.
SESSION = """
import sys, types
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.run_cell("import jax, numpy, matplotlib").raise_error()
for name in ("google", "google.colab"):  # by these a cell knows where it is
    sys.modules.setdefault(name, types.ModuleType(name))
for name in sys.argv[1:]:
    shell.run_cell(open(name).read()).raise_error()
"""
AFTER = """
import dflvi, numpyro, solutions
import jax.numpy as jnp
from dflvi.data import load_galaxies
from dflvi.exercises import conjugacy as ex

def affine_gaussian_logpdf(y, A, b):
    return jax.scipy.stats.norm.logpdf(jnp.linalg.solve(A, y - b)).sum() - jnp.linalg.slogdet(A)[1]

import json
json.dump({
    "loaded": {"jax": jax.__version__, "numpy": numpy.__version__, "matplotlib": matplotlib.__version__},
    "from": [dflvi.__file__, solutions.__file__],
    "galaxies": len(load_galaxies()),
    "status": ex.affine_gaussian_logpdf.check(affine_gaussian_logpdf).status,
}, open("seen.json", "w"))
"""


def colabs_python() -> str:
    """A Python 3.13 if this machine has one, else the Python that runs this."""
    candidates = [shutil.which("python3.13"), *Path.home().glob(".pyenv/versions/3.13.*/bin/python")]
    for candidate in filter(None, candidates):
        question = [candidate, "-c", "import sys; print(sys.version_info[:2])"]
        asked = subprocess.run(question, capture_output=True, text=True)
        if asked.stdout.strip() == "(3, 13)":
            return str(candidate)
    return sys.executable


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def installed(python: Path) -> dict[str, str]:
    listing = json.loads(run(python, "-m", "pip", "list", "--format=json", "--disable-pip-version-check"))
    return {package["name"]: package["version"] for package in listing}


def first_code_cell(notebook: Path) -> str:
    cells = json.loads(notebook.read_text())["cells"]
    return "".join(next(cell["source"] for cell in cells if cell["cell_type"] == "code"))


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """The Python of an environment with Colab's pins."""
    home = tmp_path_factory.mktemp("colab")
    run(colabs_python(), "-m", "venv", home)
    python = home / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", *(f"{name}=={version}" for name, version in PINS.items()))
    return python


def test_the_first_cell_of_a_notebook_sets_colab_up(colab, tmp_path):
    wheels, empty = tmp_path / "wheels", tmp_path / "content"
    build_wheels(wheels)
    empty.mkdir()
    for name, source in {
        "session.py": SESSION,
        "cell.py": first_code_cell(ROOT / "notebooks" / "01_conjugacy.ipynb"),
        "after.py": AFTER,
    }.items():
        (tmp_path / name).write_text(source)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"DFLVI_WHEELS": str(wheels), "IPYTHONDIR": str(tmp_path / "ipython")}
    # -P: what is found must be installed, not lie beside the script.
    before = installed(colab)
    run(colab, "-P", "../session.py", "../cell.py", "../after.py", cwd=empty, env=environment)
    after = installed(colab)

    assert before.items() <= after.items(), "installing dflvi moved a package that Colab has"
    assert {"dflvi", "dflvi-solutions", "numpyro"} <= after.keys() - before.keys()
    seen = json.loads((empty / "seen.json").read_text())
    assert seen["loaded"] == {name: PINS[name] for name in seen["loaded"]}
    assert all("site-packages" in path for path in seen["from"])
    assert seen["galaxies"] == 82
    assert seen["status"] == "passed"
