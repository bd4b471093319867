"""2.1  The reverse KL from a Gaussian to the two bumps."""

# Built from solutions/cavi/reverse_kl.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def reverse_kl(theta: Float[Array, " 2"]) -> Scalar:
    """KL(Q || P) in nats, for Q = N(m, s^2) and the P with two bumps of `log_p`.

    There is no formula; compute the integral with a rule on a grid. It is wanted to 1e-3, for m from -8 to 8 and
    s from 0.3 to 8.

    Args:
        theta: [m, log s], the mean of Q and the log of its standard deviation.

    Returns:
        the divergence, a number. JAX must be able to differentiate it in theta.
    """
    raise NotImplementedError("yours to write")

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
)
