"""3.1  And back to a mean and a variance."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures
from dflvi.checking.compare import Tolerance, close, fields, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def from_natural(eta: Float[Array, "2 K"]) -> tuple[Float[Array, " K"], Float[Array, " K"]]:
    """Means and variances of the factors with these natural parameters.

    Args:
        eta: [2, K]; the log density of factor k at mu is eta[0, k] * mu + eta[1, k] * mu^2 plus a number.
            The second row is negative.

    Returns:
        m: means, [K].
        s2: variances, [K].
    """
    s2 = -0.5 / eta[1]
    return eta[0] * s2, s2


# ---- other right answers ----------------------------------------------------------------------


def by_completing_the_square(eta):
    """The top of the parabola and its curvature."""
    linear, square = eta
    return {"m": -linear / (2 * square), "s2": jnp.reciprocal(-2 * square)}


def from_the_log_normaliser(eta):
    """First and second derivative of log Z in the factor of mu."""

    def log_normaliser(linear, square):
        return -(linear**2) / (4 * square) - jnp.log(-2 * square) / 2

    mean = jax.grad(log_normaliser)
    return jax.vmap(mean)(*eta), jax.vmap(jax.grad(mean))(*eta)


# ---- checks: cheap to deep --------------------------------------------------------------------

_GRID = np.linspace(-25.0, 25.0, 8001)


def _natural(rng):
    eta = np.stack([rng.permutation([-2.4, 0.8, 1.5, 3.1]), rng.permutation([-1.7, -0.9, -0.4, -0.2])])
    return eta.astype(np.float32)


def _parts(attempt, eta):
    m, s2 = fields(attempt(eta), "m", "s2")
    where = "K = 4"
    return has_shape(m, (4,), where=where, what="m"), has_shape(s2, (4,), where=where, what="s2")


def the_variances_are_positive(attempt):
    eta = _natural(attempt.rng)
    m, s2 = _parts(attempt, eta)
    holds(bool(np.all(s2 > 0)), "A variance is negative.", value=s2, where=f"eta[1] = {np.round(eta[1], 3)}",
          got=f"{np.round(s2, 4)}")  # fmt: skip


def they_are_the_moments_of_that_density(attempt):
    eta = _natural(attempt.rng)
    m, s2 = _parts(attempt, eta)
    mean, variance = mixtures.moments(eta, _GRID)
    where = f"eta = {np.round(eta[0], 3)}, {np.round(eta[1], 3)}"
    close(s2, variance, Tolerance(1e-5, 1e-4), where=where, what="s2", says="s2, the variance of that density")
    close(m, mean, Tolerance(1e-5, 1e-4), where=where, what="m", says="m, the mean of that density")


exercise = Exercise(
    from_natural,
    question="3.1",
    minutes=4,
    difficulty=1,
    hints=(
        "You have the two equations from `to_natural`. Which of them contains one unknown only?",
        "Solve the second row for the variance. Then the first row gives the mean.",
        "A check on paper: m = 6 and s2 = 2 have eta = (3, -0.25). Your formulas have to bring these two "
        "numbers back.",
    ),
    checks=(the_variances_are_positive, they_are_the_moments_of_that_density),
    variants=(by_completing_the_square, from_the_log_normaliser),
    mistakes=(
        Mistake(
            "sign-lost",
            one_edit("-0.5", "0.5"),
            "Your variances are negative: the second row of eta is below zero, and its sign has to go on "
            "the way.",
            caught_by=the_variances_are_positive,
        ),
        Mistake(
            "rows-exchanged-on-return",
            one_edit("return eta[0] * s2, s2", "return s2, eta[0] * s2"),
            "The mean is asked for first and the variance second. Yours come in the other order, and so a "
            "mean of -1.2 is read as a variance.",
            caught_by=the_variances_are_positive,
        ),
        Mistake(
            "the-precision",
            lambda eta: (eta[0] / (-2 * eta[1]), -2 * eta[1]),
            "The means are right. Where you should have a variance you have its reciprocal: where the second row is "
            "-0.2 the factor is wide, and yours is narrow.",
            also=lambda eta: tuple(jnp.stack([-eta[0] / eta[1], -4 * eta[1]]) / 2),
            caught_by=they_are_the_moments_of_that_density,
        ),
        Mistake(
            "half-on-the-wrong-side",
            one_edit("-0.5 / eta[1]", "-2 / eta[1]"),
            "Your variances are four times too large, and the means with them. Count what becomes of the "
            "one half when you solve for s2.",
            caught_by=they_are_the_moments_of_that_density,
        ),
        Mistake(
            "first-row-is-no-mean",
            one_edit("eta[0] * s2,", "eta[0],"),
            "The variances are right. The first row of eta is not the mean: at eta = (3.1, -0.2) the "
            "density has its top far beyond 3.1.",
            caught_by=they_are_the_moments_of_that_density,
        ),
    ),
    answer="""
The second row alone gives the variance, $s^2 = -1/(2 \\eta_2)$; then $m = \\eta_1 s^2$.
""",
    afterword="Not every pair of numbers is lawful: the second row has to stay below zero.",
)
