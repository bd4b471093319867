"""1.0  A gradient for each row."""

# Built from solutions/conjugacy/row_gradients.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def row_gradients(
    loss: Callable[[Float[Array, " p"], Float[Array, " d"]], Scalar], w: Float[Array, " p"], X: Float[Array, "n d"]
) -> Float[Array, "n p"]:
    """The gradient in w of loss(w, x), for each row x of X.

    Args:
        loss: a function of w and of one row, written in JAX, that returns a number.
        w: parameters, [p].
        X: data, a row each, [n, d].

    Returns:
        an array [n, p]: row i is the gradient of loss(w, X[i]) with respect to w. (PyTorch's `backward` would have
        added them up.)
    """
    raise NotImplementedError("yours to write")

_CLOSE = Tolerance(1e-4, 1e-4)


def _bent(w, x):
    """A loss of three parameters and a row of two: the square of a wave's height."""
    return (w[0] * jnp.sin(w[1] * x[0]) + w[2] * x[1]) ** 2


def _arguments(rng, n=4):
    return rng.uniform(0.5, 1.5, 3).astype(np.float32), rng.uniform(0.5, 1.5, (n, 2)).astype(np.float32)


def gives_a_row_for_each_row(attempt):
    w, X = _arguments(attempt.rng)
    where = "three parameters, four rows of two"
    got = finite(attempt(_bent, w, X), where=where)
    holds(got.ndim == 2, "A gradient for each row is a table of numbers.", value=got.ndim, where=where,
          expected="shape (4, 3)", got=f"shape {got.shape}")  # fmt: skip
    has_shape(got, (4, 3), where=where)


def a_row_does_not_see_the_others(attempt):
    w, X = _arguments(attempt.rng)
    before = finite(has_shape(attempt(_bent, w, X), (4, 3), where="four rows"), where="four rows")
    moved = X.copy()
    moved[1] += np.float32(0.5)
    after = attempt(_bent, w, moved)
    close(np.delete(has_shape(after, (4, 3)), 1, axis=0), np.delete(before, 1, axis=0), _CLOSE,
          where="the second of four rows is changed", says="the gradients of the other three")  # fmt: skip


def is_the_slope_in_each_parameter(attempt):
    w, X = _arguments(attempt.rng)
    a, b, c = w.astype(np.float64)
    x, y = X.astype(np.float64).T
    height = a * np.sin(b * x) + c * y
    want = 2 * height[:, None] * np.stack([np.sin(b * x), a * x * np.cos(b * x), y], axis=1)
    close(attempt(_bent, w, X), want, _CLOSE, where="(w_0 sin(w_1 x_0) + w_2 x_1)^2, four rows")


exercise = Exercise(
    row_gradients,
    question="1.0",
    minutes=4,
    difficulty=1,
    hints=(
        "Start with one row: which transformation turns `loss` into a function that returns its gradient?",
        "`jax.grad(loss)` is such a function, of w and one row. Now it has to be mapped over the rows, while w "
        "stays the same for all of them.",
        "`jax.vmap` takes `in_axes`, an entry for each argument: None for one that is not mapped, 0 for one that "
        "is mapped over its first axis. Wrap the gradient in it, and call the result.",
    ),
    checks=(gives_a_row_for_each_row, a_row_does_not_see_the_others, is_the_slope_in_each_parameter),
)
