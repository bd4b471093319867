"""2.1  The forward KL from the two bumps to a Gaussian."""

# Built from solutions/cavi/forward_kl.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def forward_kl(theta: Float[Array, " 2"]) -> Scalar:
    """KL(P || Q) in nats, for Q = N(m, s^2) and the P with two bumps of `log_p`.

    It is wanted to 1e-3, for m from -8 to 8 and s from 0.3 to 8; on a grid, or by whatever way is exact enough.

    Args:
        theta: [m, log s], the mean of Q and the log of its standard deviation.

    Returns:
        the divergence, a number. JAX must be able to differentiate it in theta.
    """
    raise NotImplementedError("yours to write")

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
)
