"""2.1  The reverse KL from a Gaussian to the two bumps."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar
from solutions.cavi.log_p import log_p


def reverse_kl(theta: Float[Array, " 2"]) -> Scalar:
    """KL(Q || P) in nats, for Q = N(m, s^2) and the P with two bumps of `log_p`.

    There is no formula; compute the integral with a rule on a grid. It is wanted to 1e-3, for m from -8 to 8 and
    s from 0.3 to 8.

    Args:
        theta: [m, log s], the mean of Q and the log of its standard deviation.

    Returns:
        the divergence, a number. JAX must be able to differentiate it in theta.
    """
    m, log_s = theta
    u = jnp.linspace(-9.0, 9.0, 1201)  # standard deviations from the mean
    log_u = jax.scipy.stats.norm.logpdf(u)
    log_ratio = (log_u - log_s) - jax.vmap(log_p)(m + jnp.exp(log_s) * u)
    return jnp.sum(jnp.exp(log_u) * log_ratio) * (u[1] - u[0])


# ---- other right answers ----------------------------------------------------------------------


def on_a_fixed_grid(theta):
    """The trapezoid rule in z, on one wide and fine grid."""
    z = jnp.linspace(-80.0, 80.0, 8001)
    log_q = jax.scipy.stats.norm.logpdf(z, theta[0], jnp.exp(theta[1]))
    return jax.scipy.integrate.trapezoid(jnp.exp(log_q) * (log_q - jax.vmap(log_p)(z)), z)


def entropy_and_energy(theta):
    """The entropy of a Gaussian in closed form, the rest at the middles of slices of equal probability."""
    slices = (jnp.arange(4000) + 0.5) / 4000
    z = theta[0] + jnp.exp(theta[1]) * jax.scipy.stats.norm.ppf(slices)
    entropy = theta[1] + 0.5 * jnp.log(2 * jnp.pi * jnp.e)
    return -entropy - jnp.mean(jax.vmap(log_p)(z))


# ---- checks: cheap to deep --------------------------------------------------------------------

_Z = np.linspace(-90.0, 90.0, 18001)
_LOG_P = oracles.logsumexp(oracles.normal_logpdf(_Z[:, None], np.array([-5.0, 5.0])), axis=1) - np.log(2)


def _truth(theta):
    m, log_s = np.asarray(theta, np.float64)
    log_q = oracles.normal_logpdf(_Z, m, np.exp(2 * log_s))
    return oracles.trapezoid(np.exp(log_q) * (log_q - _LOG_P), _Z)


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


def does_not_tell_left_from_right(attempt):
    thetas = _thetas(attempt.rng)
    mirrored = thetas * np.array([-1, 1], np.float32)
    close(_of_all(attempt, mirrored), _of_all(attempt, thetas), Tolerance(1e-3, 1e-3), where="m and -m, the same s",
          says="P is symmetric, so both have one value")  # fmt: skip


def is_log_two_on_either_bump(attempt):
    # P is half of N(5, 1) there, to 5e-7.
    thetas = np.array([[5.0, 0.0], [-5.0, 0.0]] + 5 * [[5.0, 0.0]], np.float32)
    close(_of_all(attempt, thetas), np.full(7, np.log(2)), Tolerance(1e-3, 0.0), where="Q = N(5, 1) and N(-5, 1)",
          says="Q is one of the bumps, and P is half of it there")  # fmt: skip


def agrees_with_another_integral(attempt):
    thetas = _thetas(attempt.rng)
    want = np.array([_truth(theta) for theta in thetas])
    got = _of_all(attempt, thetas)
    order = np.argsort(thetas[:, 0])
    picture = Picture(thetas[order, 0], want[order], got[order].astype(np.float64), "m", "KL(Q || P) (nats)")
    close(got, want, Tolerance(1e-3, 1e-3), where=f"s = {np.round(np.exp(thetas[:, 1]), 2)}", picture=picture,
          says="the divergence")  # fmt: skip


def has_the_slope_of_its_value(attempt):
    thetas = _thetas(attempt.rng)
    slopes = finite(attempt.grad(0).vmap(0)(thetas), shape=thetas.shape, what="the gradient")
    want = np.array([oracles.gradient(_truth, theta, 1e-4) for theta in thetas])
    close(slopes, want, Tolerance(5e-3, 5e-3), where=f"m = {np.round(thetas[:, 0], 2)}", what="the gradient",
          says="the slope in m and log s")  # fmt: skip


# ---- mistakes that need a helper --------------------------------------------------------------

_GRID = jnp.linspace(-80.0, 80.0, 8001)


def _logs(theta, log_scale=None):
    log_q = jax.scipy.stats.norm.logpdf(_GRID, theta[0], jnp.exp(theta[1] if log_scale is None else log_scale))
    return log_q, jax.vmap(log_p)(_GRID), _GRID[1] - _GRID[0]


def the_other_direction(theta):
    """KL(P || Q)."""
    log_q, log_target, width = _logs(theta)
    return jnp.sum(jnp.exp(log_target) * (log_target - log_q)) * width


def averaged_under_the_target(theta):
    """E_P of log Q - log P."""
    return -the_other_direction(theta)


def no_entropy(theta):
    """Minus E_Q log P alone."""
    log_q, log_target, width = _logs(theta)
    return -jnp.sum(jnp.exp(log_q) * log_target) * width


def a_grid_of_ten(theta):
    """A grid that holds P and cuts a wide Q off."""
    log_q, log_target, width = _logs(theta)
    inside = jnp.abs(_GRID) < 10.01
    return jnp.sum(jnp.where(inside, jnp.exp(log_q) * (log_q - log_target), 0.0)) * width


exercise = Exercise(
    reverse_kl,
    question="2.1",
    minutes=8,
    difficulty=2,
    differentiable=True,
    hints=(
        "The divergence is an average of a difference of logs. Which of P and Q does the averaging when Q is "
        "written first?",
        "A grid that suits every Q: place the points in standard deviations from m, and let them move and stretch "
        "with theta. How far out does a Gaussian have mass that counts?",
        "With u on a grid from -9 to 9, the point is m plus s times u; a standard normal density of u times the "
        "spacing is its weight. Weight the difference of the two logs at that point, and add up. Remember that "
        "log Q has log s in it.",
    ),
    checks=(
        is_never_negative,
        does_not_tell_left_from_right,
        is_log_two_on_either_bump,
        agrees_with_another_integral,
        has_the_slope_of_its_value,
    ),
    variants=(on_a_fixed_grid, entropy_and_energy),
    mistakes=(
        Mistake(
            "averaged-under-the-target",
            averaged_under_the_target,
            "Your loss is negative for every theta that we tried. You average log Q - log P, but P does the "
            "averaging; each of two things is the wrong way round.",
            caught_by=is_never_negative,
        ),
        Mistake(
            "the-sign",
            one_edit("return jnp.sum", "return -jnp.sum"),
            "Each value is negative, and the size is right. Which of the two logs comes first in the difference?",
            also=lambda theta: -on_a_fixed_grid(theta),
            caught_by=is_never_negative,
        ),
        Mistake(
            "one-bump-only",
            one_edit("jax.vmap(log_p)(m + jnp.exp(log_s) * u)",
                     "jax.scipy.stats.norm.logpdf(m + jnp.exp(log_s) * u, 5.0, 1.0)"),
            "A Q on the left costs you far more than its mirror image on the right. Your target has one bump.",
            caught_by=does_not_tell_left_from_right,
        ),
        Mistake(
            "the-other-direction",
            the_other_direction,
            "A Q that is one of the bumps costs 24 nats with you. That is the price for missing the other bump, and "
            "only the other direction of the KL charges it. With this loss the best Q would straddle both bumps.",
            caught_by=is_log_two_on_either_bump,
        ),
        Mistake(
            "no-entropy",
            no_entropy,
            "On a bump your value is 2.11 instead of 0.69, and it falls further as Q becomes narrower: Q would "
            "collapse to zero width. What rewards Q for being wide?",
            caught_by=is_log_two_on_either_bump,
        ),
        Mistake(
            "base-two",
            one_edit("(u[1] - u[0])", "(u[1] - u[0]) / jnp.log(2.0)"),
            "On a bump you have 1.00. That is one bit, and nats are asked for.",
            caught_by=is_log_two_on_either_bump,
        ),
        Mistake(
            "log-s-taken-for-log-variance",
            lambda theta: on_a_fixed_grid(jnp.stack([theta[0], theta[1] / 2])),
            "Right at s = 1 and nowhere else. The second entry of theta is the log of a standard deviation, not "
            "of a variance.",
            caught_by=agrees_with_another_integral,
        ),
        Mistake(
            "grid-cuts-q-off",
            a_grid_of_ten,
            "Right for narrow Q and wrong for s = 6 or more: your grid ends at 10 and much of such a Q lies beyond. "
            "The parts that are missing are those where P is smallest.",
            caught_by=agrees_with_another_integral,
        ),
        Mistake(
            "points-held-fixed",
            one_edit("(m + jnp.exp(log_s) * u)", "(jax.lax.stop_gradient(m + jnp.exp(log_s) * u))"),
            "The values are right and the slopes are not: the slope in m is zero everywhere. The points at which "
            "you evaluate log P move with theta, and JAX was not told so.",
            caught_by=has_the_slope_of_its_value,
        ),
    ),
    answer="""
KL(Q || P) = E_Q[log Q(z) - log P(z)]. With z = m + s u and u standard normal, log Q(z) = log N(u; 0, 1) - log s,
so the integral runs over u with weight N(u; 0, 1), on a grid that does not depend on theta:

$$\\mathrm{KL}(Q\\,\\|\\,P) \\approx \\sum_j N(u_j; 0, 1)\\, h\\, [\\log N(u_j; 0, 1) - \\log s - \\log P(m + s u_j)].$$

P multiplied by 3, so no longer normalised, would lower every value by log 3 and move no minimum: this direction
can be used with a target whose constant nobody knows.
""",
    afterword="It asks only for draws (here: points) of Q and for log P up to a constant.",
)
