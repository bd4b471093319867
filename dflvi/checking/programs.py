"""Compiled programs, kept by what they compute: two functions of the same equations share one.

To build and compile a small program takes JAX ten times as long as to trace it. A learner's functions are traced each
time a check runs, since what they name may have changed, and come out the same nearly always.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any

import jax
import numpy as np

_MANY = 100  # programs, about 2 MB each
_LARGE = 2**16  # bytes of a constant, above which it is known by its place in memory
_ONLY_FOR_DERIVATIVES = {"jvp_jaxpr_fun", "fwd_jaxpr_thunk", "jvp_jaxpr_thunk", "bwd"}  # new in each trace

_compiled: OrderedDict[Hashable, Any] = OrderedDict()


def compiled(traced: Any, arguments: Any, options: dict | None) -> Any:
    """The program of a `jax.stages.Traced`, ready to be called with `arguments`, compiled unless its like was."""
    trees = jax.tree.structure(arguments), jax.tree.structure(traced.out_info)
    key = (*trees, bool(jax.config.jax_enable_x64), _closed(traced.jaxpr))
    if key not in _compiled:
        _compiled[key] = traced.lower().compile(options)
        if len(_compiled) > _MANY:
            _compiled.popitem(last=False)
    _compiled.move_to_end(key)
    return _compiled[key]


def forget() -> None:
    """Let go of all programs."""
    _compiled.clear()


def _closed(closed: Any) -> tuple:
    return _equations(closed.jaxpr), tuple(_value(const) for const in closed.consts)


def _equations(jaxpr: Any) -> tuple:
    """A program with its variables numbered in the order in which they appear."""
    numbers: dict[Any, int] = {}

    def read(variable: Any) -> Hashable:
        if hasattr(variable, "val"):
            return variable.aval, _value(variable.val)
        return numbers[variable]

    def write(variable: Any) -> Hashable:
        numbers[variable] = len(numbers)
        return variable.aval

    return (
        tuple(write(variable) for variable in (*jaxpr.constvars, *jaxpr.invars)),
        tuple(
            (
                equation.primitive,
                equation.ctx,
                tuple((name, _setting(value)) for name, value in equation.params.items()
                      if name not in _ONLY_FOR_DERIVATIVES),
                tuple(read(variable) for variable in equation.invars),
                tuple(write(variable) for variable in equation.outvars),
            )
            for equation in jaxpr.eqns
        ),
        tuple(read(variable) for variable in jaxpr.outvars),
    )  # fmt: skip


def _setting(value: Any) -> Hashable:
    if hasattr(value, "jaxpr"):
        return _closed(value)
    if hasattr(value, "eqns"):
        return _equations(value)
    if isinstance(value, (tuple, list)):
        return tuple(_setting(part) for part in value)
    return _value(value)


class _Itself:
    """Equal to nothing but the same object, which it keeps alive."""

    def __init__(self, value: Any):
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, _Itself) and self.value is other.value


def _value(value: Any) -> Hashable:
    if hasattr(value, "dtype") and jax.dtypes.issubdtype(value.dtype, jax.dtypes.prng_key):
        return _Itself(value)
    if isinstance(value, (bool, int, float, complex)) or hasattr(value, "__array__"):
        array = np.asarray(value)
        if array.nbytes > _LARGE:
            return _Itself(value)
        return type(value).__name__, str(array.dtype), array.shape, array.tobytes()
    try:
        hash(value)
    except TypeError:
        return _Itself(value)
    return type(value).__name__, value
