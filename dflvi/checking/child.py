"""An answer in another process: a child that loads a file of answers and serves the judge over a pipe.

Frames of bytes both ways (`values.pack`), never pickle. The child can be killed, which is what a compiled
endless loop needs. It is no jail: it runs with the learner's rights.
"""

# Our own modules are imported in the functions: the child starts while this process still loads JAX.
import atexit
import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

_START = 60.0  # seconds for Python and JAX to load
_MAX_DEATHS = 3  # parts of a file that may end the process before we give up on the file

# The child finds the modules that this process finds, and none of the learner's files in place of Python's.
_RUN = """
import json, sys
sys.path += [folder for folder in json.loads(sys.argv[1]) if folder not in sys.path]
from dflvi.checking.child import main
main()
"""


class Child:
    """The five methods of `Here`, carried out by a process that has loaded a file of answers.

    Args:
        path: a .py or .ipynb file, loaded as `answers.load` does.
        seconds: time limit for one call; the child is killed when it is over by a little.
        near: a file beside which to run without loading it yet. What lies there can be imported, and a
            notebook is run in its folder, as Jupyter does.
    """

    def __init__(self, path: Path | None = None, *, seconds: float = 30.0, near: Path | None = None):
        self.seconds, self.printed, self.left_jax = seconds, "", ""
        self.report: dict = {}
        self._near = near or path
        self._loaded: tuple[Path, str | None] | None = None
        self._skip: dict[int, str] = {}
        self._part: int | None = None  # the part of the file that is being run
        self._start()
        if path is not None:
            self.load(path)

    def load(self, path: Path, *, text: str | None = None) -> dict:
        """Load a file (or `text` in its place). Returns what `answers.load` reports.

        A part that ends the process or never comes to an end is left out and the rest is loaded.
        """
        from dflvi.checking.learner_errors import LearnerError

        if self._loaded != (path, text):
            self._loaded, self._skip = (path, text), {}
        while True:
            if not self.is_alive():
                self._start()
            self._part = None
            try:
                skip = [[number, says] for number, says in self._skip.items()]
                arguments = str(path.absolute()), text, self.seconds, skip
                self.report = self._ask(_START + self.seconds, "load", *arguments)
                return self.report
            except LearnerError as error:
                if self._part is None or len(self._skip) >= _MAX_DEATHS:
                    raise
                self._skip[self._part] = error.says

    def begin(self, seconds: float) -> None:
        """Get ready for another exercise, in a new process if the last one ended this."""
        self.seconds, self.printed, self.left_jax = seconds, "", ""
        if not self.is_alive() and self._loaded:
            self.load(self._loaded[0], text=self._loaded[1])
        self._ask(self.seconds, "begin", seconds)

    def describe(self, name: str) -> dict:
        """As `Here.describe`."""
        return dict(self._ask(self.seconds, "describe", name))

    def value(self, name: str) -> Any:
        """As `Here.value`."""
        return self._ask(self.seconds, "value", name)

    def self_contained(self, name: str) -> str | None:
        """The text of an answer with all that it needs, None if it cannot be had."""
        return self._ask(self.seconds, "self_contained", name)

    def call(self, name: str, ops: tuple, args: tuple, kwargs: dict, keep: bool = False) -> Any:
        """As `Here.call`."""
        result, self.printed, self.left_jax = self._ask(self.seconds, "call", name, ops, args, kwargs, keep)
        return result

    def leaves(self, handle: Any) -> list:
        """As `Here.leaves`."""
        return self._ask(self.seconds, "leaves", handle)

    def with_leaves(self, handle: Any, arrays: list) -> Any:
        """As `Here.with_leaves`."""
        return self._ask(self.seconds, "with_leaves", handle, list(arrays))

    def is_alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the process, and what it started, whatever they are doing."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            elif self.is_alive():
                self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- the pipe -----------------------------------------------------------------------------

    def _start(self) -> None:
        environment = {**os.environ, "DFLVI_LOADING": "1", "MPLBACKEND": "Agg", "JAX_PLATFORMS": "cpu"}
        folder = self._near.absolute().parent if self._near is not None else Path.cwd()
        is_notebook = self._near is not None and self._near.suffix.lower() == ".ipynb"
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _RUN, json.dumps([*sys.path, str(folder)])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=folder if is_notebook else None,
            start_new_session=True,
        )

    def _ask(self, seconds: float, method: str, *arguments: Any) -> Any:
        from dflvi.checking.learner_errors import LearnerError
        from dflvi.checking.values import BadFrame, pack

        grace = 2 + self.seconds / 10  # the child's own limit comes first where it can
        try:
            frame = pack([method, list(arguments)])
            self._process.stdin.write(struct.pack("<Q", len(frame)) + frame)
            self._process.stdin.flush()
            kind, answer = self._frame(seconds + grace)
            while kind == "part":
                self._part = answer
                kind, answer = self._frame(self.seconds + grace)
        except TimeoutError:
            self.close()
            says = (
                f"It did not come to an end within {self.seconds:g} seconds and was stopped from outside. "
                "A while_loop or fori_loop whose condition never turns false?"
            )
            raise LearnerError("timeout", says) from None
        except (OSError, EOFError, BadFrame, ValueError, struct.error):
            says = self._last_words()
            raise LearnerError("died", says) from None
        if kind == "error":
            raise LearnerError(*answer)
        return answer

    def _last_words(self) -> str:
        """What is said of a process that has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        status = self._process.returncode
        self.close()
        if status == -getattr(signal, "SIGKILL", 9):
            return "The process that ran it was ended by the system. Does it need more memory than there is?"
        if status is not None and status < 0:
            return f"The process that ran it crashed (signal {-status}). Which call beyond Python did that?"
        return "The process that ran it ended in the middle. Does it call os._exit()? Leave it with `return`."

    def _frame(self, seconds: float) -> Any:
        from dflvi.checking.values import MAX_FRAME, BadFrame, unpack

        deadline = time.monotonic() + seconds
        (length,) = struct.unpack("<Q", self._read(8, deadline))
        if length > MAX_FRAME:
            raise BadFrame(f"{length} bytes")
        return unpack(self._read(length, deadline), from_answer=True)

    def _read(self, n: int, deadline: float) -> bytes:
        """So many bytes. A thread reads, since a pipe with a time limit is not portable."""
        got: list[bytes] = []

        def read() -> None:
            with contextlib.suppress(OSError, ValueError):  # the pipe was closed meanwhile
                got.append(self._process.stdout.read(n))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        reader.join(max(0.0, deadline - time.monotonic()))
        if reader.is_alive():
            raise TimeoutError
        if not got or len(got[0]) < n:
            raise EOFError
        return got[0]


_shared: list[Child] = []


def shared(seconds: float) -> Child:
    """A child for one answer after the other, started when it is first wanted and again if it has ended."""
    if not _shared:
        atexit.register(lambda: _shared[0].close())
        _shared.append(Child(seconds=seconds))
    elif not _shared[0].is_alive():
        _shared[0] = Child(seconds=seconds)
    _shared[0].seconds = seconds
    return _shared[0]


# ---- the child's side -------------------------------------------------------------------------


def main() -> None:
    """Serve the judge until it closes the pipe."""
    pipe_in, pipe_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What the answers print must not land among the frames.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()

    from dflvi.checking import compile_cache
    from dflvi.checking.learner_errors import LearnerError
    from dflvi.checking.values import pack, unpack

    compile_cache.use()
    server = _Server(pipe_out)
    while True:
        size = pipe_in.read(8)
        if len(size) < 8:
            return
        method, arguments = unpack(pipe_in.read(struct.unpack("<Q", size)[0]))
        try:
            reply = pack(["ok", getattr(server, method)(*arguments)])
        except LearnerError as error:
            reply = pack(["error", [error.kind, error.says, list(error.lines), list(error.inputs)]])
        except Exception as error:  # a result that no rule foresaw; the judge must hear of it
            says = f"What it returned cannot be read ({type(error).__name__}). Return arrays or lists."
            reply = pack(["error", ["unfit", says, [], []]])
        _send(pipe_out, reply)


class _Server:
    """One method for each that `Child` asks for."""

    def __init__(self, pipe_out: Any):
        from dflvi.checking.here import Here

        self._make, self._pipe_out = Here, pipe_out
        self._names: dict[str, Any] = {}
        self._here = Here({}, may_hang=True)

    def load(self, path: str, text: str | None, seconds: float, skip: list) -> dict:
        from dflvi.checking import answers
        from dflvi.checking.values import pack

        def before(number: int) -> None:
            _send(self._pipe_out, pack(["part", number]))

        how = {"text": text, "seconds": seconds, "skip": dict(skip), "before": before}
        self._names, report = answers.load(Path(path), **how)
        self.begin(seconds)
        return report

    def begin(self, seconds: float) -> None:
        self._here = self._make(self._names, may_hang=True, seconds=seconds)

    def describe(self, name: str) -> dict:
        return self._here.describe(name)

    def value(self, name: str) -> Any:
        return self._here.value(name)

    def self_contained(self, name: str) -> str | None:
        from dflvi.checking import sources

        try:
            return sources.self_contained({name: self._names[name]})
        except (sources.CannotKeep, SyntaxError, AttributeError):
            return None

    def call(self, name: str, ops: list, args: list, kwargs: dict, keep: bool) -> list:
        ops = tuple((op, tuple(setting) if isinstance(setting, list) else setting) for op, setting in ops)
        result = self._here.call(name, ops, tuple(args), kwargs, keep)
        return [result, self._here.printed, self._here.left_jax]

    def leaves(self, handle: Any) -> list:
        return self._here.leaves(handle)

    def with_leaves(self, handle: Any, arrays: list) -> Any:
        return self._here.with_leaves(handle, arrays)


def _send(pipe: Any, frame: bytes) -> None:
    pipe.write(struct.pack("<Q", len(frame)) + frame)
    pipe.flush()


def _end_with(parent: int) -> None:
    """End when the process that started us has, however that ended."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
