"""The text of an answer with everything it needs, so that it can live in another process, notebook or machine."""

import ast
import builtins
import functools
import inspect
import math
import sys
import textwrap
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import numpy as np

import dflvi.types

_JAX = str(Path(jax.__file__).parent)
_MAX_ENTRIES = 20_000  # of an array that is written out as text


class CannotKeep(Exception):
    """An answer depends on something that cannot be written down; the message says on what."""


class _Clash(CannotKeep):
    """One name for two things."""


def self_contained(answers: Mapping[str, Any]) -> str:
    """Python text that defines these answers anew, with the functions, imports and constants they use.

    Raises CannotKeep.
    """
    try:
        return _text(answers)
    except _Clash:
        return "\n".join(_in_a_room_of_its_own(name, value) for name, value in answers.items())


def _text(answers: Mapping[str, Any]) -> str:
    writer = _Writer()
    for name, value in answers.items():
        writer.define(name, value)
    return "\n\n".join([*dict.fromkeys(writer.imports), *writer.blocks]) + "\n"


def _in_a_room_of_its_own(name: str, value: Any) -> str:
    """An answer whose helpers may be called as it is: `fast` handed in as `cavi` while it calls another `cavi`."""
    inside = textwrap.indent(_text({"_answer": value}), "    ")
    return f"def _make():\n{inside}    return _answer\n\n\n{name} = _make()\n"


class _Writer:
    def __init__(self):
        self.imports: list[str] = []
        self.blocks: list[str] = []
        self._done: dict[str, int] = {}

    def define(self, name: str, value: Any) -> None:
        if name in self._done:
            if self._done[name] != id(value):
                raise _Clash(f"`{name}` means two different things in it")
            return
        self._done[name] = id(value)
        if isinstance(value, types.ModuleType):
            self.imports.append(f"import {value.__name__} as {name}")
        elif getattr(dflvi.types, name, None) is value:
            self.imports.append(f"from dflvi.types import {name}")
        elif _is_importable(value):
            self.imports.append(f"from {value.__module__} import {value.__qualname__} as {name}")
        elif isinstance(value, functools.partial):
            self._define_partial(name, value)
        elif inspect.isclass(value):
            self._define_from_source(name, value, value.__name__)
        elif callable(value) and hasattr(inspect.unwrap(value), "__code__"):
            self._define_function(name, value)
        else:
            self.blocks.append(f"{name} = {self._literal(name, value)}")

    def _define_function(self, name: str, value: Any) -> None:
        inner = inspect.unwrap(value)
        if getattr(value, "__code__", inner.__code__).co_filename.startswith(_JAX):
            raise CannotKeep(f"`{name}` was made by a transformation of JAX other than jit")
        if inner.__name__ == "<lambda>":
            text = _lambda_source(inner)
            self._needs(inner, ast.parse(text))
            self.blocks.append(f"{name} = {text}")
            return
        source = _source(inner)
        decorated = bool(ast.parse(source).body[0].decorator_list)
        self._define_from_source(name, inner, inner.__name__)
        static = getattr(getattr(value, "_jit_info", None), "static_argnames", None)
        if hasattr(value, "lower") and not decorated:
            # `step = jax.jit(step_by_hand)`
            self.imports.append("import jax as _jax")
            words = f", static_argnames={static!r}" if static else ""
            self.blocks.append(f"{name} = _jax.jit({inner.__name__}{words})")

    def _define_from_source(self, name: str, value: Any, own_name: str) -> None:
        source = _source(value)
        self._done.setdefault(own_name, id(value))
        self._needs(value, ast.parse(source))
        self.blocks.append(source.rstrip())
        if own_name != name:
            self.blocks.append(f"{name} = {own_name}")

    def _define_partial(self, name: str, value: functools.partial) -> None:
        self.imports.append("import functools as _functools")
        self.define(f"_{name}_func", value.func)
        words = [f"_{name}_func"]
        for i, arg in enumerate(value.args):
            self.define(f"_{name}_{i}", arg)
            words.append(f"_{name}_{i}")
        for key, arg in value.keywords.items():
            self.define(f"_{name}_{key}", arg)
            words.append(f"{key}=_{name}_{key}")
        self.blocks.append(f"{name} = _functools.partial({', '.join(words)})")

    def _needs(self, value: Any, tree: ast.AST) -> None:
        """Define every global that the text names."""
        scope = dict(getattr(value, "__globals__", None) or vars(sys.modules.get(value.__module__, builtins)))
        code = getattr(value, "__code__", None)
        if code is not None and value.__closure__:
            cells = zip(code.co_freevars, value.__closure__)
            scope |= {name: cell.cell_contents for name, cell in cells if _is_filled(cell)}
        own = getattr(value, "__name__", None)
        in_annotations = _names_in_annotations(tree)
        self.imports += _submodules(tree, scope)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Name) or node.id not in scope or node.id == own:
                continue
            try:
                self.define(node.id, scope[node.id])
            except CannotKeep:
                if node.id not in in_annotations:
                    raise
                self.imports.append(f"from typing import Any as {node.id}")

    def _literal(self, name: str, value: Any) -> str:
        if value is None or value is Ellipsis or isinstance(value, (bool, int, str, bytes)):
            return repr(value)
        if isinstance(value, float):
            return repr(value) if math.isfinite(value) else f'float("{value}")'
        if isinstance(value, (jax.Array, np.ndarray, np.generic)):
            return self._array(name, value)
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            self.define(type(value).__name__, type(value))
            return f"{type(value).__name__}({', '.join(self._literal(name, one) for one in value)})"
        if type(value) in (list, tuple, set):
            inside = ", ".join(self._literal(name, one) for one in value)
            return {list: f"[{inside}]", tuple: f"({inside},)" if value else "()", set: f"{{{inside}}}"}[type(value)]
        if type(value) is dict:
            pairs = [f"{self._literal(name, k)}: {self._literal(name, one)}" for k, one in value.items()]
            return "{" + ", ".join(pairs) + "}"
        raise CannotKeep(f"`{name}` is a {type(value).__name__}")

    def _array(self, name: str, value: Any) -> str:
        if isinstance(value, jax.Array) and jax.numpy.issubdtype(value.dtype, jax.dtypes.prng_key):
            self.imports.append("import jax as _jax")
            return f"_jax.random.wrap_key_data({self._array(name, jax.random.key_data(value))})"
        if value.size > _MAX_ENTRIES:
            raise CannotKeep(f"`{name}` is an array of {value.size} numbers")
        self.imports.append("import numpy as _np")
        text = f"_np.array({np.asarray(value).tolist()!r}, dtype={str(value.dtype)!r})"
        text = text.replace("nan", "_np.nan").replace("inf", "_np.inf")
        if isinstance(value, jax.Array):
            self.imports.append("import jax.numpy as _jnp")
            return f"_jnp.asarray({text})"
        return text


def _submodules(tree: ast.AST, scope: Mapping[str, Any]) -> list[str]:
    """Imports of the modules that a text names by dots: jax.flatten_util is not there because jax is."""
    found = []
    for node in ast.walk(tree):
        parts = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        module = scope.get(node.id) if isinstance(node, ast.Name) else None
        path = module.__name__ if isinstance(module, types.ModuleType) else ""
        for part in parts if path else ():
            path = f"{path}.{part}"
            if not isinstance(sys.modules.get(path), types.ModuleType):
                break
            found.append(f"import {path}")
    return found


def _names_in_annotations(tree: ast.AST) -> set[str]:
    """The names that occur in annotations and nowhere else."""
    inside: list[ast.Name] = []
    for node in ast.walk(tree):
        for annotation in (getattr(node, "annotation", None), getattr(node, "returns", None)):
            if annotation is not None:
                inside += [part for part in ast.walk(annotation) if isinstance(part, ast.Name)]
    elsewhere = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in inside}
    return {node.id for node in inside} - elsewhere


def _source(value: Any) -> str:
    try:
        return textwrap.dedent(inspect.getsource(value))
    except (OSError, TypeError):
        raise CannotKeep(f"the text of `{getattr(value, '__name__', value)}` cannot be found") from None


def _lambda_source(value: Any) -> str:
    """The text of a lambda, found in its file by the place of its code."""
    code = value.__code__
    places = [place for place in code.co_positions() if None not in place and place[3] > place[2]]
    try:
        lines, _ = inspect.findsource(value)
        tree = ast.parse("".join(lines))
    except (OSError, TypeError, SyntaxError):
        raise CannotKeep("the text of a lambda in it cannot be found") from None
    around = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Lambda) and places and all(_holds(node.body, place) for place in places)
    ]  # fmt: skip
    if not around:
        raise CannotKeep("the text of a lambda in it cannot be found")
    return ast.unparse(
        min(around, key=lambda node: (node.end_lineno - node.lineno, node.end_col_offset - node.col_offset))
    )


def _holds(node: ast.expr, place: tuple) -> bool:
    """Whether the text of a node has the place (line, last line, column, last column) in it."""
    first, last, start, end = place
    return (node.lineno, node.col_offset) <= (first, start) and (last, end) <= (node.end_lineno, node.end_col_offset)


def _is_importable(value: Any) -> bool:
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        return False
    if module in ("__main__", "dflvi_answers") or module.startswith("solutions."):
        return False  # `solutions` may not be installed where the text goes
    found = sys.modules.get(module)
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is value


def _is_filled(cell: Any) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return False
    return True
