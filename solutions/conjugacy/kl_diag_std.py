"""1.5  The divergence of a diagonal Gaussian from the standard one."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, finite
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def kl_diag_std(mu: Float[Array, " k"], log_var: Float[Array, " k"]) -> Scalar:
    """KL(N(mu, diag(var)) || N(0, I)) in nats, from the means and the logs of the variances.

    Args:
        mu: means, [k].
        log_var: logs of the *variances* (not of the standard deviations), [k], any number from -200 to 20. In
            float32 the variance of the former is zero, and the divergence is an ordinary number all the same.

    Returns:
        the divergence in k dimensions, a number that is at least zero up to rounding. JAX must be able to
        differentiate it in both arguments, over that whole range.

    The formula is to be derived; it needs the first two moments of a normal and nothing else. (It is the last term
    of the loss of a variational autoencoder: Kingma and Welling, Auto-Encoding Variational Bayes, appendix B.)
    """
    return 0.5 * jnp.sum(jnp.exp(log_var) + mu**2 - log_var - 1)


# ---- other right answers ----------------------------------------------------------------------


def cross_entropy_less_entropy(mu, log_var):
    """Two averages, each with its constants."""
    log_two_pi = jnp.log(2 * jnp.pi)
    entropy = jnp.sum(log_two_pi + 1 + log_var) / 2
    surprise = jnp.sum(log_two_pi + jnp.exp(log_var) + jnp.square(mu)) / 2
    return surprise - entropy


def coordinate_by_coordinate(mu, log_var):
    """A Python loop, with what widening and what shifting costs."""
    total = 0.0
    for m, lv in zip(mu, log_var):
        total = total + (jnp.expm1(lv) - lv) / 2 + m * m / 2
    return total


def by_matrices(mu, log_var):
    """The textbook's formula for two multivariate normals: trace, square, dimension, log-determinant."""
    cov = jnp.diag(jnp.exp(log_var))
    return 0.5 * (jnp.trace(cov) + jnp.dot(mu, mu) - mu.shape[0] - log_var.sum())


# ---- checks: cheap to deep --------------------------------------------------------------------
# Eight cases of k = 3 go in at once; two programs, the value and its two slopes, serve nearly all checks.

CLOSE = Tolerance(1e-5, 1e-5)


def _cases(rng):
    mu = rng.normal(size=(8, 3)) * 1.3
    log_var = rng.uniform(-2.5, 1.5, (8, 3))
    return mu.astype(np.float32), log_var.astype(np.float32)


def is_zero_and_flat_at_the_standard_normal(attempt):
    nought = np.zeros((8, 3), np.float32)
    where = "mu = [0, 0, 0], log_var = [0, 0, 0]: q is the standard normal"
    close(attempt.vmap(0, 0)(nought, nought), np.zeros(8), where=where, says="nothing differs")
    slopes = attempt.grad((0, 1)).vmap(0, 0)(nought, nought)
    for name, slope in zip(("mu", "log_var"), slopes, strict=True):
        close(slope, nought, where=where, says="a minimum is flat", what=f"the gradient in {name}")


def is_a_sum_over_coordinates(attempt):
    mu, log_var = _cases(attempt.rng)
    once = attempt.vmap(0, 0)(mu, log_var)
    twice = attempt.vmap(0, 0)(np.tile(mu, 2), np.tile(log_var, 2))
    where = "each coordinate written twice, k = 6 against k = 3"
    close(twice, 2 * np.asarray(finite(once, shape=(8,), where=where), np.float64), CLOSE, where=where,
          says="independent coordinates add up")  # fmt: skip
    where = "coordinates in reverse order, mu negated"
    says = "the standard normal looks alike from all sides"
    close(attempt.vmap(0, 0)(-mu[:, ::-1], log_var[:, ::-1]), once, CLOSE, where=where, says=says)


def is_finite_for_the_narrowest_and_the_widest(attempt):
    log_var = np.repeat(np.float32([-200, -150, -120, -100, -80, -20, 10, 20])[:, None], 3, axis=1)
    mu = np.zeros((8, 3), np.float32)
    where = "mu = 0, log_var from -200 to 20, k = 3"
    want = 1.5 * (np.expm1(log_var[:, 0].astype(np.float64)) - log_var[:, 0])
    got = finite(attempt.vmap(0, 0)(mu, log_var), shape=(8,), where=where)
    slope = attempt.grad((0, 1)).vmap(0, 0)(mu, log_var)[1]
    slope = finite(slope, shape=(8, 3), where=where, what="the gradient in log_var")
    close(got, want, Tolerance(1e-4, 1e-5), where=where, says="the divergence")
    close(slope, np.expm1(log_var.astype(np.float64)) / 2, CLOSE, where=where, what="the gradient in log_var")


def is_the_average_of_the_log_ratio(attempt):
    # log q - log p is quadratic in z, for which the quadrature is exact.
    mu, log_var = _cases(attempt.rng)
    nodes, weights = oracles.gauss_hermite(9)
    m, lv = (one.astype(np.float64)[..., None] for one in (mu, log_var))
    z = m + np.exp(lv / 2) * nodes
    ratio = oracles.normal_logpdf(z, m, np.exp(lv)) - oracles.normal_logpdf(z)
    where = "eight random mu and log_var, k = 3; the average is taken by Gauss-Hermite quadrature"
    close(attempt.vmap(0, 0)(mu, log_var), (ratio @ weights).sum(axis=1), CLOSE, where=where,
          says="E_q[log q(z) - log p(z)]")  # fmt: skip
    # The slopes of the same average: z moves with mu and with sigma, and the curve -log p(z) has the slope z.
    slopes = attempt.grad((0, 1)).vmap(0, 0)(mu, log_var)
    want = (z @ weights, (z * (z - m) / 2 - 0.5) @ weights)
    for name, slope, truth in zip(("mu", "log_var"), slopes, want, strict=True):
        close(slope, truth, CLOSE, where=where, says="a slope", what=f"the gradient in {name}")


exercise = Exercise(
    kl_diag_std,
    question="1.5",
    minutes=8,
    difficulty=1,
    differentiable=True,
    hints=(
        "Both densities are products over coordinates, so the log of their ratio is a sum. Do one coordinate.",
        "In one coordinate there are two averages under q, of log q and of log p. Each is the average of a "
        "quadratic in z, plus a constant, and the same log of 2 pi stands in both.",
        "You need E[(z - mu)^2], which is the variance, and E[z^2], which is the variance and the square of the mean. "
        "Two of the four terms come from log p and two from log q. In code, use `log_var` where a log is "
        "wanted and exponentiate it where the variance is; never take a log of what you exponentiated.",
    ),
    checks=(
        is_zero_and_flat_at_the_standard_normal,
        is_a_sum_over_coordinates,
        is_finite_for_the_narrowest_and_the_widest,
        is_the_average_of_the_log_ratio,
    ),
    variants=(cross_entropy_less_entropy, coordinate_by_coordinate, by_matrices),
    mistakes=(
        Mistake(
            "no-minus-one",
            one_edit(" - log_var - 1", " - log_var"),
            "Your divergence of a distribution from itself is not zero: at mu = 0, log_var = 0 you return half the "
            "number of dimensions. A constant got lost between two averages.",
            also=lambda mu, log_var: (mu @ mu + jnp.exp(log_var).sum() - log_var.sum()) / 2,
            caught_by=is_zero_and_flat_at_the_standard_normal,
        ),
        Mistake(
            "half-of-the-log-variance",
            one_edit("- log_var", "- 0.5 * log_var"),
            "At the standard normal your slope in log_var is not zero, so some narrower q would have a negative "
            "divergence. You subtract the log of a standard deviation where that of a variance is due.",
            caught_by=is_zero_and_flat_at_the_standard_normal,
        ),
        Mistake(
            "log-variance-twice",
            one_edit("- log_var", "- 2 * log_var"),
            "Halve sigma: the entropy should drop by log 2, once, and with your formula it drops by that twice. Is "
            "the argument the log of sigma, or of its square?",
            caught_by=is_zero_and_flat_at_the_standard_normal,
        ),
        Mistake(
            "variance-squared",
            one_edit("jnp.exp(log_var)", "jnp.exp(log_var) ** 2"),
            "Zero where it should be, but not flat there: the slope in log_var at log_var = 0 is 1/2. You squared "
            "something that is a square already.",
            caught_by=is_zero_and_flat_at_the_standard_normal,
        ),
        Mistake(
            "standard-deviation-for-variance",
            one_edit("jnp.exp(log_var)", "jnp.exp(0.5 * log_var)"),
            "With mu = 0 and log_var a little below zero your result is too large, and above zero it is negative. What "
            "you exponentiate gives a standard deviation.",
            caught_by=is_zero_and_flat_at_the_standard_normal,
        ),
        Mistake(
            "mean-over-coordinates",
            one_edit("jnp.sum", "jnp.mean"),
            "Two copies of one coordinate must double the result, and yours stays as it is. Independent coordinates "
            "bring their divergences along, all of them.",
            caught_by=is_a_sum_over_coordinates,
        ),
        Mistake(
            "mean-not-squared",
            one_edit("mu**2", "jnp.abs(mu) * mu"),
            "Move q to the left instead of to the right and your result changes, even its sign. The standard normal "
            "does not know left from right.",
            caught_by=is_a_sum_over_coordinates,
        ),
        Mistake(
            "log-of-an-underflow",
            one_edit("- log_var", "- jnp.log(jnp.exp(log_var))"),
            "At log_var = -200 your value or its slope is not finite. In float32 that variance is zero, and its log is "
            "not what you started from. You were given the log; there is no need to go there and back.",
            also=lambda mu, log_var: cross_entropy_less_entropy(mu, jnp.log(jnp.exp(0.5 * log_var) ** 2)),
            caught_by=is_finite_for_the_narrowest_and_the_widest,
        ),
        Mistake(
            "reversed",
            lambda mu, log_var: 0.5 * jnp.sum((1 + mu**2) * jnp.exp(-log_var) + log_var - 1),
            "Zero at the right place and the wrong curve everywhere else: a very narrow q should cost little more than "
            "its entropy, and yours explodes. Which of the two distributions draws the samples?",
            caught_by=is_finite_for_the_narrowest_and_the_widest,
        ),
        Mistake(
            "no-half",
            one_edit("0.5 * jnp.sum", "jnp.sum"),
            "Twice too much. Draw a million z from q and average log q(z) - log p(z): it is half of your number.",
            caught_by=is_finite_for_the_narrowest_and_the_widest,
        ),
        Mistake(
            "mean-counted-twice",
            one_edit("mu**2", "2 * mu**2"),
            "Right for mu = 0. Shift q by one without changing its width: the divergence should go up by a half.",
            caught_by=is_the_average_of_the_log_ratio,
        ),
    ),
    answer="""
Both densities factorise over coordinates, so the log ratio is a sum and so is its average. For one coordinate,

$$E_q[\\log q] = -\\tfrac12(\\log 2\\pi + \\log\\sigma^2 + 1), \\qquad
E_q[\\log p] = -\\tfrac12(\\log 2\\pi + \\sigma^2 + \\mu^2),$$

since $E_q[(z-\\mu)^2] = \\sigma^2$ and $E_q[z^2] = \\sigma^2 + \\mu^2$. The difference, summed, is

$$\\mathrm{KL} = \\tfrac12 \\sum_i (\\sigma_i^2 + \\mu_i^2 - \\log\\sigma_i^2 - 1).$$

In code the log of the variance is an argument and is used as it is: log(exp(log_var)) is minus infinity at -200.
""",
    afterword="The loss of the autoencoder in section 4 contains this line, once for each image.",
)
