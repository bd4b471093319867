"""1.5  The divergence of a diagonal Gaussian from the standard one."""

# Built from solutions/conjugacy/kl_diag_std.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, finite
from dflvi.checking.exercise import Exercise
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
    raise NotImplementedError("yours to write")

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
)
