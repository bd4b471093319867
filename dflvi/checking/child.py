"""An answer in another process: a child that loads a file of answers and lends itself to the judge over a pipe.

Frames of bytes both ways (`values.pack`), never pickle. The child can be killed, which is what a compiled
endless loop needs. It is no jail: it runs with the learner's rights.
"""

import contextlib
import os
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from dflvi.checking.learner_errors import LearnerError
from dflvi.checking.values import MAX_FRAME, BadFrame, Handle, pack, unpack

_START = 60.0  # seconds for Python and JAX to load


class Child:
    """The five methods of `Here`, carried out by a process that has loaded answers from `source` or a file.

    Args:
        path: a .py or .ipynb file, loaded as `answers.load` does.
        seconds: time limit for one call; the child is killed when it is over by a little.
    """

    def __init__(self, path: Path | None = None, *, seconds: float = 30.0):
        self.seconds, self.printed, self.left_jax = seconds, "", ""
        self.report: dict = {}
        environment = {**os.environ, "DFLVI_LOADING": "1", "MPLBACKEND": "Agg", "JAX_PLATFORMS": "cpu"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dflvi.checking.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        if path is not None:
            self.load(path)

    def load(self, path: Path, *, text: str | None = None) -> dict:
        """Load a file (or `text` in its place). Returns what `answers.load` reports."""
        self.printed = self.left_jax = ""
        self.report = self._ask(_START + self.seconds, "load", str(path), text, self.seconds)
        return self.report

    def describe(self, name: str) -> dict:
        return dict(self._ask(self.seconds, "describe", name))

    def value(self, name: str) -> Any:
        return self._ask(self.seconds, "value", name)

    def call(self, name: str, ops: tuple, args: tuple, kwargs: dict, keep: bool = False) -> Any:
        result, self.printed, self.left_jax = self._ask(self.seconds, "call", name, ops, args, kwargs, keep)
        return result

    def leaves(self, handle: Handle) -> list:
        return self._ask(self.seconds, "leaves", handle)

    def with_leaves(self, handle: Handle, arrays: list) -> Handle:
        return self._ask(self.seconds, "with_leaves", handle, list(arrays))

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """End the process, whatever it is doing."""
        if self._process.poll() is None:
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

    def _ask(self, seconds: float, method: str, *arguments: Any) -> Any:
        try:
            frame = pack([method, list(arguments)])
            self._process.stdin.write(struct.pack("<Q", len(frame)) + frame)
            self._process.stdin.flush()
            deadline = time.monotonic() + seconds + 5  # the child's own limit comes first where it can
            (length,) = struct.unpack("<Q", self._read(8, deadline))
            if length > MAX_FRAME:
                raise BadFrame(f"{length} bytes")
            kind, answer = unpack(self._read(length, deadline), from_answer=True)
        except TimeoutError:
            self.close()
            says = (
                f"It did not come to an end within {seconds:g} seconds and was stopped, from outside: "
                "a while_loop or fori_loop whose condition never turns false?"
            )
            raise LearnerError("timeout", says) from None
        except (OSError, EOFError, BadFrame, ValueError, struct.error):
            self.close()
            says = "The process that ran your answer ended. Does it call exit(), or need more memory than there is?"
            raise LearnerError("died", says) from None
        if kind == "error":
            raise LearnerError(*answer)
        return answer

    def _read(self, n: int, deadline: float) -> bytes:
        """n bytes. A thread reads, since a pipe with a time limit is not portable."""
        got: list[bytes] = []
        reader = threading.Thread(target=lambda: got.append(self._process.stdout.read(n)), daemon=True)
        reader.start()
        reader.join(max(0.0, deadline - time.monotonic()))
        if reader.is_alive():
            raise TimeoutError
        if not got or len(got[0]) < n:
            raise EOFError
        return got[0]


def main() -> None:
    """Serve the judge until it closes the pipe."""
    pipe_in, pipe_out = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # What the answers print must not land among the frames.
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)

    from dflvi.checking import answers, compile_cache
    from dflvi.checking.here import Here

    compile_cache.use()
    here = Here({}, may_hang=True)
    while True:
        size = pipe_in.read(8)
        if len(size) < 8:
            return
        method, arguments = unpack(pipe_in.read(struct.unpack("<Q", size)[0]))
        try:
            if method == "load":
                path, text, seconds = arguments
                names, report = answers.load(Path(path), text=text, seconds=seconds)
                here = Here(names, may_hang=True, seconds=seconds)
                result = report
            elif method == "call":
                name, ops, args, kwargs, keep = arguments
                ops = tuple((op, _hashable(setting)) for op, setting in ops)
                result = here.call(name, ops, tuple(args), kwargs, keep), here.printed, here.left_jax
            else:
                result = getattr(here, method)(*arguments)
            reply = pack(["ok", result])
        except LearnerError as error:
            reply = pack(["error", [error.kind, error.says, list(error.lines), list(error.inputs)]])
        pipe_out.write(struct.pack("<Q", len(reply)) + reply)
        pipe_out.flush()


def _hashable(setting: Any) -> Any:
    return tuple(setting) if isinstance(setting, list) else setting


if __name__ == "__main__":
    main()
