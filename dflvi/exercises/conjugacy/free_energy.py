"""1.6  The free energy of q: what it reaches of the log evidence."""

# Built from solutions/conjugacy/free_energy.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def free_energy(log_q: Float[Array, " n"], log_joint: Float[Array, " n"]) -> Scalar:
    """F(q) = E_q[log p(x, z) - log q(z)] in nats, for one observed x and a hidden z with n values.

    Args:
        log_q: log q(z) for each value of z, [n], finite. q sums to one.
        log_joint: log p(x, z) for each value of z at the x that was observed, [n]. The sum of p(x, z) over z is the
            evidence p(x); its log can be many thousands of nats from zero.

    Returns:
        the free energy, a number of either sign, never above log p(x). JAX must be able to differentiate it.

    (Tzikas, Likas and Galatsanos, eq. 8. From section 2 on it is called the ELBO, and in physics it has the
    opposite sign.)
    """
    raise NotImplementedError("yours to write")

CLOSE = Tolerance(1e-5, 1e-5)

N, VALUES = 40, 6


def _pairs(rng):
    """log_q and log_joint, with evidences from e^-6 to e^6."""
    log_q, shape = (oracles.log_softmax(1.3 * rng.normal(size=(N, VALUES))) for _ in range(2))
    log_joint = shape + np.linspace(-6.0, 6.0, N)[rng.permutation(N), None]
    return log_q.astype(np.float32), log_joint.astype(np.float32)


def _value(attempt, log_q, log_joint, where):
    return has_shape(attempt.vmap(0, 0)(log_q, log_joint), (N,), where=where).astype(np.float64)


def follows_the_scale_of_the_joint(attempt):
    log_q, log_joint = _pairs(attempt.rng)
    where = f"{N} pairs over {VALUES} values of z, log_joint and log_joint + 2.5"
    change = _value(attempt, log_q, log_joint + np.float32(2.5), where) - _value(attempt, log_q, log_joint, where)
    close(change, np.full(N, 2.5), Tolerance(2e-5, 2e-5), where=where, says="the change of F")


def never_exceeds_the_log_evidence(attempt):
    log_q, log_joint = _pairs(attempt.rng)
    where = f"{N} pairs over {VALUES} values of z"
    above = _value(attempt, log_q, log_joint, where) - oracles.logsumexp(log_joint, axis=1)
    holds(bool(np.all(above <= 1e-5)), "F lies above log p(x).", value=above, where=where, expected="at most log p(x)",
          got=f"log p(x) + {float(np.max(above)):.4g}")  # fmt: skip


def reaches_it_at_the_posterior_and_is_flat_there(attempt):
    _, log_joint = _pairs(attempt.rng)
    log_posterior = oracles.log_softmax(log_joint)
    where = f"q the posterior, {N} joints over {VALUES} values of z"
    log_q = log_posterior.astype(np.float32)
    close(_value(attempt, log_q, log_joint, where), oracles.logsumexp(log_joint, axis=1), CLOSE, where=where,
          says="F is all of log p(x)")  # fmt: skip
    slope = finite(attempt.grad(0).vmap(0, 0)(log_q, log_joint), shape=(N, VALUES), where=where,
                   what="the gradient in log_q").astype(np.float64)  # fmt: skip
    in_logits = slope - np.exp(log_posterior) * slope.sum(axis=1, keepdims=True)  # q stays a distribution
    close(in_logits, np.zeros((N, VALUES)), where=where, says="the top is flat", what="the gradient in the logits of q")


def bears_an_evidence_of_any_size(attempt):
    _, log_joint = _pairs(attempt.rng)
    # Eighths stay eighths when they are moved so far, and the numbers near there are 1/128 apart in float32.
    eighths = np.round(8 * log_joint) / 8
    log_q = oracles.log_softmax(eighths).astype(np.float32)
    for far in (-1e5, 1e5):
        where = f"log_joint near {far:+.0e}, q the posterior"
        moved = (eighths + far).astype(np.float32)
        got = finite(_value(attempt, log_q, moved, where), where=where)
        close(got, far + oracles.logsumexp(eighths, axis=1), Tolerance(0.1, 1e-5), where=where, says="F")


def is_right_for_two_gaussians(attempt):
    # z ~ N(0, 1), x | z ~ N(z, 1), q = N(m, s2). On 301 points, with the width of a cell in both logs.
    x, m, s2 = 1.4, attempt.rng.normal(size=N) * 0.8, attempt.rng.uniform(0.2, 1.5, N)
    z = np.linspace(-8.0, 8.0, 301)
    cell = np.log(z[1] - z[0])
    log_q = (oracles.normal_logpdf(z, m[:, None], s2[:, None]) + cell).astype(np.float32)
    log_joint = np.tile(oracles.normal_logpdf(z) + oracles.normal_logpdf(x, z) + cell, (N, 1)).astype(np.float32)
    nodes, weights = oracles.gauss_hermite(9)
    at = m[:, None] + np.sqrt(s2)[:, None] * nodes
    energy = (oracles.normal_logpdf(at) + oracles.normal_logpdf(x, at)) @ weights
    want = energy + 0.5 * np.log(2 * np.pi * np.e * s2)
    where = f"z ~ N(0, 1), x | z ~ N(z, 1), x = {x}, {N} Gaussian q, z on 301 points"
    close(_value(attempt, log_q, log_joint, where), want, Tolerance(1e-4, 1e-4), where=where, says="F(q)")


exercise = Exercise(
    free_energy,
    question="1.6",
    minutes=6,
    difficulty=1,
    differentiable=True,
    hints=(
        "It is one average of one difference of logs. Who averages?",
        "The weights are the probabilities q(z); you are given their logs. The joint stays a log from beginning to "
        "end, since its exponential may not exist in floating point.",
        "Exponentiate `log_q` for the weights. Multiply each weight by (log joint less log q) of the same z, and add "
        "up. Nothing is normalised: the size of the joint is the very thing that F is about.",
    ),
    checks=(
        follows_the_scale_of_the_joint,
        never_exceeds_the_log_evidence,
        reaches_it_at_the_posterior_and_is_flat_there,
        bears_an_evidence_of_any_size,
        is_right_for_two_gaussians,
    ),
)
