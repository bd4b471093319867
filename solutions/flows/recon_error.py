"""5.3  There and back."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import array, has_shape, holds
from dflvi.checking.couplings import random_params
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar
from solutions.flows.nice_forward import nice_forward
from solutions.flows.nice_inverse import nice_inverse


def recon_error(params: Any, X: Float[Array, "n d"]) -> Scalar:
    """How well a flow used as an autoencoder gives back what it was given.

    Args:
        params: what your `init_nice` made, with any numbers in it.
        X: data, a point a row, [n, d].

    Returns:
        one number, zero or more: the largest absolute difference between the points and what your `nice_inverse` makes
        of the codes that your `nice_forward` gives them. (A mean of squared differences is right too.)
    """
    codes, _ = jax.vmap(lambda x: nice_forward(params, x))(X)
    back = jax.vmap(lambda z: nice_inverse(params, z))(codes)
    return jnp.abs(back - X).max()


# ---- other right answers ----------------------------------------------------------------------


def mean_squared(params, X):
    """A mean of squares, with maps that take a table."""
    back = nice_inverse(params, nice_forward(params, X)[0])
    return jnp.mean(jnp.sum((X - back) ** 2, axis=1))


def point_by_point(params, X):
    """A loop over rows."""
    gaps = [jnp.linalg.norm(x - nice_inverse(params, nice_forward(params, x)[0])) for x in X]
    return jnp.max(jnp.stack(gaps))


# ---- checks: cheap to deep --------------------------------------------------------------------


_WHERE = "d = 3, 4 points, two layers, random parameters"


def _error(attempt):
    X = attempt.rng.normal(size=(4, 3)).astype(np.float32)
    return float(array(has_shape(attempt(random_params(attempt, 3, 2), X), (), where=_WHERE)))


def is_one_number_and_not_negative(attempt):
    error = _error(attempt)
    good = np.isfinite(error) and error >= 0
    holds(good, "An error is a finite number, zero or more.", value=float(good), where=_WHERE, got=f"{error:.3g}")


def is_nearly_zero_with_random_parameters(attempt):
    error = _error(attempt)
    says = "A flow that was never trained gives back its points nevertheless; yours does not."
    holds(error < 1e-4, says, value=float(error < 1e-4), where=_WHERE, expected="less than 1e-4", got=f"{error:.3g}")


exercise = Exercise(
    recon_error,
    question="5.3",
    minutes=5,
    difficulty=1,
    needs=("init_nice",),
    hints=(
        "Which of your two maps is the encoder, and which the decoder?",
        "Three steps: codes of all points, points of all codes, differences.",
        "Map `nice_forward` over the rows and keep the first of its results; map `nice_inverse` over that; the largest "
        "absolute entry of the difference to X is the answer.",
    ),
    checks=(is_one_number_and_not_negative, is_nearly_zero_with_random_parameters),
    variants=(mean_squared, point_by_point),
    mistakes=(
        Mistake(
            "no-absolute-value",
            one_edit("jnp.abs(back - X).max()", "(back - X).min() - 1e-9"),
            "Your error can be negative, so that two errors cancel each other.",
            also=lambda params, X: -jnp.abs(recon_error(params, X)) - 1e-9,
            caught_by=is_one_number_and_not_negative,
        ),
        Mistake(
            "codes-for-points",
            one_edit("back - X", "codes - X"),
            "You measure how far the encoder moves a point. The decoder has not been used.",
            also=lambda params, X: jnp.mean((nice_forward(params, X)[0] - X) ** 2),
            caught_by=is_nearly_zero_with_random_parameters,
        ),
    ),
    answer="""
The decoder is the encoder's inverse for every value of the parameters, so the error is zero but for rounding: about
1e-6 in float32, with random parameters as well as with trained ones. There is nothing in it to be trained.
""",
    afterword="Zero before training, zero after. So it cannot be what a flow is trained on.",
)
