"""3.9  The best multiple of a control."""

# Built from solutions/bbvi/optimal_c.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def optimal_c(y: Float[Array, " n"], z: Float[Array, " n"]) -> Scalar:
    """The number c for which y + c (z - E[Z]) scatters least, judged by these draws.

    Args:
        y: draws of what is to be averaged, [n].
        z: draws of the control that go with them, [n]; n is at least 2 and z is not constant.

    Returns:
        c, a number. It minimises the variance of y + c z over the n draws; mind the plus sign.
    """
    raise NotImplementedError("yours to write")


def _draws(rng):
    """Seven draws in eighths, so that adding thousands loses nothing, whose variances differ."""
    z = rng.permutation([-1.5, -0.625, 0.0, 0.25, 1.0, 1.375, 2.75])
    y = np.round(8 * (2.2 * z + 0.75 * rng.normal(size=7) + 1.5)) / 8
    return y.astype(np.float32), z.astype(np.float32)


def gives_one_number(attempt):
    y, z = _draws(attempt.rng)
    has_shape(attempt(y, z), (), where="n = 7")


def shifting_the_control_changes_nothing(attempt):
    y, z = _draws(attempt.rng)
    here = attempt(y, z)
    there = attempt(y + np.float32(2048), z + np.float32(4096))
    close(there, here, Tolerance(1e-3, 1e-3), where="n = 7, with 2048 added to y and 4096 to z", says="c")


def no_other_multiple_scatters_less(attempt):
    # The variance of y + c z is a parabola in c: three of its values tell where it is lowest.
    y, z = _draws(attempt.rng)
    low, middle, high = (np.var(y.astype(np.float64) + c * z) for c in (-1.0, 0.0, 1.0))
    close(attempt(y, z), (low - high) / (2 * (low - 2 * middle + high)), Tolerance(1e-4, 1e-4), where="n = 7",
          says="c, against the bottom of the parabola of variances")  # fmt: skip


exercise = Exercise(
    optimal_c,
    question="3.9",
    minutes=6,
    difficulty=1,
    hints=(
        "Write Var(y + c z) with the variance of y, that of z and their covariance. What kind of function of c is "
        "it?",
        "It is a parabola. Set its derivative to zero.",
        "A covariance over a variance, with a sign: where z and y rise together, a z above its mean has to be "
        "paid for by a y that is put down.",
    ),
    checks=(gives_one_number, shifting_the_control_changes_nothing, no_other_multiple_scatters_less),
)
