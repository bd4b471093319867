"""What every worker ends with: it says when it is ready, and runs its job once for each line it is sent.

Only the standard library and NumPy are imported here, since workers live in different environments.
"""

import importlib.metadata
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np


def serve(job: Callable[[], dict | None], compile_s: float = 0.0, packages: tuple[str, ...] = (), note: str = ""):
    """Warm up with one run, then answer until the input ends.

    Args:
        job: does the work to its end (waits for what runs asynchronously); may return more to tell, as a dict.
        compile_s: the seconds that compiling took before.
        packages: whose versions belong into the note.
        note: what else the reader of the table should know.
    """
    job()
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages]
    print(json.dumps({"compile": compile_s, "note": ", ".join([*versions, *filter(None, [note])])}), flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        more = job() or {}
        print(json.dumps({"seconds": time.perf_counter() - start, **more}), flush=True)


def digits(n: int) -> np.ndarray:
    """So many binary digits, a row each: the 5,000 of the course, over and over, [n, 784] float32."""
    with np.load(Path(__file__).parents[2] / "data" / "mnist_5k.npz") as file:
        images = file["images"]
    return np.resize(images >= 128, (n, 784)).astype(np.float32)
