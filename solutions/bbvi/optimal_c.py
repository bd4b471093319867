"""3.9  The best multiple of a control."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def optimal_c(y: Float[Array, " n"], z: Float[Array, " n"]) -> Scalar:
    """The number c for which y + c (z - E[Z]) scatters least, judged by these draws.

    Args:
        y: draws of what is to be averaged, [n].
        z: draws of the control that go with them, [n]; n is at least 2 and z is not constant.

    Returns:
        c, a number. It minimises the variance of y + c z over the n draws; mind the plus sign.
    """
    away = z - z.mean()
    return -jnp.mean((y - y.mean()) * away) / jnp.mean(away**2)


# ---- other right answers ----------------------------------------------------------------------


def from_the_covariance_matrix(y, z):
    """Both moments with the divisor n - 1."""
    cov = jnp.cov(jnp.stack([z, y]))
    return -cov[0, 1] / cov[0, 0]


def by_least_squares(y, z):
    """Minus the slope of the regression line of y on z."""
    design = jnp.stack([jnp.ones_like(z), z - z[0]], axis=1)
    return -jnp.linalg.lstsq(design, y)[0][1]


# ---- checks: cheap to deep --------------------------------------------------------------------


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
    variants=(from_the_covariance_matrix, by_least_squares),
    mistakes=(
        Mistake(
            "a-c-for-each-draw",
            one_edit("jnp.mean((y - y.mean()) * away)", "((y - y.mean()) * away)"),
            "An array of n numbers came back. There is one c for all draws: an average is missing.",
            caught_by=gives_one_number,
        ),
        Mistake(
            "not-centred",
            lambda y, z: -jnp.mean(y * z) / jnp.mean(z**2),
            "Your c changes when the same number is added to all z. Only how far they are from their mean may "
            "count.",
            also=lambda y, z: -jnp.linalg.lstsq(z[:, None], y)[0][0],
            caught_by=shifting_the_control_changes_nothing,
        ),
        Mistake(
            "raw-moments",
            lambda y, z: -(jnp.mean(y * z) - y.mean() * z.mean()) / (jnp.mean(z**2) - z.mean() ** 2),
            "On paper your formula is right. With z near 4096 it is the difference of two numbers of 17 million, "
            "and float32 has seven digits: subtract the means before you multiply.",
            caught_by=shifting_the_control_changes_nothing,
        ),
        Mistake(
            "sign",
            one_edit("return -jnp", "return jnp"),
            "With your c the corrected terms scatter more than the plain ones. The correction pushes the wrong way.",
            caught_by=no_other_multiple_scatters_less,
        ),
        Mistake(
            "variance-of-y-below",
            one_edit("jnp.mean(away**2)", "jnp.var(y)"),
            "Multiply all y by ten: the best c becomes ten times as large, and yours ten times smaller. Look at "
            "which variance you divide by.",
            caught_by=no_other_multiple_scatters_less,
        ),
        Mistake(
            "correlation",
            one_edit("jnp.mean(away**2)", "(jnp.std(y) * jnp.std(z))"),
            "You return a correlation, which has no unit. c turns units of z into units of y.",
            caught_by=no_other_multiple_scatters_less,
        ),
        Mistake(
            "two-divisors",
            one_edit("jnp.mean(away**2)", "jnp.var(z, ddof=1)"),
            "With 7 draws you are off by a factor of 7/6 or 6/7. The covariance was divided by one of n and n - 1, "
            "and the variance by the other.",
            caught_by=no_other_multiple_scatters_less,
        ),
    ),
    answer="""
$\\mathrm{Var}(Y + cZ) = \\mathrm{Var}(Y) + 2c\\,\\mathrm{Cov}(Y, Z) + c^2\\,\\mathrm{Var}(Z)$ is lowest at
$c^* = -\\mathrm{Cov}(Y, Z)/\\mathrm{Var}(Z)$, minus the slope of the regression of y on z. What remains is
$(1 - \\mathrm{corr}^2)\\,\\mathrm{Var}(Y)$.
""",
    afterword="It is a regression: the control takes away what a straight line in z explains.",
)
