"""The notebook that a check runs in: its names, and which of them are older than what they were made from."""

import dis
import functools
import inspect
import sys
import types
from collections.abc import Iterator
from typing import Any, NamedTuple


class _Made(NamedTuple):
    """What a name stood for when it was last seen to change."""

    id: int
    cell: int
    again: bool  # it stood for something else before


_ran: dict[str, _Made] = {}
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
    """From now on remember in which cell each name got its value."""
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
        known = _ran.get(name)
        if not name.startswith("_") and (known is None or known.id != id(value)):
            _ran[name] = _Made(id(value), shell.execution_count, known is not None)


def stale(name: str, answer: Any) -> str:
    """A sentence if the answer is older than what it depends on, else ""."""
    names = namespace()
    current = names.get(name)
    if callable(answer) and _was_replaced(answer, current) and _plain(answer).__name__ == name:
        return (
            f"`{name}` was defined again since; what you handed in is the older one. "
            "Run its cell, then this one"
        )
    return _older_than_its_parts(name, answer, names)


def _older_than_its_parts(name: str, answer: Any, names: dict[str, Any]) -> str:
    inner = _plain(answer)
    code = getattr(inner, "__code__", None)
    if code is None or getattr(inner, "__module__", "") != "__main__":
        return ""
    if inner.__name__ != name and _was_replaced(answer, names.get(inner.__name__)):
        return _made_from_older(name, inner.__name__)
    mine = _ran.get(name)
    for part in dict.fromkeys(_globals(code)):
        value, theirs = names.get(part), _ran.get(part)
        if isinstance(value, (type, types.ModuleType)):
            continue
        if _remembers(answer) and mine and theirs and theirs.again and theirs.cell > mine.cell:
            return (
                f"`{name}` is jitted and may remember the `{part}` from before you defined that again. "
                f"Run the cell of `{name}` once more"
            )
        made_of = getattr(_plain(value), "__name__", "")
        if made_of and made_of != part and _was_replaced(value, names.get(made_of)):
            return _made_from_older(part, made_of)
    return ""


def _made_from_older(name: str, part: str) -> str:
    return (
        f"`{name}` was made from a `{part}` that was defined again since. "
        f"Run the cell that makes `{name}`, then this one"
    )


def _was_replaced(old: Any, now: Any) -> bool:
    """Whether the learner has another function of that name now (ours, put there to go on, is not)."""
    if not callable(now) or getattr(now, "__dflvi_reference__", False):
        return False
    modules = {getattr(_plain(one), "__module__", "") for one in (old, now)}
    return modules == {"__main__"} and _plain(old) is not _plain(now)


def _remembers(value: Any) -> bool:
    """Whether a function keeps what it was compiled to: some layer of it is jitted."""
    while callable(value):
        if hasattr(value, "clear_cache"):
            return True
        value = value.func if isinstance(value, functools.partial) else getattr(value, "__wrapped__", None)
    return False


def _globals(code: types.CodeType) -> Iterator[str]:
    """The global names that a function reads, inner functions included."""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            yield instruction.argval
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield from _globals(inner)


def _plain(value: Any) -> Any:
    """The function inside jit, vmap, partial."""
    while isinstance(value, functools.partial):
        value = value.func
    return inspect.unwrap(value) if callable(value) else value
