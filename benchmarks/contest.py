"""Several programs that do one job, timed against one another on a machine that may be busy with other things.

Each is a process of its own, a worker (see `workers/serve.py`). They take turns, A B C A B C, and only one works at a
time, so that whatever slows the machine down for a while slows all of them. What other processes did meanwhile is
noted for each sample, and samples with company do not count, as long as some without are left.
"""

import json
import os
import statistics
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
QUIET = 0.15  # cores that others may keep busy during a sample


class Result(NamedTuple):
    """What a worker took.

    Fields:
        median_s: of the quiet samples, or of all if none was quiet.
        compile_s: what the worker says it spent on compiling, before its first run.
        quiet: how many samples were quiet.
        samples: what it said of each run, with "seconds" and "foreign", the cores that others kept busy.
        note: versions and what else it has to say.
    """

    median_s: float
    compile_s: float
    quiet: int
    samples: list[dict[str, Any]]
    note: str

    def __str__(self):
        some = f"{self.quiet} of {len(self.samples)} samples quiet"
        counted = some if self.quiet else f"{some}, so all count"
        return f"{self.median_s:8.3f} s, compile {self.compile_s:5.2f} s ({counted}; {self.note})"


class Worker:
    """A process that runs its job when it is told to."""

    def __init__(self, name: str, command: list[str], folder: str):
        self.name, self.errors = name, Path(folder) / f"{name}.log"
        settings = {**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(ROOT), "DFLVI_PROGRESS": "0"}
        # A learner's first session: nothing is compiled yet.
        settings |= {"DFLVI_CACHE": f"{folder}/{name}", "JAX_ENABLE_COMPILATION_CACHE": "false"}
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT, env=settings
            )
        self.ready = self.answer()

    def answer(self) -> dict[str, Any]:
        """The next line of JSON it prints; libraries may print others in between."""
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise RuntimeError(f"{self.name} ended with {self.process.wait()}:\n{self.errors.read_text()[-3000:]}")

    def sample(self) -> dict[str, Any]:
        """One run of its job, and the company it had."""
        before, own = busy(), self.cpu()
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        said = self.answer()
        foreign = (busy() - before - (self.cpu() - own)) / said["seconds"]
        return {**said, "foreign": foreign}

    def cpu(self) -> float:
        """Seconds of processor time it has used."""
        try:
            user, system = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        except OSError:
            return 0.0
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def busy() -> float:
    """Seconds that all cores together have worked since the start; nan where the system does not say."""
    try:
        user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    except OSError:
        return float("nan")
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def contest(workers: dict[str, list[str]], rounds: int = 5) -> dict[str, Result]:
    """Run all workers, interleaved.

    Args:
        workers: the command of each, by its name.
        rounds: how many samples of each.
    """
    running: dict[str, Worker] = {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            for name, command in workers.items():  # one after the other, since they compile
                running[name] = Worker(name, command, folder)
            samples = [{name: worker.sample() for name, worker in running.items()} for _ in range(rounds)]
        finally:
            for worker in running.values():
                worker.close()
    return {name: _result(worker.ready, [one[name] for one in samples]) for name, worker in running.items()}


def _result(ready: dict[str, Any], samples: list[dict[str, Any]]) -> Result:
    quiet = [one["seconds"] for one in samples if one["foreign"] < QUIET]
    median = statistics.median(quiet or [one["seconds"] for one in samples])
    return Result(median, ready["compile"], len(quiet), samples, ready["note"])
