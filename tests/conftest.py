"""What all tests share: a place of their own for progress, one cache of compiled programs for all workers."""

import os
import tempfile
from pathlib import Path

# Before NumPy and JAX are loaded. Workers that have threads of their own would be in each other's way.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("DFLVI_CACHE", str(Path(tempfile.gettempdir()) / f"dflvi-tests-{os.getuid()}"))
os.environ["DFLVI_HOME"] = tempfile.mkdtemp(prefix="dflvi-home-")

import ctypes  # noqa: E402
import gc  # noqa: E402
import shutil  # noqa: E402

import pytest  # noqa: E402

ROOM = 2 * 2**30  # bytes that a worker may hold; of 4,000 programs each takes two million


def pytest_configure(config):
    # Two workers may meet at one entry of the cache; JAX then compiles, which is all right, and says so.
    config.addinivalue_line("filterwarnings", "ignore:Error (reading|writing) persistent compilation cache")

    from dflvi.checking import compile_cache

    compile_cache.use()


def pytest_collection_modifyitems(items):
    """What takes longest first, so that no worker is left with a whole notebook at the end."""
    first = ("test_browser", "test_notebooks", "test_exercises")
    items.sort(key=lambda item: first.index(item.path.stem) if item.path.stem in first else len(first))


def pytest_runtest_teardown(item, nextitem):
    """A worker that has grown lets go of its compiled programs. Only Linux tells how large it is."""
    told = Path("/proc/self/statm")
    if not told.exists() or int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") < ROOM:
        return
    import jax

    from dflvi.checking import programs
    from dflvi.checking.exercise import OURS

    OURS.clear()
    programs.forget()
    jax.clear_caches()
    gc.collect()
    getattr(ctypes.CDLL(None), "malloc_trim", int)(0)


def pytest_unconfigure(config):
    shutil.rmtree(os.environ["DFLVI_HOME"], ignore_errors=True)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty folder for progress."""
    monkeypatch.setenv("DFLVI_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def other_process():
    """A child that answers live in, started once a worker."""
    from dflvi.checking.child import Child

    with Child() as child:
        yield child
