"""A cache of compiled programs on disk, so that a second start of a notebook does not compile again."""

import os
import sys
import time
from pathlib import Path

LIMIT = 256 * 2**20  # bytes
DAY = 24 * 3600  # seconds


def folder() -> Path:
    """Where it is: DFLVI_CACHE, else `dflvi` in the user's cache folder."""
    if "DFLVI_CACHE" in os.environ:
        return Path(os.environ["DFLVI_CACHE"])
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    elif os.name == "nt":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "dflvi"


def use() -> None:
    """Turn the cache on, unless DFLVI_CACHE=off or JAX has been told of another one."""
    import jax

    if os.environ.get("DFLVI_CACHE") == "off" or jax.config.jax_compilation_cache_dir:
        return
    place = folder() / "compiled"
    try:
        place.mkdir(parents=True, exist_ok=True)
        if not os.access(place, os.W_OK):
            return
        _trim(place)
    except OSError:
        return  # a cache that cannot be had is no reason to stop; `dflvi doctor` tells
    jax.config.update("jax_compilation_cache_dir", str(place))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def _trim(place: Path) -> None:
    """Delete the oldest files while there are more than LIMIT bytes. Once a day: to look takes 0.1 s."""
    looked = place / "trimmed"
    if looked.exists() and time.time() - looked.stat().st_mtime < DAY:
        return
    looked.touch()
    files = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in place.iterdir() if file.is_file())
    total = sum(size for _, size, _ in files)
    for _, size, file in files:
        if total <= LIMIT:
            break
        file.unlink(missing_ok=True)
        total -= size
