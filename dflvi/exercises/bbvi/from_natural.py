"""3.1  And back to a mean and a variance."""

# Built from solutions/bbvi/from_natural.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures
from dflvi.checking.compare import Tolerance, close, fields, has_shape, holds
from dflvi.checking.exercise import Exercise


def from_natural(eta: Float[Array, "2 K"]) -> tuple[Float[Array, " K"], Float[Array, " K"]]:
    """Means and variances of the factors with these natural parameters.

    Args:
        eta: [2, K]; the log density of factor k at mu is eta[0, k] * mu + eta[1, k] * mu^2 plus a number.
            The second row is negative.

    Returns:
        m: means, [K].
        s2: variances, [K].
    """
    raise NotImplementedError("yours to write")

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
)
