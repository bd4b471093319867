"""3.1  A Gaussian in its natural parameters."""

# Built from solutions/bbvi/to_natural.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise


def to_natural(m: Float[Array, " K"], s2: Float[Array, " K"]) -> Float[Array, "2 K"]:
    """The natural parameters of the factors q(mu_k) = N(m_k, s2_k).

    Args:
        m: means, [K].
        s2: variances, [K], positive.

    Returns:
        eta, [2, K]. For each k, the log density of N(m_k, s2_k) at mu is eta[0, k] * mu + eta[1, k] * mu^2
        plus a number in which mu does not occur.
    """
    raise NotImplementedError("yours to write")


def _factors(rng):
    m = rng.permutation([-3.1, 0.4, 1.7, 2.6]).astype(np.float32)
    return m, rng.permutation([0.3, 0.7, 1.9, 4.0]).astype(np.float32)


def gives_a_row_for_mu_and_a_row_for_its_square(attempt):
    m, s2 = _factors(attempt.rng)
    has_shape(attempt(m, s2), (2, 4), where="K = 4")


def the_density_falls_off_on_both_sides(attempt):
    m, s2 = _factors(attempt.rng)
    eta = finite(attempt(m, s2), shape=(2, 4), where="K = 4")
    holds(bool(np.all(eta[1] < 0)), "The log density goes up without end as mu grows.", value=eta[1],
          where=f"s2 = {np.round(s2, 3)}", expected="eta[1] below zero", got=f"{np.round(eta[1], 4)}")  # fmt: skip


def the_log_density_is_linear_in_mu_and_its_square(attempt):
    m, s2 = _factors(attempt.rng)
    eta = finite(attempt(m, s2), shape=(2, 4), where="K = 4").astype(np.float64)
    for mu in (-1.0, 1.0, 2.5):
        rise = oracles.normal_logpdf(mu, m.astype(np.float64), s2.astype(np.float64))
        rise -= oracles.normal_logpdf(0.0, m.astype(np.float64), s2.astype(np.float64))
        close(eta[0] * mu + eta[1] * mu**2, rise, where=f"m = {np.round(m, 3)}, s2 = {np.round(s2, 3)}",
              says=f"by how much the log density at mu = {mu:g} is above that at 0")  # fmt: skip


exercise = Exercise(
    to_natural,
    question="3.1",
    minutes=5,
    difficulty=1,
    hints=(
        "Write down the log density of a Gaussian and multiply the square out. Which pieces contain mu?",
        "There is a piece with mu and a piece with mu squared. What stands in front of each of them?",
        "Both factors have the variance below the bar. One of them has the mean above it, the other a "
        "number, and its sign makes the density go to zero far out.",
    ),
    checks=(
        gives_a_row_for_mu_and_a_row_for_its_square,
        the_density_falls_off_on_both_sides,
        the_log_density_is_linear_in_mu_and_its_square,
    ),
)
