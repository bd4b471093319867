"""What went wrong inside a learner's function, in their lines and in words that help."""

import contextlib
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import jax

STUB = "yours to write"


class LearnerError(Exception):
    """The answer could not be called, stopped, or took too long.

    Fields:
        kind: "stub", "signature", "raised", "timeout", "died" or "unfit" (not something we can call).
        says: one or two sentences for the learner.
        lines: their own lines that led there, innermost last.
        inputs: what the function was called with, a line each.
    """

    def __init__(self, kind: str, says: str, lines: tuple[str, ...] = (), inputs: tuple[str, ...] = ()):
        super().__init__(says)
        self.kind, self.says, self.lines, self.inputs = kind, says, tuple(lines), tuple(inputs)


class Explained(NamedTuple):
    """A pattern in an error of Python or JAX, and what it usually means."""

    type: str
    pattern: str
    says: str


# The first that fits is said. {0}, {1}: groups of the pattern.
_KNOWN = (
    Explained("UnboundLocalError", r"variable '(\w+)'", "`{0}` is read before it gets a value in this function."),
    Explained(
        "NameError",
        r"name '(\w+)' is not defined",
        "Nothing is called `{0}` here. If a cell above defines it, run that cell; else look at the spelling.",
    ),
    Explained(
        "KeyReuseError",
        r"",
        "The same key was used for two draws, so they are not independent. Split it first and use each part once.",
    ),
    Explained(
        "UnexpectedTracerError",
        r"",
        "A value from inside jit, grad or vmap was stored outside (in a global or a list) and used later. "
        "Return it instead.",
    ),
    Explained(
        "TracerBoolConversionError",
        r"",
        "An `if`, `while`, `and` or `or` looks at an array whose value is not known yet under jit. "
        "jnp.where chooses by value.",
    ),
    Explained(
        "NonConcreteBooleanIndexError",
        r"",
        "A mask picks a number of entries that jit cannot know. Keep the shape and use jnp.where.",
    ),
    Explained(
        "TracerArrayConversionError",
        r"",
        "NumPy was called on an array that JAX is tracing. Use the function of the same name in jnp.",
    ),
    Explained(
        "TracerIntegerConversionError",
        r"",
        "A traced value is used where a Python integer must stand (an index of a list, a shape).",
    ),
    Explained(
        "ConcretizationTypeError",
        r"",
        "float(), int() or .item() needs a number, and under jit there is none yet. Stay with jnp arrays.",
    ),
    Explained(
        "TypeError",
        r"JAX arrays are immutable|does not support item assignment",
        "An array was changed in place, and JAX arrays cannot be. x.at[i].set(value) gives a changed copy.",
    ),
    Explained(
        "TypeError",
        r"Gradient only defined for scalar-output functions. Output had shape: (\(.*?\))",
        "A gradient needs a function that returns one number; this one returned shape {0}.",
    ),
    Explained(
        "TypeError",
        r"(?:dot_general|dot) requires contracting dimensions to have the same shape, got (\S+) and (\S+?)\.?$",
        "A product of two arrays does not fit: the axes that are summed over have lengths {0} and {1}.",
    ),
    Explained(
        "TypeError",
        r"(\w+) got incompatible shapes for broadcasting: (.+?)\.?$",
        "Two arrays in one operation ({0}) have shapes that do not fit together: {1}.",
    ),
    Explained(
        "ValueError",
        r"Incompatible shapes for broadcasting: (?:shapes=)?(.+?)\.?$",
        "Two arrays in one operation have shapes that do not fit together: {0}.",
    ),
    Explained(
        "TypeError",
        r"scan body function carry input and carry output must have equal types",
        "The step of a lax.scan must return a carry of the very shapes and dtypes it got.",
    ),
    Explained(
        "TypeError",
        r"body_fun output and input must have (?:identical|equal) types",
        "The body of a loop must return a carry of the very shapes and dtypes it got.",
    ),
    Explained(
        "TypeError",
        r"[Cc]annot interpret value of type <class '(?:\w+\.)*(\w+)'> as an abstract array|"
        r"Value .* with type <class '(?:\w+\.)*\w+'> is not a valid JAX type",
        "Something that is no array went into a JAX operation.",
    ),
    Explained(
        "TypeError",
        r"unexpected PRNG key type|key must be|requires.*PRNG key",
        "A random function got something else than a key in its first place.",
    ),
    Explained(
        "SystemExit", r"", "It calls exit() or sys.exit(), which would end the notebook. A function ends with `return`."
    ),
    Explained(
        "EOFError",
        r"EOF when reading a line",
        "It calls input(), and nobody is there to answer. Write the value into the code instead.",
    ),
    Explained("RecursionError", r"", "The function calls itself without end."),
    Explained("MemoryError", r"", "It needs more memory than there is. Which array is much larger than the data?"),
)


def explain(error: BaseException) -> str:
    """The error in a sentence, its type and first line if we know no better."""
    text = str(error).strip()
    for known in _KNOWN:
        if known.type in {cls.__name__ for cls in type(error).__mro__}:
            found = re.search(known.pattern, text, re.MULTILINE)
            if found:
                return known.says.format(*(group or "" for group in found.groups()))
    first = text.splitlines()[0] if text else ""
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


_PACKAGE = str(Path(__file__).parents[1])
_NOT_THEIRS = (_PACKAGE, str(Path(jax.__file__).parent), sys.base_prefix, sys.prefix)


def _is_theirs(frame: traceback.FrameSummary) -> bool:
    name = frame.filename
    if "ipykernel" in name and not name.endswith("ipykernel_launcher.py") and "site-packages" not in name:
        return True
    if name.startswith("<ipython-input") or name == "<answer>":
        return True
    return not name.startswith(("<", *_NOT_THEIRS)) and "site-packages" not in name


def their_lines(error: BaseException) -> tuple[str, ...]:
    """'line 3, in planar: z = z + u' for each frame of the traceback that is the learner's."""
    lines = []
    for frame in traceback.extract_tb(error.__traceback__):
        if _is_theirs(frame) and (frame.line or "").strip():
            lines.append(f"line {frame.lineno}, in {frame.name}:  {frame.line.strip()}")
    return tuple(lines[-4:])


class _TimeUp(BaseException):
    """Raised inside the learner's function; a BaseException so that `except Exception` lets it through."""


@contextlib.contextmanager
def time_limit(seconds: float):
    """Stop a Python loop in the block after `seconds` by raising _TimeUp there.

    Works where signals do (main thread, not Windows); elsewhere the block is not stopped. A loop inside
    compiled code is stopped nowhere: see `here.ContainsWhile`.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(signum, frame):
        # In a callback of the garbage collector it would be lost: the next alarm comes soon.
        if frame is None or not ("weakref" in frame.f_code.co_filename or frame.f_code.co_name == "_xla_gc_callback"):
            raise _TimeUp

    before = signal.signal(signal.SIGALRM, stop)
    # Again and again: raised inside a destructor, too, it is lost.
    outer = signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, *outer)


@contextlib.contextmanager
def in_their_words(inputs: Callable[[], tuple[str, ...]], seconds: float, name: str = "this function"):
    """Run the block, the learner's code, and turn whatever it raises into a LearnerError."""
    try:
        with time_limit(seconds):
            yield
    except _TimeUp as error:
        says = f"It did not come to an end within {seconds:g} seconds and was stopped. A loop that never ends?"
        raise LearnerError("timeout", says, their_lines(error), inputs()) from None
    except (KeyboardInterrupt, LearnerError):
        raise
    except (Exception, SystemExit) as error:
        if isinstance(error, NotImplementedError) and str(error) == STUB:
            says = f"The stub of `{name}` is still in place. Replace its last line by your answer."
            raise LearnerError("stub", says) from None
        # SystemExit too: an answer that calls exit() must not end the kernel.
        raise LearnerError("raised", explain(error), their_lines(error), inputs()) from None
