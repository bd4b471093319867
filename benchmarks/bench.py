"""What an exercise costs: `make bench`. Prints a table, and exits 1 naming whatever misses its bar.

Everything is timed in processes of its own, each with an empty compilation cache, as a learner's first session is.
Run it on a quiet machine: the load of others is printed, not subtracted.
"""

import importlib
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
from contest import Result, contest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
PEERS = ROOT / ".venv-peers" / "bin" / "python"  # made by `make bench-peers`

# Bars, in seconds unless said otherwise.
WARM, COLD = 1.0, 3.0
SLOW_WARM, SLOW_COLD = 10.0, 15.0
SUITE = 2.0  # of `make test`, an exercise
IMPORT = 0.3  # of `import dflvi`, beyond jax
SECOND_START = 2.0  # times faster than the first, of a notebook

ONE_EXERCISE = """
import importlib, json, sys, time
import jax, jax.numpy as jnp, numpy
from dflvi.checking.here import Here
section, name = sys.argv[1:]
asked = importlib.import_module(f"dflvi.exercises.{section}.{name}").exercise
ours = importlib.import_module(f"solutions.{section}.{name}").exercise

def companions(exercise):
    return {n: importlib.import_module(f"solutions.{section}.{n}").exercise.function for n in exercise.needs}

def seconds(function, key):
    start = time.perf_counter()
    verdict = asked.judge_on(Here({**companions(ours), name: function}, may_hang=True), key)
    return time.perf_counter() - start, verdict.status

def value(answer):
    start = time.perf_counter()
    verdict = asked.judge_value(answer)
    return time.perf_counter() - start, verdict.status

if asked.kind in ("choice", "prediction"):
    times = {"cold": value("a"), "right": [value("b")], "wrong": [value("a")]}
else:
    right = [ours.function, *ours.variants]
    wrong = [mistake.function() for mistake in ours.mistakes]
    times = {"cold": seconds(right[0], 1)}
    times["right"] = [seconds(function, 2) for function in right[1:]]
    times["wrong"] = [seconds(function, 3) for function in wrong]
print(json.dumps(times))
"""


def python(code: str, *arguments: str, **environment: str) -> str:
    """What a fresh interpreter prints that runs `code` in the repository."""
    settings = {**os.environ, "JAX_PLATFORMS": "cpu", **environment}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=settings)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.strip().splitlines()[-1]


def checks() -> list[str]:
    """Print cold and warm times of every exercise. Returns what misses its bar."""
    from solutions import build

    missed = []
    print(f"{'exercise':34} {'cold':>6} {'warm right p95':>15} {'warm wrong p95':>15}   bars: cold, warm")
    for section in build.SECTIONS:
        for name in build.names(section):
            with tempfile.TemporaryDirectory() as cache:
                times = json.loads(python(ONE_EXERCISE, section, name, DFLVI_CACHE=cache))
            cold = times["cold"][0]
            right = np.percentile([t for t, _ in times["right"]] or [0.0], 95)
            wrong = np.percentile([t for t, _ in times["wrong"]] or [0.0], 95)
            exercise = importlib.import_module(f"solutions.{section}.{name}").exercise
            bars = (SLOW_COLD, SLOW_WARM) if getattr(exercise, "slow", False) else (COLD, WARM)
            print(f"{section + '.' + name:34} {cold:6.2f} {right:15.2f} {wrong:15.2f}   {bars[0]:g}, {bars[1]:g}")
            if cold > bars[0]:
                missed.append(f"{section}.{name}: {cold:.2f} s cold, bar {bars[0]:g}")
            if right > bars[1]:
                missed.append(f"{section}.{name}: {right:.2f} s warm for a right answer, bar {bars[1]:g}")
            if wrong > bars[1]:
                missed.append(f"{section}.{name}: {wrong:.2f} s warm for a wrong answer, bar {bars[1]:g}")
    return missed


def imports() -> list[str]:
    """Print what importing costs, median of five fresh processes, interleaved."""
    code = "import time; import {0}; t = time.perf_counter(); import {1}; print(time.perf_counter() - t)"
    cases = {
        "jax": code.format("time", "jax"),
        "dflvi, beyond jax": code.format("jax", "dflvi"),
        "dflvi.exercises.cavi, beyond jax": code.format("jax", "dflvi.exercises.cavi"),
    }
    times = {name: [] for name in cases}
    for _ in range(5):
        for name, text in cases.items():
            times[name].append(float(python(text)))
    medians = {name: float(np.median(found)) for name, found in times.items()}
    for name, median in medians.items():
        print(f"import {name}: {median:.3f} s")
    # The learner's import is that of a section; the bar holds for it too.
    worst = max(medians["dflvi, beyond jax"], medians["dflvi.exercises.cavi, beyond jax"])
    return [] if worst <= IMPORT else [f"import of dflvi: {worst:.2f} s beyond jax, bar {IMPORT}"]


def notebook_start() -> list[str]:
    """Print how long the cells of a solved notebook take with an empty and with a filled compilation cache.

    The launch of the kernel, which no cache can shorten, is not counted; `import jax` in the first cell is.
    """
    import nbformat
    from nbclient import NotebookClient

    def run(path: Path, cache: str) -> float:
        book = nbformat.read(path, as_version=4)
        with tempfile.TemporaryDirectory() as home:
            settings = {**os.environ, "DFLVI_CACHE": cache, "DFLVI_HOME": home, "JAX_PLATFORMS": "cpu"}
            times = []

            def note(**_) -> None:
                times.append(time.perf_counter())

            client = NotebookClient(
                book, timeout=300, kernel_name="python3", on_cell_execute=note, on_cell_executed=note
            )
            client.execute(env=settings)
            return times[-1] - times[0]

    ratios = []
    for path in sorted((ROOT / "solutions" / "notebooks").glob("0[1-4]_*.ipynb")):
        with tempfile.TemporaryDirectory() as cache:
            first, second = run(path, cache), run(path, cache)
        ratios.append(first / second)
        print(f"{path.stem}: {first:.1f} s with no cache, {second:.1f} s with one, {first / second:.1f} times")
    middle = float(np.median(ratios))
    print(f"second start of a notebook, median: {middle:.1f} times faster")
    return [] if middle >= SECOND_START else [f"second start: {middle:.1f} times faster, bar {SECOND_START}"]


CAVI_IN_BLOCKS = """
import json, sys, time
import jax, numpy as np
from solutions.cavi_in_blocks import Means, fit, in_blocks
n, d, iterations, rounds, sigma2 = int(sys.argv[1]), int(sys.argv[2]), 5, 5, 25.0
rng, k = np.random.default_rng(0), 10
centres = 5 * rng.normal(size=(k, d))
x = centres[rng.integers(k, size=n)] + rng.normal(size=(n, d))
start = x[rng.choice(n, k, replace=False)], np.ones(k)

def in_numpy():
    m, s2 = start
    for _ in range(iterations):
        logits = x @ m.T - 0.5 * (d * s2 + np.sum(m * m, axis=1))
        logits -= logits.max(axis=1, keepdims=True)
        phi = np.exp(logits, out=logits)
        phi /= phi.sum(axis=1, keepdims=True)
        s2 = 1 / (1 / sigma2 + phi.sum(axis=0))
        m = s2[:, None] * (phi.T @ x)
    return m

points, q = in_blocks(x.astype(np.float32)), Means(*(part.astype(np.float32) for part in start))
ours = lambda: np.asarray(fit(points, q, sigma2, iterations).m)
error = float(np.max(np.abs(ours() - in_numpy())))
times = []
for _ in range(rounds):
    for run in (in_numpy, ours):
        before = time.perf_counter()
        run()
        times.append((time.perf_counter() - before) / iterations)
print(json.dumps([float(np.median(times[::2])), float(np.median(times[1::2])), error]))
"""


def cavi_in_blocks() -> list[str]:
    """Print an iteration of CAVI, K = 10, in blocks and as loop-free NumPy float64; median of 5 rounds, interleaved."""
    missed = []
    for d, n, bar in ((2, 10**5, 5.0), (2, 10**6, 6.0), (1, 10**5, None), (1, 10**6, None)):
        numpy, ours, error = json.loads(python(CAVI_IN_BLOCKS, str(n), str(d)))
        ratio, asked = numpy / ours, f", bar {bar:g}" if bar else ""
        print(
            f"N = {n:.0e}, D = {d}: NumPy {1e3 * numpy:.2f} ms, blocks {1e3 * ours:.2f} ms, {ratio:.1f} times{asked} "
            f"(means differ by {error:.0e})"
        )
        if bar and ratio < bar:
            missed.append(f"CAVI in blocks, N = {n:.0e}: {ratio:.1f} times NumPy, bar {bar:g}")
    return missed


def race(title: str, ours: dict[str, str], peers: dict[str, str], rounds: int = 5) -> dict[str, Result]:
    """Let workers do one job in turn, and print what each took. Those of .venv-peers only where that is.

    Args:
        title: what is done, with its sizes.
        ours: name -> script in benchmarks/workers and its arguments, for our environment.
        peers: likewise, for .venv-peers.
        rounds: how often each does it.
    """
    python = {**dict.fromkeys(ours, sys.executable), **dict.fromkeys(peers if PEERS.exists() else (), str(PEERS))}
    scripts = {name: (ours | peers)[name].split() for name in python}
    folder = Path(__file__).parent / "workers"
    print(f"{title}; median of {rounds} rounds, interleaved", flush=True)
    results = contest(
        {name: [python[name], str(folder / script), *rest] for name, (script, *rest) in scripts.items()}, rounds
    )
    for name, result in results.items():
        print(f"  {name:30} {result}")
    if peers and not PEERS.exists():
        print(f"  not measured, for want of .venv-peers: {', '.join(peers)}. `make bench-peers` makes it.")
    return results


def faster(what: str, theirs: float, ours: float, bar: float | None = None) -> list[str]:
    """Print how many times faster ours is. Returns the miss, if it is below its bar."""
    line = f"{theirs / ours:.2f} times {what}"
    print(f"  {line}, bar {bar:g}" if bar else f"  {line}")
    return [f"{line}, bar {bar:g}"] if bar and theirs / ours < bar else []


VAE_COMPILE = 2.5  # seconds
NFVAE_LINE = 0.1  # how far the time of a step may be from a straight line in K


def vae_epoch() -> list[str]:
    """Print one training epoch of the VAE against others, and against the matrix products that it consists of."""
    results = race(
        "VAE 784-400-20-400-784, one epoch of 60,000 digits, batch 128, Adam",
        {
            "ours, vae_fast": "vae_ours.py fast",
            "ours, as a learner writes it": "vae_ours.py fit",
            "NumPyro, fori_loop": "vae_numpyro.py",
            "matrix products in XLA": "vae_matmuls.py",
        },
        {"PyTorch, eager, DataLoader": "vae_torch.py loader", "PyTorch, torch.compile": "vae_torch.py compiled"},
    )
    ours, missed = results["ours, vae_fast"], []
    print(f"  ours: {60_000 / ours.median_s:,.0f} images a second")
    bars = {
        "ours, as a learner writes it": None,
        "NumPyro, fori_loop": 0.98,
        "matrix products in XLA": 0.72,
        "PyTorch, eager, DataLoader": 2.4,
        "PyTorch, torch.compile": 1.2,
    }
    for name, bar in bars.items():
        if name in results:
            missed += faster(f"as fast as {name}", results[name].median_s, ours.median_s, bar)
    if ours.compile_s > VAE_COMPILE:
        missed.append(f"{ours.compile_s:.2f} s to compile, bar {VAE_COMPILE:g}")
    return [f"VAE epoch: {line}" for line in missed]


def nfvae() -> list[str]:
    """Print a training step of the VAE with planar layers behind its encoder, and how it grows with K."""
    depths = (0, 8, 16, 32, 64)
    ours = {f"ours, K = {K}": f"nfvae_ours.py {K}" for K in depths}
    results = race(
        "VAE with K planar layers, 784-400-20, batch 128, Adam, so many steps as a sample has",
        {**ours, "ours, K = 64, rematerialised": "nfvae_ours.py 64 remat"},
        {"PyTorch and normflows, K = 16": "nfvae_torch.py"},
        rounds=3,
    )
    ms = {name: 1e3 * result.median_s / result.samples[0]["steps"] for name, result in results.items()}
    for name, result in results.items():
        kept = result.samples[0].get("temporary")
        print(f"  {name:30} {ms[name]:6.2f} ms a step" + (f", {kept / 2**20:.1f} MiB of temporaries" if kept else ""))
    missed, name = [], "PyTorch and normflows, K = 16"
    if name in ms:
        missed += faster(f"as fast as {name}", ms[name], ms["ours, K = 16"], 2.0)
    times = np.array([ms[name] for name in ours])
    slope, start = np.polyfit(depths, times, 1)
    off = float(np.max(np.abs(times / (start + slope * np.array(depths)) - 1)))
    line = f"{start:.2f} ms + {slope:.3f} ms a layer, off by {off:.0%} at most"
    print(f"  a line in K: {line}, bar {NFVAE_LINE:.0%}")
    if off > NFVAE_LINE:
        missed.append(f"{line}, bar {NFVAE_LINE:.0%}")
    return [f"NF-VAE step: {line}" for line in missed]


FLOW_COMPILE = 1.5  # seconds
PLANAR_UNTIL, COUPLING_UNTIL = -1.1, 1.5  # nats; a planar flow that has lost half of U1 gets to -1.18


def flow(title: str, job: str, until: float, ours: dict[str, float | None], peers: dict[str, float]) -> list[str]:
    """Print a step of a flow's training against others, and the time to a given loss. Returns the misses.

    Args:
        title: what is done, with its sizes.
        job: of the workers, `planar` or `coupling`. Ours is `<job>_ours.py`, and others go by their names.
        until: the mean loss of 100 steps, in nats, that is to be reached.
        ours: what else runs in our environment -> how many times as fast our step has to be.
        peers: likewise, of .venv-peers.
    """

    def scripts(names):
        return {name: f"{job}_{name.lower().split(',')[0]}.py {until}" for name in names}

    readable = f"{job}_ours.py {until} readable"
    mine = {f"ours, {job}_fast": f"{job}_ours.py {until}", "ours, as a learner writes it": readable}
    results = race(title, {**mine, **scripts(ours)}, scripts(peers))
    a_step = {name: result.median_s / result.samples[0]["steps"] for name, result in results.items()}
    first, *others = a_step
    for name, result in results.items():
        steps = result.samples[0]["until"]
        reached = f"not in {result.samples[0]['at_most']:,} steps"
        if steps:
            seconds = steps * a_step[name]
            reached = f"{steps:,} steps, {seconds:.2f} s, with compiling {seconds + result.compile_s:.2f} s"
        print(f"  {name:30} {1e3 * a_step[name]:7.3f} ms a step; to {until:g} nats: {reached}")
    missed = []
    for name in others:
        missed += faster(f"as fast a step as {name}", a_step[name], a_step[first], (ours | peers).get(name))
    compile_s = results[first].compile_s
    print(f"  {compile_s:.2f} s to compile, bar {FLOW_COMPILE:g}")
    if compile_s > FLOW_COMPILE:
        missed.append(f"{compile_s:.2f} s to compile, bar {FLOW_COMPILE:g}")
    return [f"{job} flow: {line}" for line in missed]


def planar() -> list[str]:
    """Print a training step of a planar flow on an energy."""
    title = "planar flow, K = 32, on the energy U1, 512 draws of 2 coordinates a step, Adam 1e-3"
    return flow(title, "planar", PLANAR_UNTIL, {"NumPyro": 2.0}, {"FlowJAX": 3.5, "normflows": 40.0})


def coupling() -> list[str]:
    """Print a training step of a coupling flow on two moons."""
    title = "affine coupling flow on two moons, 8 layers, networks 1-64-64-2, batch 512 of 51,200 points, Adam 1e-3"
    return flow(title, "coupling", COUPLING_UNTIL, {}, {"FlowJAX": 1.7, "normflows": 2.5})


def suite() -> list[str]:
    """Print the seconds of the exercise tests of `make test`, an exercise."""
    from solutions import build

    n = sum(len(build.names(section)) for section in build.SECTIONS)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadscope"]
        command += ["-m", "not full and not keys", f"--junitxml={report}", "tests/test_exercises.py"]
        start = time.perf_counter()
        settings = {**os.environ, "JAX_PLATFORMS": "cpu", "DFLVI_QUICK": "1"}
        subprocess.run(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, check=True)
        wall = time.perf_counter() - start
        tests = len(ElementTree.parse(report).getroot().findall(".//testcase"))
    print(f"exercise tests: {tests} in {wall:.0f} s, {wall / n:.2f} s for each of {n} exercises")
    return [] if wall / n <= SUITE else [f"suite: {wall / n:.2f} s an exercise, bar {SUITE}"]


def main() -> int:
    """All of it."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{os.cpu_count()} cores, load {load:.1f} at the start, Python {sys.version.split()[0]}")
    for package in ("jax", "numpy"):
        print(f"{package} {importlib.metadata.version(package)}")
    missed = []
    parts = (imports, checks, notebook_start, cavi_in_blocks, vae_epoch, planar, coupling, nfvae, suite)
    for part in [part for part in parts if not sys.argv[1:] or part.__name__ in sys.argv[1:]]:
        print(f"\n{part.__name__.replace('_', ' ')}")
        missed += part()
    print()
    for line in missed:
        print(f"misses its bar: {line}")
    if not missed:
        print("All bars are met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
