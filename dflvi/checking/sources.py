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
from typing import Any

import jax
import numpy as np

_MAX_ENTRIES = 20_000  # of an array that is written out as text


class CannotKeep(Exception):
    """An answer depends on something that cannot be written down; the message says on what."""


def self_contained(answers: Mapping[str, Any]) -> str:
    """Python text that defines these answers anew, with the functions, imports and constants they use.

    Raises CannotKeep.
    """
    writer = _Writer()
    for name, value in answers.items():
        writer.define(name, value)
    return "\n\n".join([*dict.fromkeys(writer.imports), *writer.blocks]) + "\n"


class _Writer:
    def __init__(self):
        self.imports: list[str] = []
        self.blocks: list[str] = []
        self._done: dict[str, int] = {}

    def define(self, name: str, value: Any) -> None:
        if name in self._done:
            if self._done[name] != id(value):
                raise CannotKeep(f"`{name}` means two different things in it")
            return
        self._done[name] = id(value)
        if isinstance(value, types.ModuleType):
            self.imports.append(f"import {value.__name__} as {name}")
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
        if inner.__name__ == "<lambda>":
            self._needs(inner, ast.parse(_lambda_source(inner)))
            self.blocks.append(f"{name} = {_lambda_source(inner)}")
            return
        source = _source(inner)
        decorated = bool(ast.parse(source).body[0].decorator_list)
        self._define_from_source(name, inner, inner.__name__)
        if value is not inner and not decorated:
            # `step = jax.jit(step_by_hand)`: what it does is what the inner function does.
            self.imports.append("import jax as _jax")
            self.blocks.append(f"{name} = _jax.jit({inner.__name__})")

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
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in scope and node.id != own:
                self.define(node.id, scope[node.id])

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


def _source(value: Any) -> str:
    try:
        return textwrap.dedent(inspect.getsource(value))
    except (OSError, TypeError):
        raise CannotKeep(f"the text of `{getattr(value, '__name__', value)}` cannot be found") from None


def _lambda_source(value: Any) -> str:
    tree = None
    source = _source(value).strip()
    for text in (source, source.rstrip(","), f"({source})"):
        try:
            tree = ast.parse(text)
            break
        except SyntaxError:
            continue
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)] if tree else []
    if len(lambdas) != 1:
        raise CannotKeep("it is a lambda whose text cannot be told from its neighbours")
    return ast.unparse(lambdas[0])


def _is_importable(value: Any) -> bool:
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module in ("__main__", "dflvi_answers"):
        return False
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
