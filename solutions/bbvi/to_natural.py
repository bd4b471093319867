"""3.1  A Gaussian in its natural parameters."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def to_natural(m: Float[Array, " K"], s2: Float[Array, " K"]) -> Float[Array, "2 K"]:
    """The natural parameters of the factors q(mu_k) = N(m_k, s2_k).

    Args:
        m: means, [K].
        s2: variances, [K], positive.

    Returns:
        eta, [2, K]. For each k, the log density of N(m_k, s2_k) at mu is eta[0, k] * mu + eta[1, k] * mu^2
        plus a number in which mu does not occur.
    """
    return jnp.stack([m / s2, -0.5 / s2])


# ---- other right answers ----------------------------------------------------------------------


def through_the_precision(m, s2):
    """From the reciprocal of the variance."""
    precision = jnp.reciprocal(s2)
    return jnp.array([precision * m, precision * -0.5])


def by_differentiating_log_q(m, s2):
    """The slope at zero, and half the curvature, of the log density."""

    def log_q(mu, m, s2):
        return jax.scipy.stats.norm.logpdf(mu, m, jnp.sqrt(s2))

    slope = jax.vmap(jax.grad(log_q), (None, 0, 0))(0.0, m, s2)
    curvature = jax.vmap(jax.grad(jax.grad(log_q)), (None, 0, 0))(0.0, m, s2)
    return jnp.concatenate([slope[None], curvature[None] / 2])


# ---- checks: cheap to deep --------------------------------------------------------------------


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
    variants=(through_the_precision, by_differentiating_log_q),
    mistakes=(
        Mistake(
            "a-column-each",
            one_edit("-0.5 / s2])", "-0.5 / s2], axis=1)"),
            "You return a row for each component. Here eta has two rows, one that goes with mu and one that "
            "goes with its square.",
            caught_by=gives_a_row_for_mu_and_a_row_for_its_square,
        ),
        Mistake(
            "sign-of-the-square",
            one_edit("-0.5", "0.5"),
            "With your eta the density grows with the square of mu, in both directions. Look at the sign "
            "that stands in the exponent of a Gaussian.",
            caught_by=the_density_falls_off_on_both_sides,
        ),
        Mistake(
            "rows-exchanged",
            lambda m, s2: jnp.stack([-0.5 / s2, m / s2]),
            "Your second row is positive wherever m is. The numbers are right, and each stands in the other "
            "one's row.",
            caught_by=the_density_falls_off_on_both_sides,
        ),
        Mistake(
            "no-half",
            one_edit("-0.5", "-1.0"),
            "The first row is right. With your second row the density is too narrow, as if s2 were half of "
            "what it is.",
            also=lambda m, s2: jnp.stack([m, -jnp.ones_like(m)]) / s2[None, :],
            caught_by=the_log_density_is_linear_in_mu_and_its_square,
        ),
        Mistake(
            "mean-as-it-is",
            one_edit("m / s2,", "m,"),
            "Your first row is the mean itself. It is right where s2 is 1 and nowhere else.",
            caught_by=the_log_density_is_linear_in_mu_and_its_square,
        ),
        Mistake(
            "takes-s2-for-a-standard-deviation",
            lambda m, s2: jnp.stack([m, jnp.full_like(m, -0.5)]) / s2**2,
            "You square s2, and it is a square already: the review's s_k^2. Try it at s2 = 4.",
            caught_by=the_log_density_is_linear_in_mu_and_its_square,
        ),
    ),
    answer="""
$-\\frac{(\\mu - m)^2}{2 s^2} = \\frac{m}{s^2}\\,\\mu - \\frac{1}{2 s^2}\\,\\mu^2 - \\frac{m^2}{2 s^2}$. The
last piece does not contain $\\mu$, so $\\eta = (m / s^2,\\; -1 / (2 s^2))$: the mean in units of the
variance, and minus half the precision.
""",
    afterword="Precisions add up when data come in, and so do these two rows. That is their whole charm.",
)
