"""`dflvi doctor`: exit 1 and a remedy for each thing that is wrong, 0 when all is well."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command import without_solutions

import dflvi
from dflvi import cli, data
from dflvi.checking import doctor


def run(tmp_path, **environment):
    """The real command in a process of its own, in an environment that is well but for what is named."""
    well = {
        "DFLVI_HOME": str(tmp_path / "home"),
        "DFLVI_CACHE": str(tmp_path / "cache"),
        "JUPYTER_DATA_DIR": str(tmp_path / "jupyter"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "dflvi.cli", "doctor"],
        capture_output=True, text=True, timeout=120, env={**os.environ, **well, **environment}, cwd=tmp_path,
    )  # fmt: skip
    assert "Traceback" not in done.stdout + done.stderr
    return done


def remedies(text):
    """What -> remedy, of a report."""
    _, _, listed = text.partition("to mend:\n")
    return dict(line[2:].split(": ", 1) for line in listed.splitlines())


def package(folder, name, version, code=""):
    """A package of this version on the path, as pip would have left it."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(f"__version__ = {version!r}\n{code}\n")
    metadata(folder, name, version)


def metadata(folder, name, version):
    info = folder / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


def test_all_is_well(tmp_path):
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("All is well.\n")
    assert done.stderr == ""
    assert all(line[:4] == "ok  " for line in done.stdout.splitlines()[:-2])
    for word in (sys.executable, dflvi.__version__, f"{tmp_path}/home", f"{tmp_path}/cache", "jax", "numpy"):
        assert word in done.stdout


def test_everything_is_wrong_at_once(tmp_path):
    metadata(tmp_path / "path", "numpy", "1.26.4")  # what pip says; what runs is the real one
    paths = f"{tmp_path}/path{os.pathsep}{without_solutions(tmp_path)['PYTHONPATH']}"
    (tmp_path / "file").write_text("in the way")
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text('{"argv": ["/opt/other/bin/python", "-m", "x"], "display_name": "P"}')
    done = run(
        tmp_path, PYTHONPATH=paths, JUPYTER_PATH=str(tmp_path / "jupyter"),
        DFLVI_HOME=str(tmp_path / "file"), DFLVI_CACHE=str(tmp_path / "file" / "cache"),
    )  # fmt: skip
    assert done.returncode == 1
    found = remedies(done.stdout)
    assert "Restart the kernel" in found.pop("numpy, twice")
    assert 'install --upgrade "numpy>=2.0"' in found.pop("numpy")
    assert "DFLVI_SOLUTIONS_WHEEL" in found.pop("solutions")
    assert "set DFLVI_HOME to another one" in found.pop("progress")
    assert "set DFLVI_CACHE to another one" in found.pop("cache")
    assert "ipykernel install --sys-prefix" in found.pop("kernel")
    assert "/opt/other/bin/python" in done.stdout
    assert not found, "and nothing else"


@pytest.mark.parametrize("code", ["", "raise RuntimeError('jaxlib version 0.4.1 is older than 0.4.30')"])
def test_a_jax_that_is_too_old_or_broken(tmp_path, code):
    package(tmp_path / "path", "jax", "0.4.30", code)
    done = run(tmp_path, PYTHONPATH=str(tmp_path / "path"))
    assert done.returncode == 1
    assert "0.4.30, but 0.7 or newer is needed" in done.stdout
    assert ("cannot be imported (jaxlib version 0.4.1 is older" in done.stdout) == bool(code)
    assert "pip install --upgrade" in remedies(done.stdout)["jax"]


def test_other_commands_point_to_the_doctor_where_jax_is_broken(tmp_path):
    package(tmp_path / "path", "jax", "0.4.30", "raise ImportError('no jaxlib here')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "path"), "DFLVI_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "dflvi.cli", "status"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "dflvi: no jaxlib here. `dflvi doctor` says what is missing and what to do.\n"


# ---- one thing at a time, in this process -----------------------------------------------------


@pytest.fixture(autouse=True)
def well(tmp_path, monkeypatch):
    monkeypatch.setenv("DFLVI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DFLVI_CACHE", str(tmp_path / "cache"))


def the_one_thing_wrong():
    (found,) = [one for one in doctor.examine() if one.remedy]
    return found


@pytest.mark.parametrize("name", ["mnist_5k.npz", "galaxies.csv", "SHA256SUMS"])
def test_a_damaged_data_file(tmp_path, monkeypatch, capsys, name):
    shutil.copytree(data._folder(), tmp_path / "data")
    monkeypatch.setattr(data, "_PACKAGE", tmp_path / "dflvi")
    (tmp_path / "data" / name).write_bytes(b"damaged")
    assert cli.main(["doctor"]) == 1
    for remedy in remedies(capsys.readouterr().out).values():
        assert "damaged" in remedy
        assert "git checkout -- data" in remedy


def test_solutions_of_another_edition(monkeypatch):
    old = {"dflvi": dflvi.__version__, "dflvi-solutions": "0.0.1"}
    installed = doctor._installed
    monkeypatch.setattr(doctor, "_installed", lambda name: old.get(name) or installed(name))
    assert the_one_thing_wrong().what == "solutions"
    assert "both wheels of one edition" in the_one_thing_wrong().remedy


def test_a_package_that_is_missing(monkeypatch):
    installed = doctor._installed
    monkeypatch.setattr(doctor, "_installed", lambda name: None if name == "optax" else installed(name))
    assert the_one_thing_wrong()[:2] == ("optax", "not installed")
    assert "pip install optax" in the_one_thing_wrong().remedy


def test_numpy_replaced_under_a_running_kernel(monkeypatch):
    import numpy

    monkeypatch.setattr(numpy, "__version__", "2.0.0")
    assert the_one_thing_wrong().what == "numpy, twice"
    assert "2.0.0 runs" in the_one_thing_wrong().says


def test_no_kernel_at_all(monkeypatch):
    from jupyter_client import kernelspec

    def none(self, name):
        raise kernelspec.NoSuchKernel(name)

    monkeypatch.setattr(kernelspec.KernelSpecManager, "get_kernel_spec", none)
    assert "ipykernel" in the_one_thing_wrong().remedy


def test_a_cache_that_is_turned_off_is_no_fault(monkeypatch):
    monkeypatch.setenv("DFLVI_CACHE", "off")
    assert not [one for one in doctor.examine() if one.remedy]


def test_a_look_that_fails_is_a_finding_and_no_traceback(monkeypatch):
    def broken():
        raise OSError("something odd\nand more")

    monkeypatch.setattr(doctor, "_kernel", broken)
    assert "OSError: something odd)" in the_one_thing_wrong().says


def test_the_folder_of_this_python_is_told_from_another():
    assert doctor._folder(sys.executable) == Path(sys.executable).parent.resolve()
    assert doctor._folder("/opt/other/bin/python") != doctor._folder(sys.executable)
