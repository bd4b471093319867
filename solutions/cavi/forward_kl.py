"""2.1  The forward KL from the two bumps to a Gaussian."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar
from solutions.cavi.log_p import log_p


def forward_kl(theta: Float[Array, " 2"]) -> Scalar:
    """KL(P || Q) in nats, for Q = N(m, s^2) and the P with two bumps of `log_p`.

    It is wanted to 1e-3, for m from -8 to 8 and s from 0.3 to 8; on a grid, or by whatever way is exact enough.

    Args:
        theta: [m, log s], the mean of Q and the log of its standard deviation.

    Returns:
        the divergence, a number. JAX must be able to differentiate it in theta.
    """
    z = jnp.linspace(-15.0, 15.0, 1501)
    log_target = jax.vmap(log_p)(z)
    log_q = jax.scipy.stats.norm.logpdf(z, theta[0], jnp.exp(theta[1]))
    return jnp.sum(jnp.exp(log_target) * (log_target - log_q)) * (z[1] - z[0])


# ---- other right answers ----------------------------------------------------------------------


def by_moments(theta):
    """Log Q is quadratic, so two moments of P are enough; the entropy of P by bumps."""
    m, log_s = theta
    cross = 0.5 * jnp.log(2 * jnp.pi) + log_s + 0.5 * (26 + m**2) * jnp.exp(-2 * log_s)
    return cross - (0.5 * jnp.log(2 * jnp.pi * jnp.e) + jnp.log(2.0))


def bump_by_bump(theta):
    """Gauss-Hermite around each bump."""
    nodes, weights = (jnp.asarray(part, jnp.float32) for part in np.polynomial.hermite_e.hermegauss(20))
    z = jnp.concatenate([nodes - 5, nodes + 5])
    log_q = -0.5 * ((z - theta[0]) / jnp.exp(theta[1])) ** 2 - theta[1] - 0.5 * jnp.log(2 * jnp.pi)
    values = jax.vmap(log_p)(z) - log_q
    return jnp.dot(jnp.concatenate([weights, weights]), values) / (2 * jnp.sum(weights))


# ---- checks: cheap to deep --------------------------------------------------------------------

_Z = np.linspace(-18.0, 18.0, 7201)
_LOG_P = oracles.logsumexp(oracles.normal_logpdf(_Z[:, None], np.array([-5.0, 5.0])), axis=1) - np.log(2)


def _truth(theta):
    m, log_s = np.asarray(theta, np.float64)
    return oracles.trapezoid(np.exp(_LOG_P) * (_LOG_P - oracles.normal_logpdf(_Z, m, np.exp(2 * log_s))), _Z)


def _thetas(rng):
    """Seven, with m on both sides, s from below one to 8; some far from neutral."""
    m = np.array([-7.0, -4.0, -1.0, 0.5, 2.0, 5.5, 7.5]) + rng.uniform(-0.4, 0.4, 7)
    s = np.array([0.4, 1.6, 8.0, 3.0, 0.7, 6.0, 2.2]) * rng.uniform(0.85, 1.0, 7)
    return np.stack([m, np.log(s)], axis=1).astype(np.float32)


def _of_all(attempt, thetas):
    return finite(has_shape(attempt.vmap(0)(thetas), (len(thetas),), where="one theta at a time"))


def is_never_negative(attempt):
    thetas = _thetas(attempt.rng)
    values = _of_all(attempt, thetas)
    worst = int(np.argmin(values))
    m, s = thetas[worst, 0], np.exp(thetas[worst, 1])
    holds(bool(values.min() > -1e-3), "A KL divergence is negative.", value=values, tolerance=2e-3,
          where=f"m = {m:.3g}, s = {s:.3g}", got=f"{values.min():.5g}")  # fmt: skip


def is_lowest_where_the_moments_are_those_of_the_target(attempt):
    # The mean of P is 0 and its variance 26; 0.935902 is the divergence there.
    best = np.array([0.0, 0.5 * np.log(26.0)])
    shifts = np.array([[0, 0], [0.8, 0], [-0.8, 0], [0, 0.2], [0, -0.2], [0.5, 0.1], [-0.5, 0.1]])
    values = _of_all(attempt, (best + shifts).astype(np.float32)).astype(np.float64)
    where = "Q = N(0, 26), and six near it"
    close(values[0], 0.935902, Tolerance(1e-3, 0.0), where="Q = N(0, 26)", says="the divergence")
    holds(bool(np.all(values[1:] > values[0] + 1e-3)), "Another Q near N(0, 26) is closer to P than N(0, 26) is.",
          value=values, tolerance=1e-3, where=where)  # fmt: skip


def agrees_with_another_integral(attempt):
    thetas = _thetas(attempt.rng)
    want = np.array([_truth(theta) for theta in thetas])
    got = _of_all(attempt, thetas)
    order = np.argsort(thetas[:, 0])
    picture = Picture(thetas[order, 0], want[order], got[order].astype(np.float64), "m", "KL(P || Q) (nats)")
    close(got, want, Tolerance(1e-3, 1e-3), where=f"s = {np.round(np.exp(thetas[:, 1]), 2)}", picture=picture,
          says="the divergence")  # fmt: skip


def has_the_slope_of_its_value(attempt):
    thetas = _thetas(attempt.rng)
    thetas[0, 0] = 0.0  # by symmetry the slope in m is zero there, for every s
    slopes = finite(attempt.grad(0).vmap(0)(thetas), shape=thetas.shape, what="the gradient")
    want = np.array([oracles.gradient(_truth, theta, 1e-4) for theta in thetas])
    close(slopes, want, Tolerance(5e-3, 5e-3), where=f"m = {np.round(thetas[:, 0], 2)}", what="the gradient",
          says="the slope in m and log s")  # fmt: skip


# ---- mistakes that need a helper --------------------------------------------------------------


def the_other_direction(theta):
    """KL(Q || P)."""
    z = jnp.linspace(-80.0, 80.0, 8001)
    log_q = jax.scipy.stats.norm.logpdf(z, theta[0], jnp.exp(theta[1]))
    return jnp.sum(jnp.exp(log_q) * (log_q - jax.vmap(log_p)(z))) * (z[1] - z[0])


def on_points_around_q(theta):
    """A grid that follows Q and not P."""
    z = theta[0] + jnp.exp(theta[1]) * jnp.linspace(-2.0, 2.0, 1201)
    log_target = jax.vmap(log_p)(z)
    log_q = jax.scipy.stats.norm.logpdf(z, theta[0], jnp.exp(theta[1]))
    return jnp.sum(jnp.exp(log_target) * (log_target - log_q)) * (z[1] - z[0])


exercise = Exercise(
    forward_kl,
    question="2.1",
    minutes=6,
    difficulty=2,
    differentiable=True,
    hints=(
        "Now P does the averaging. Where does the grid have to lie, and does it have to move with theta?",
        "Take a fixed grid that covers both bumps with some standard deviations to spare. Weights are densities of "
        "P times the spacing.",
        "At each point take log P less log Q, weight it with P there, add up. (Or notice that log Q is a quadratic "
        "in z, so that only the mean and the variance of P are needed beside its entropy.)",
    ),
    checks=(
        is_never_negative,
        is_lowest_where_the_moments_are_those_of_the_target,
        agrees_with_another_integral,
        has_the_slope_of_its_value,
    ),
    variants=(by_moments, bump_by_bump),
    mistakes=(
        Mistake(
            "the-sign",
            one_edit("log_target - log_q", "log_q - log_target"),
            "Your values are negative, with the right size. Whose log comes first?",
            also=lambda theta: -by_moments(theta),
            caught_by=is_never_negative,
        ),
        Mistake(
            "points-around-q",
            on_points_around_q,
            "For a narrow Q away from a bump the value is far too small or negative. Your points follow Q, and P, "
            "which has to be averaged over, lies elsewhere.",
            caught_by=is_never_negative,
        ),
        Mistake(
            "the-other-direction",
            the_other_direction,
            "N(0, 26) has the mean and variance of P and costs you 3.71 nats; the charge is for the mass that it "
            "has in the valley. That is the other direction.",
            caught_by=is_lowest_where_the_moments_are_those_of_the_target,
        ),
        Mistake(
            "cross-entropy-only",
            one_edit("(log_target - log_q)", "-log_q"),
            "Every value is too large by the same 2.11 nats. As a loss it serves as well; as a divergence it lacks "
            "something that does not depend on theta.",
            caught_by=is_lowest_where_the_moments_are_those_of_the_target,
        ),
        Mistake(
            "log-s-taken-for-log-variance",
            one_edit("jnp.exp(theta[1])", "jnp.exp(theta[1] / 2)"),
            "At its lowest your Q would have a log s that is twice too large. The second entry of theta is the log "
            "of a standard deviation.",
            caught_by=is_lowest_where_the_moments_are_those_of_the_target,
        ),
        Mistake(
            "only-one-bump-averaged",
            lambda theta: by_moments(theta) - theta[0] * jnp.exp(-2 * theta[1]),
            "At m = 0 you are right, and m and -m get different values although P is symmetric. One bump seems to "
            "count more than the other.",
            caught_by=is_lowest_where_the_moments_are_those_of_the_target,
        ),
        Mistake(
            "tails-of-log-q-cut",
            lambda theta: jnp.minimum(by_moments(theta), 30.0),
            "Good for wide Q, too small for narrow ones, where you never exceed 30 nats. Is a density of Q kept "
            "away from zero before its log is taken? That charge is the point of this direction.",
            caught_by=agrees_with_another_integral,
        ),
        Mistake(
            "slope-through-numbers",
            one_edit("jnp.exp(theta[1])", "jnp.exp(jax.lax.stop_gradient(theta[1]))"),
            "The values are right, and the slope in log s is zero. Did it leave JAX on the way, through "
            "`float`, NumPy or a stop_gradient?",
            caught_by=has_the_slope_of_its_value,
        ),
    ),
    answer="""
KL(P || Q) = E_P log P - E_P log Q. Only the second term depends on theta, and log Q is quadratic in z:

$$-E_P \\log Q = \\tfrac12 \\log 2\\pi + \\log s + \\frac{\\mathrm{Var}_P + (E_P z - m)^2}{2 s^2}.$$

Its minimum is at m = E_P z = 0 and s^2 = Var_P = 26: the moments are matched, as for every exponential family Q.
The value there is 0.9359. For another way, average log P - log Q over a fixed grid that covers P.
""",
    afterword="Minimising this direction asks for moments of P, which is what one does not have.",
)
