"""The notebook that a check runs in: its names, and which of them are older than what they were made from."""

import functools
import inspect
import sys
from typing import Any

_ran: dict[str, tuple[int, int]] = {}  # name -> id of the function, number of the cell that made it
_watching = False


def _shell() -> Any:
    """IPython's shell, None outside."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def namespace() -> dict[str, Any]:
    """The learner's names: those of the notebook, or of the script that runs."""
    shell = _shell()
    return shell.user_ns if shell else vars(sys.modules["__main__"])


def watch() -> None:
    """From now on remember in which cell each function was made."""
    global _watching
    shell = _shell()
    if shell is None or _watching:
        return
    _watching = True
    _remember_cells()
    shell.events.register("post_run_cell", _remember_cells)


def _remember_cells(*_: Any) -> None:
    shell = _shell()
    for name, value in list(shell.user_ns.items()):
        if callable(value) and not name.startswith("_") and _ran.get(name, (0, 0))[0] != id(value):
            _ran[name] = id(value), shell.execution_count


def stale(name: str, answer: Any) -> str:
    """A sentence if the answer is older than what it depends on, else ""."""
    names = namespace()
    current = names.get(name)
    if callable(answer) and callable(current) and _plain(current) is not _plain(answer):
        inner, now = _plain(answer), _plain(current)
        if getattr(inner, "__name__", "") == name and getattr(now, "__module__", "") == "__main__" == inner.__module__:
            if not getattr(current, "__dflvi_reference__", False):
                return f"`{name}` was defined again since; what you handed in is the older one. Run its cell, then this one"
    return _older_than_its_parts(name, answer, names)


def _older_than_its_parts(name: str, answer: Any, names: dict[str, Any]) -> str:
    inner = _plain(answer)
    code = getattr(inner, "__code__", None)
    if code is None or getattr(inner, "__module__", "") != "__main__":
        return ""
    for part in code.co_names:
        value = names.get(part)
        if not callable(value) or isinstance(value, type):
            continue
        made_of = _plain(value)
        source = names.get(getattr(made_of, "__name__", ""))
        if made_of is not value and callable(source) and getattr(made_of, "__module__", "") == "__main__":
            if _plain(source) is not made_of and not getattr(source, "__dflvi_reference__", False):
                return (
                    f"`{part}` was made from a `{made_of.__name__}` that was defined again since. "
                    f"Run the cell that makes `{part}`, then this one"
                )
        mine, theirs = _ran.get(name), _ran.get(part)
        if answer is not inner and mine and theirs and theirs[1] > mine[1]:
            return (
                f"`{name}` is jitted and may remember the `{part}` from before you defined that again. "
                f"Run the cell of `{name}` once more"
            )
    return ""


def _plain(value: Any) -> Any:
    """The function inside jit, vmap, partial."""
    while isinstance(value, functools.partial):
        value = value.func
    return inspect.unwrap(value) if callable(value) else value
