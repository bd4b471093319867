"""5.3  There and back."""

# Built from solutions/flows/recon_error.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import array, has_shape, holds
from dflvi.checking.couplings import random_params
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def recon_error(params: Any, X: Float[Array, "n d"]) -> Scalar:
    """How well a flow used as an autoencoder gives back what it was given.

    Args:
        params: what your `init_nice` made, with any numbers in it.
        X: data, a point a row, [n, d].

    Returns:
        one number, zero or more: the largest absolute difference between the points and what your `nice_inverse` makes
        of the codes that your `nice_forward` gives them. (A mean of squared differences is right too.)
    """
    raise NotImplementedError("yours to write")

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
)
