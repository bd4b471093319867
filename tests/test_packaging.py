"""What is shipped, what is named, and what must not be in the repository."""

import importlib.util
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SOLUTIONS = tomllib.loads((ROOT / "solutions" / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()


def build_wheels(folder: Path) -> dict[str, Path]:
    """Both wheels, built without a network: name of the project -> file."""
    for source in (ROOT, ROOT / "solutions"):
        command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", folder, source]
        built = subprocess.run(command, capture_output=True, text=True)
        assert built.returncode == 0, built.stdout + built.stderr
    return {path.name.split("-")[0]: path for path in folder.glob("*.whl")}


def tracked(*patterns: str) -> list[str]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def contents(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as file:
        return {name for name in file.namelist() if ".dist-info/" not in name}


@pytest.fixture(scope="module")
def wheels(tmp_path_factory):
    return build_wheels(tmp_path_factory.mktemp("wheels"))


def test_dflvi_ships_package_data_and_notebooks_and_nothing_else(wheels):
    shipped = contents(wheels["dflvi"])
    assert shipped >= set(tracked("dflvi"))
    assert shipped >= {name.replace("data/", "dflvi/_data/", 1) for name in tracked("data")}
    assert shipped >= {f"dflvi/_notebooks/{Path(name).name}" for name in tracked(":(glob)notebooks/*.ipynb")}
    assert {name.split("/")[0] for name in shipped} == {"dflvi"}
    assert not [name for name in shipped if "solutions" in name]


def test_dflvi_solutions_ships_the_python_files_of_solutions_and_nothing_else(wheels):
    shipped = contents(wheels["dflvi_solutions"])
    assert shipped >= set(tracked(":(glob)solutions/**/*.py"))
    assert all(name.startswith("solutions/") and name.endswith(".py") for name in shipped)


def test_data_is_found_in_an_installed_wheel(wheels, tmp_path):
    with zipfile.ZipFile(wheels["dflvi"]) as file:
        file.extractall(tmp_path)
    spec = importlib.util.spec_from_file_location("installed_data", tmp_path / "dflvi" / "data.py")
    installed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(installed)
    assert installed._folder() == tmp_path / "dflvi" / "_data"
    assert installed.load_mnist()[0].shape == (5000, 784)
    assert installed.load_galaxies().shape == (82,)


def test_there_is_one_version():
    import dflvi

    assert SOLUTIONS["version"] == PROJECT["version"] == dflvi.__version__
    assert SOLUTIONS["dependencies"] == [f"dflvi=={PROJECT['version']}"]


def test_environment_yml_names_what_pyproject_names():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    *conda, last = environment["dependencies"]
    assert set(conda) == {
        f"python{PROJECT['requires-python']}",
        "pip",
        *PROJECT["optional-dependencies"]["lab"],
    }
    assert set(last["pip"]) == {*PROJECT["dependencies"], "-e .", "-e ./solutions"}


def test_the_lock_has_hashes_and_no_address():
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", LOCK, flags=re.MULTILINE).strip())
    assert len(entries) > 100
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry
    assert not re.search(r"://|file:|git\+| @ |^\s*--(?!hash=)", LOCK, flags=re.MULTILINE)


def test_the_lock_has_everything_that_pyproject_names():
    locked = set(re.findall(r"^([a-z0-9.-]+)==", LOCK, flags=re.MULTILINE))
    extras = PROJECT["optional-dependencies"]
    wanted = [*PROJECT["dependencies"], *extras["lab"], *extras["author"]]
    names = {re.match(r"[A-Za-z0-9.-]+", requirement)[0] for requirement in wanted}
    assert names - {"dflvi"} <= locked


def test_the_makefile_has_the_promised_targets():
    command = ["make", "-s", "help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in "env lab test test-full test-keys bench bench-peers paper lint build clean".split():
        assert re.search(rf"make {target} ", shown), target


# Spelled with brackets so that this file does not match itself.
LEAKS = {
    "a registry's host": r"pypi[.]org|pythonhoste[d]|registry[.]npmj[s]|deb[.]debian[.]org|anaconda[.]org",
    "a path of one machine": r"(?<![\w.:/-])/(?:wor[k]|roo[t]|hom[e]|User[s]|farm)/\w",
    "a folder outside the repository": r"[.][.]/share[d]\b",
    "a place to fetch from": r"--(?:extra-)?index-ur[l]|--find-link[s]",
}


@pytest.mark.parametrize("what", LEAKS)
def test_no_file_names(what):
    found = []
    for name in tracked():
        content = (ROOT / name).read_bytes()
        if b"\0" not in content:
            lines = content.decode().splitlines()
            found += [f"{name}:{n}" for n, line in enumerate(lines, 1) if re.search(LEAKS[what], line)]
    assert not found
