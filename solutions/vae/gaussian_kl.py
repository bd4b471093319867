"""4.5  The price of the code: KL from a diagonal Gaussian to the prior."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T32_LOOSE, T64, Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    return 0.5 * jnp.sum(jnp.exp(logvar) + mu**2 - 1 - logvar)


# ---- other right answers ----------------------------------------------------------------------


def cross_entropy_minus_entropy(mu, logvar):
    """Two expectations under q: of minus the log of the prior, and of minus the log of q."""
    half_log_2pi = 0.5 * jnp.log(2 * jnp.pi)
    crossed = jnp.sum(half_log_2pi + 0.5 * (jnp.square(mu) + jnp.exp(logvar)))
    return crossed - jnp.sum(half_log_2pi + 0.5 + 0.5 * logvar)


def from_standard_deviations(mu, logvar):
    """Coordinate by coordinate, with expm1 for what matters near the prior."""

    def of_one(m, s):
        return (jnp.expm1(2 * s) - 2 * s + m * m) / 2

    return jnp.vectorize(of_one)(mu, logvar / 2).sum()


# ---- checks: cheap to deep --------------------------------------------------------------------


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


# ---- known wrong answers ----------------------------------------------------------------------


def _other_direction(mu, logvar):
    return 0.5 * jnp.sum(jnp.exp(-logvar) * (1 + mu**2) - 1 + logvar)


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
    variants=(cross_entropy_minus_entropy, from_standard_deviations),
    mistakes=(
        Mistake(
            "one-missing",
            one_edit(" - 1 -", " -"),
            "The prior itself costs something: at mu = 0 and logvar = 0 you charge half a nat a coordinate. Each "
            "coordinate lacks a constant.",
            also=lambda mu, logvar: jnp.sum(jnp.exp(logvar) + jnp.square(mu) - logvar) / 2,
            caught_by=the_prior_costs_nothing,
        ),
        Mistake(
            "mean-over-the-coordinates",
            one_edit("jnp.sum", "jnp.mean"),
            "Repeat every coordinate and nothing changes: six cost as much as three. With d = 1 you would not see it. "
            "Bounds are made of sums; what weakens the KL raises your bound above the evidence.",
            caught_by=coordinates_add_up,
        ),
        Mistake(
            "sign",
            one_edit("0.5 *", "-0.5 *"),
            "Your KL is negative away from the prior. As a part of a loss it would have no bottom: training would send "
            "mu to infinity.",
            caught_by=is_the_mean_log_ratio,
        ),
        Mistake(
            "log-standard-deviation",
            one_edit("jnp.exp(logvar)", "jnp.exp(2 * logvar)"),
            "Right at logvar = 0 and nowhere else: your variance at logvar = 1 is 7.4, where it is 2.7. What is the "
            "second argument the log of?",
            caught_by=is_the_mean_log_ratio,
        ),
        Mistake(
            "half-forgotten",
            one_edit("0.5 *", "1.0 *"),
            "Twice the right number for every q. The exponent of a Gaussian density has a factor that should have come "
            "along.",
            caught_by=is_the_mean_log_ratio,
        ),
        Mistake(
            "other-direction",
            _other_direction,
            "That is the KL from the prior to q. It is finite and positive too, and for q with a tiny variance it is "
            "enormous. Under which of the two is the mean taken?",
            caught_by=is_the_mean_log_ratio,
        ),
        Mistake(
            "log-variance-clipped",
            one_edit("jnp.exp(logvar) +", "jnp.exp(jnp.clip(logvar, -10, 10)) +"),
            "Moderate values are right. At logvar = 14 your slope is that of a constant: the variance is no longer "
            "pulled back, just where that is needed most.",
            caught_by=its_slopes_lead_to_the_prior,
        ),
    ),
    answer="""
For one coordinate $\\tfrac12(\\sigma^2 + \\mu^2 - 1 - \\log\\sigma^2)$, with $\\sigma^2 = e^{\\mathtt{logvar}}$, and
coordinates add up since both densities are products. The slopes are $\\mu$ and $\\tfrac12(\\sigma^2 - 1)$: both vanish
at the prior and nowhere else.
""",
    afterword="It is the number of nats that this code may be expected to cost, coordinate by coordinate.",
)
