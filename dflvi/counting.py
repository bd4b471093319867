"""What a function costs: how many tanhs, read off the program that JAX makes of it; and how many seconds."""

import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from dflvi.train import compiled, mapped


def tanhs(f: Callable, *args: Any) -> int | None:
    """How many numbers f(*args) puts through a tanh, None where a `while_loop` decides that for itself.

    Loops count as often as they run. Of a `cond` the branch with more of them counts.
    """
    try:
        program = jax.make_jaxpr(f)(*args).jaxpr
    except TypeError:  # JAX's errors about tracers are: it is NumPy's
        return _while_numpy_runs(f, *args)
    return _in(program)


def _in(program: Any) -> int | None:
    total = 0
    for equation in program.eqns:
        inner = [getattr(part, "jaxpr", part) for part in jax.tree.leaves(
            list(equation.params.values()), is_leaf=lambda one: hasattr(getattr(one, "jaxpr", one), "eqns")
        )]  # fmt: skip
        counts = [_in(part) for part in inner if hasattr(part, "eqns")]
        if equation.primitive.name == "while" and any(count != 0 for count in counts):
            return None
        if None in counts:
            return None
        if equation.primitive.name == "tanh":
            total += int(np.prod(equation.outvars[0].aval.shape))
        elif equation.primitive.name == "cond":
            total += max(counts, default=0)
        else:
            total += sum(counts) * equation.params.get("length", 1)
    return total


def _while_numpy_runs(f: Callable, *args: Any) -> int:
    plain, total = np.tanh, 0

    def counted(x, *rest, **named):
        nonlocal total
        total += np.size(x)
        return plain(x, *rest, **named)

    np.tanh = counted
    try:
        f(*args)
    finally:
        np.tanh = plain
    return total


def seconds(f: Callable, params: Any, points: Any, for_at_most: float = 1.0) -> float:
    """How long f(params, z) takes for all points z together, compiled if JAX can: the best of a few runs.

    Args:
        f: a function of parameters and one point.
        params: its first argument.
        points: one of its second arguments in each row.
        for_at_most: no further run begins after so many seconds.
    """
    everywhere = compiled(lambda params, points: mapped(lambda z: f(params, z), points))
    jax.block_until_ready(everywhere(params, points))  # compiles
    best, spent = np.inf, 0.0
    while spent < for_at_most:
        start = time.perf_counter()
        jax.block_until_ready(everywhere(params, points))
        took = time.perf_counter() - start
        best, spent = min(best, took), spent + max(took, for_at_most / 20)
    return best
