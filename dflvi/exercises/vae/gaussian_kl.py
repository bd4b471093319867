"""4.5  The price of the code: KL from a diagonal Gaussian to the prior."""

# Built from solutions/vae/gaussian_kl.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import T32_LOOSE, T64, Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def gaussian_kl(mu: Float[Array, " d"], logvar: Float[Array, " d"]) -> Scalar:
    """KL( N(mu, diag(exp(logvar))) || N(0, I) ) in nats.

    Args:
        mu: means, [d].
        logvar: natural logs of the variances, [d], any real numbers.

    Returns:
        one number, the sum over all coordinates.

    Question 1.5 has the formula. JAX must be able to differentiate it (Kingma and Welling 2013, appendix B).
    """
    raise NotImplementedError("yours to write")


def the_prior_costs_nothing(attempt):
    zero = np.zeros(3, np.float32)
    where = "mu = 0, logvar = 0"
    close(attempt(zero, zero), 0.0, T64, where=where, says="the KL of the prior to itself")


def coordinates_add_up(attempt):
    mu, logvar = attempt.rng.uniform(-2, 2, (2, 3))
    whole = has_shape(attempt.float64(mu, logvar), (), where="d = 3")
    spread = [np.diag(part) for part in (mu, logvar)]  # one coordinate at a time away from the prior
    parts = has_shape(attempt.float64.vmap(0, 0)(*spread), (3,), where="d = 3")
    twice = attempt.float64(*(np.concatenate([part, part]) for part in (mu, logvar)))
    # The trace is how a doubled vector compares with the sum over its coordinates: 1/d of it for a mean.
    says = "the KL over six coordinates is the sum of what its coordinates cost alone"
    close(twice, 2 * parts.sum(), T64, where="d = 6, the same three coordinates twice", says=says)
    close(whole, parts.sum(), T64, where="d = 3", says=says)


def is_the_mean_log_ratio(attempt):
    mu, logvar = attempt.rng.uniform(0.3, 2, (2, 4, 3)) * attempt.rng.choice((-1, 1), (2, 4, 3))
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    z = mu[..., None] + np.exp(0.5 * logvar)[..., None] * nodes
    log_q = -0.5 * (nodes**2 + logvar[..., None])
    want = np.sum((log_q + 0.5 * z**2) @ weights / weights.sum(), axis=-1)
    close(attempt.float64.vmap(0, 0)(mu, logvar), want, T64, where="four random q with d = 3",
          says="the mean of log q(z) - log p(z) over z from q")  # fmt: skip


def its_slopes_lead_to_the_prior(attempt):
    mu = np.array([0.7, -1.9, 40.0, 0.0, 2.5], np.float32)
    logvar = np.array([-0.8, 1.3, -14.0, 14.0, 0.6], np.float32)
    order = attempt.rng.permutation(5)
    mu, logvar = mu[order], logvar[order]
    where = f"mu = {mu}, logvar = {logvar}"
    for slope, want, name in zip(
        attempt.grad((0, 1))(mu, logvar), (mu, 0.5 * np.expm1(logvar.astype(np.float64))), ("mu", "logvar")
    ):
        tolerance = Tolerance(T32_LOOSE.abs, 1e-3)
        close(slope, want, tolerance, where=where, says=f"the slope in {name}", what="JAX")


exercise = Exercise(
    gaussian_kl,
    question="4.5",
    minutes=6,
    difficulty=1,
    differentiable=True,
    hints=(
        "You have derived it in question 1.5, with standard deviations. What is log s in terms of logvar?",
        "For one coordinate: the mean of the two log densities under q, subtracted. The log(2 pi) drop out.",
        "Half of four terms: a variance, a squared mean, a one and a log-variance. At the prior they must cancel, "
        "which fixes the signs.",
    ),
    checks=(
        the_prior_costs_nothing,
        coordinates_add_up,
        is_the_mean_log_ratio,
        its_slopes_lead_to_the_prior,
    ),
)
