"""What is installed and where things are; for each thing that is wrong, what to do about it.

Imports nothing at the top that may be broken: it has to work where the rest does not.
"""

import contextlib
import importlib
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import dflvi


class Finding(NamedTuple):
    """One thing that was looked at. `remedy` is "" where all is well."""

    what: str
    says: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at everything. Can be called in a notebook too, where it looks at that kernel."""
    found: list[Finding] = []
    for look in (_python, _dflvi, _packages, _loaded, _solutions, _progress, _cache, _data, _kernel):
        try:
            found += look()
        except Exception as error:  # a broken installation may raise anything
            says = f"could not be looked at ({type(error).__name__}: {_first_line(error)})"
            remedy = "Install the course anew, from its wheels or, in a clone, with `make env`."
            found.append(Finding(look.__name__.strip("_"), says, remedy))
    return found


def report(found: list[Finding]) -> str:
    """The findings as text, remedies last."""
    lines = [f"{'!!' if one.remedy else 'ok'}  {one.what:<15} {one.says}" for one in found]
    wrong = [one for one in found if one.remedy]
    if not wrong:
        return "\n".join([*lines, "", "All is well."])
    lines += ["", "One thing to mend:" if len(wrong) == 1 else f"{len(wrong)} things to mend:"]
    return "\n".join([*lines, *(f"- {one.what}: {one.remedy}" for one in wrong)])


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [""])[0][:200]


def _pip(*words: str) -> str:
    return f"{sys.executable} -m pip install {' '.join(words)}"


# ---- what is installed ------------------------------------------------------------------------


def _python() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    old = sys.version_info < (3, 11)
    remedy = "Install Python 3.11 or newer and make the environment with it." if old else ""
    yield Finding("python", f"{version}, {sys.executable}", remedy)


def _dflvi() -> Iterator[Finding]:
    place = Path(dflvi.__file__).parent
    installed = _installed("dflvi")
    if installed is None:
        remedy = f"In the folder of the course: {_pip('-e .')}"
        yield Finding("dflvi", f"{dflvi.__version__}, {place}, not installed", remedy)
    elif installed != dflvi.__version__:
        remedy = f"Install it anew ({_pip('--force-reinstall --no-deps THE_WHEEL')}) and restart."
        yield Finding("dflvi", f"{dflvi.__version__} in {place}, but {installed} is installed", remedy)
    else:
        yield Finding("dflvi", f"{installed}, {place}")


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _packages() -> Iterator[Finding]:
    """What dflvi requires is there and new enough, and JAX can be imported."""
    try:
        required = metadata.requires("dflvi") or []
    except metadata.PackageNotFoundError:
        required = []
    for line in required:
        if "extra ==" in line:
            continue
        name, least = re.match(r"([\w.-]+)\s*(?:>=\s*([\d.]+))?", line).groups()
        version = _installed(name)
        wanted = f'"{name}>={least}"' if least else name
        if version is None:
            yield Finding(name, "not installed", f"{_pip(wanted)}, then restart.")
        elif least and _parts(version) < _parts(least):
            remedy = f"{_pip('--upgrade', wanted)}, then restart."
            yield Finding(name, f"{version}, but {least} or newer is needed", remedy)
        else:
            yield Finding(name, version)
    try:
        importlib.import_module("jax")
    except Exception as error:
        says = f"cannot be imported ({_first_line(error)})"
        yield Finding("jax", says, f"{_pip('--upgrade jax jaxlib')}, then restart.")


def _parts(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def _loaded() -> Iterator[Finding]:
    """What runs is what is installed: pip may have changed it under a running kernel, or left half of one."""
    for name in ("numpy", "jax", "jaxlib"):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
        module, installed = sys.modules.get(name), _installed(name)
        running = getattr(module, "__version__", None)
        if running and installed and running != installed:
            again = _pip("--force-reinstall --no-deps", f"{name}=={installed}")
            yield Finding(
                f"{name}, twice",
                f"{running} runs (from {Path(module.__file__).parent}), {installed} is installed",
                f"Restart the kernel. If it stays: {again}",
            )


def _solutions() -> Iterator[Finding]:
    version = _installed("dflvi-solutions")
    there = None
    with contextlib.suppress(ModuleNotFoundError):
        there = importlib.util.find_spec("solutions.conjugacy")  # some other package may be called solutions
    if not there:
        remedy = (
            f"Install the second wheel ({_pip('--no-deps', 'DFLVI_SOLUTIONS_WHEEL')}; in a clone: "
            f"{_pip('--no-deps', '-e', './solutions')}). If your course keeps it back on purpose, leave it: "
            "checks and hints work without it; diagnoses, reveal and going on with ours need it."
        )
        yield Finding("solutions", "not installed", remedy)
    elif version is not None and version != dflvi.__version__:
        both = _pip("--no-deps", "DFLVI_WHEEL", "DFLVI_SOLUTIONS_WHEEL")
        remedy = f"Install both wheels of one edition: {both}"
        yield Finding("solutions", f"{version}, but dflvi is {dflvi.__version__}", remedy)
    else:
        yield Finding("solutions", f"{version or 'found'}, {Path(there.origin).parents[1]}")


# ---- what is written and read -----------------------------------------------------------------


def _progress() -> Iterator[Finding]:
    from dflvi.checking import progress

    file = progress.path()
    why = _unwritable(file.parent)
    if not why and file.exists():
        try:
            with open(file, "ab"):
                pass
        except OSError as error:
            why = error.strerror
    if why:
        remedy = f"Make {file.parent} a folder that you can write to, or set DFLVI_HOME to another one."
        yield Finding("progress", f"{file} cannot be written ({why})", remedy)
    else:
        yield Finding("progress", f"{file}, {len(progress.state())} exercises touched")


def _cache() -> Iterator[Finding]:
    from dflvi.checking import compile_cache

    if os.environ.get("DFLVI_CACHE") == "off":
        yield Finding("cache", "turned off (DFLVI_CACHE=off)")
        return
    folder = compile_cache.folder()
    why = _unwritable(folder)
    if why:
        remedy = (
            f"Make {folder} a folder that you can write to, set DFLVI_CACHE to another one, or do without "
            "(DFLVI_CACHE=off; then every start compiles anew)."
        )
        yield Finding("cache", f"{folder} cannot be written ({why})", remedy)
    else:
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        yield Finding("cache", f"{folder}, {size / 2**20:.0f} MB of compiled programs")


def _unwritable(folder: Path) -> str:
    """Why nothing can be written there, "" if it can."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\n" * 4096)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _data() -> Iterator[Finding]:
    from dflvi import data

    for loader in (name for name in dir(data) if name.startswith("load_")):
        what = f"data, {loader.removeprefix('load_')}"
        try:
            getattr(data, loader)()
        except data.DataError as error:
            yield Finding(what, "missing or damaged", str(error))
        else:
            yield Finding(what, "whole")


# ---- what notebooks run in --------------------------------------------------------------------


def _kernel() -> Iterator[Finding]:
    """The kernel that notebooks ask for is this Python."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        yield Finding("kernel", "Jupyter is not installed here")
        return
    install = f"{sys.executable} -m ipykernel install --sys-prefix"
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        yield Finding("kernel", "there is none called python3", f"{_pip('ipykernel')}, then {install}")
        return
    starts = spec.argv[0] if spec.argv else ""
    if re.fullmatch(r"python(3(\.\d+)?)?", starts):  # Jupyter puts its own Python here
        yield Finding("kernel", f"python3, {sys.executable}")
    elif _folder(starts) == _folder(sys.executable):
        yield Finding("kernel", f"python3, {starts}")
    else:
        yield Finding(
            "kernel",
            f"python3 of Jupyter is {starts} (named in {spec.resource_dir}), not {sys.executable}",
            f"{install}  (or remove the other: jupyter kernelspec remove python3), then restart JupyterLab.",
        )


def _folder(program: str) -> Path:
    return Path(os.path.realpath(os.path.dirname(os.path.abspath(program))))
