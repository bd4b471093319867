"""1.6  The divergence of q from the posterior, computed from the joint."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def kl_to_posterior(log_q: Float[Array, " n"], log_joint: Float[Array, " n"]) -> Scalar:
    """KL(q(z) || p(z | x)) in nats, for one observed x and a hidden z with n values.

    Args:
        log_q: log q(z) for each value of z, [n], finite. q sums to one.
        log_joint: log p(x, z) for each value of z at the x that was observed, [n]. The posterior is this, normalised
            over z. The log of the sum of p(x, z) can be many thousands of nats from zero.

    Returns:
        the divergence, a number that is at least zero up to rounding, however large or small the evidence is.

    (Tzikas, Likas and Galatsanos, eq. 9.)
    """
    log_posterior = jax.nn.log_softmax(log_joint)
    return jnp.sum(jnp.exp(log_q) * (log_q - log_posterior))


# ---- other right answers ----------------------------------------------------------------------


def with_logsumexp(log_q, log_joint):
    """The evidence by name."""
    log_evidence = jax.scipy.special.logsumexp(log_joint)
    return jnp.vdot(jnp.exp(log_q), log_q - (log_joint - log_evidence))


def what_the_free_energy_lacks(log_q, log_joint):
    """By the claim of 1.6, with the largest entry taken off first."""
    log_joint = log_joint - log_joint.max()
    free_energy = jnp.exp(log_q) @ (log_joint - log_q)
    return jnp.log(jnp.exp(log_joint).sum()) - free_energy


# ---- checks: cheap to deep --------------------------------------------------------------------
# 40 pairs over 6 values of z go in at once: one program serves all checks but the last.

CLOSE = Tolerance(1e-5, 1e-5)
N, VALUES = 40, 6


def _pairs(rng):
    """log_q and log_joint, with evidences from e^-6 to e^6."""
    log_q, shape = (oracles.log_softmax(1.3 * rng.normal(size=(N, VALUES))) for _ in range(2))
    log_joint = shape + np.linspace(-6.0, 6.0, N)[rng.permutation(N), None]
    return log_q.astype(np.float32), log_joint.astype(np.float32)


def _value(attempt, log_q, log_joint, where):
    return has_shape(attempt.vmap(0, 0)(log_q, log_joint), (N,), where=where).astype(np.float64)


def does_not_see_the_scale_of_the_joint(attempt):
    log_q, log_joint = _pairs(attempt.rng)
    where = f"{N} pairs over {VALUES} values of z, log_joint and log_joint + 2.5"
    change = _value(attempt, log_q, log_joint + np.float32(2.5), where) - _value(attempt, log_q, log_joint, where)
    close(change, np.zeros(N), Tolerance(2e-5, 0), where=where, says="the change")


def is_zero_at_the_posterior(attempt):
    _, log_joint = _pairs(attempt.rng)
    log_q = oracles.log_softmax(log_joint).astype(np.float32)
    where = f"q the posterior, {N} joints over {VALUES} values of z"
    close(_value(attempt, log_q, log_joint, where), np.zeros(N), where=where, says="nothing differs")


def is_never_negative(attempt):
    log_q, log_joint = _pairs(attempt.rng)
    where = f"{N} pairs over {VALUES} values of z, evidences from e^-6 to e^6"
    got = _value(attempt, log_q, log_joint, where)
    lowest = float(np.min(got))
    holds(lowest >= -1e-5, "A divergence came out negative.", value=got, where=where, expected="at least 0",
          got=f"{lowest:.4g}")  # fmt: skip


def bears_an_evidence_of_any_size(attempt):
    _, log_joint = _pairs(attempt.rng)
    # Eighths stay eighths when they are moved so far. Numbers near 1e5 are 1/128 apart in float32, so an evidence of
    # this size, once it is a number by itself, is rounded by half of that, and an average of such numbers by more.
    eighths = np.round(8 * log_joint) / 8
    log_q = oracles.log_softmax(eighths).astype(np.float32)
    for far in (-1e5, 1e5):
        where = f"log_joint near {far:+.0e}, q the posterior"
        got = finite(_value(attempt, log_q, (eighths + far).astype(np.float32), where), where=where)
        close(got, np.zeros(N), Tolerance(0.1, 0), where=where, says="the divergence")


def is_right_for_two_gaussians(attempt):
    # z ~ N(0, 1), x | z ~ N(z, 1), so z | x ~ N(x / 2, 1 / 2); q = N(m, s2). On 301 points.
    x, m, s2 = 1.4, attempt.rng.normal(size=N) * 0.8, attempt.rng.uniform(0.2, 1.5, N)
    z = np.linspace(-8.0, 8.0, 301)
    cell = np.log(z[1] - z[0])
    log_q = (oracles.normal_logpdf(z, m[:, None], s2[:, None]) + cell).astype(np.float32)
    log_joint = np.tile(oracles.normal_logpdf(z) + oracles.normal_logpdf(x, z) + cell, (N, 1)).astype(np.float32)
    nodes, weights = oracles.gauss_hermite(9)
    at = m[:, None] + np.sqrt(s2)[:, None] * nodes
    want = -0.5 * np.log(2 * np.pi * np.e * s2) - oracles.normal_logpdf(at, x / 2, 0.5) @ weights
    where = f"z ~ N(0, 1), x | z ~ N(z, 1), x = {x}, {N} Gaussian q, z on 301 points"
    close(_value(attempt, log_q, log_joint, where), want, Tolerance(1e-4, 1e-4), where=where, says="the divergence")


exercise = Exercise(
    kl_to_posterior,
    question="1.6",
    minutes=5,
    difficulty=1,
    hints=(
        "You have written a KL divergence in 1.4. Here both distributions come as logs, and one of them is not "
        "normalised yet.",
        "Bayes' rule says how to get the posterior from the joint at a fixed x: divide by the sum over z. In logs "
        "that is a subtraction, and JAX has a function that does it safely.",
        "`jax.nn.log_softmax` of the log joint is the log posterior. Then it is the average under q of log q less "
        "that.",
    ),
    checks=(
        does_not_see_the_scale_of_the_joint,
        is_zero_at_the_posterior,
        is_never_negative,
        bears_an_evidence_of_any_size,
        is_right_for_two_gaussians,
    ),
    variants=(with_logsumexp, what_the_free_energy_lacks),
    mistakes=(
        Mistake(
            "from-the-joint-unnormalised",
            one_edit("log_q - log_posterior", "log_q - log_joint"),
            "Added to F this gives a constant, so it looks right. But your \"divergence\" falls when all of the joint "
            "is made larger, and can be negative. Section 2.3 is about this one.",
            also=lambda log_q, log_joint: -jnp.average(log_joint - log_q, weights=jnp.exp(log_q)),
            caught_by=does_not_see_the_scale_of_the_joint,
        ),
        Mistake(
            "normalised-without-logs",
            one_edit("jax.nn.log_softmax(log_joint)", "log_joint / jnp.sum(log_joint)"),
            "You divided the logs by their sum. It is the probabilities that have to sum to one, and dividing those is "
            "a subtraction among logs.",
            caught_by=does_not_see_the_scale_of_the_joint,
        ),
        Mistake(
            "no-entropy",
            one_edit("(log_q - log_posterior)", "-log_posterior"),
            "With q the posterior there is no difference, and you return the entropy of q. Only the surprise that "
            "comes on top of that counts.",
            caught_by=is_zero_at_the_posterior,
        ),
        Mistake(
            "sign",
            one_edit("(log_q - log_posterior)", "(log_posterior - log_q)"),
            "Zero at the posterior and below zero everywhere else. Which of the two logs is the larger one where q has "
            "its mass?",
            caught_by=is_never_negative,
        ),
        Mistake(
            "out-of-log-space",
            lambda log_q, log_joint: jnp.sum(
                jnp.exp(log_q) * (log_q - jnp.log(jnp.exp(log_joint) / jnp.sum(jnp.exp(log_joint))))
            ),
            "With a joint of exp(-100000) you divide zero by zero, and with exp(100000) infinity by infinity. "
            "Normalise among the logs; the largest of them can be taken off first.",
            also=lambda log_q, log_joint: jnp.exp(log_q) @ (log_q - log_joint + jnp.log(jnp.sum(jnp.exp(log_joint)))),
            caught_by=bears_an_evidence_of_any_size,
        ),
        Mistake(
            "roles-exchanged",
            one_edit(
                "jnp.exp(log_q) * (log_q - log_posterior)", "jnp.exp(log_posterior) * (log_posterior - log_q)"
            ),
            "The sum of your divergence and F changes with q, so the two are no parts of one whole. The posterior does "
            "the averaging in yours; we cannot draw from that, and can from q.",
            caught_by=is_right_for_two_gaussians,
        ),
        Mistake(
            "plain-mean-over-z",
            lambda log_q, log_joint: jnp.mean(jnp.exp(log_q) * (log_q - jax.nn.log_softmax(log_joint))),
            "Cut z into cells half as wide and nothing has happened, yet yours is halved. The weights sum to one "
            "already.",
            caught_by=is_right_for_two_gaussians,
        ),
    ),
    answer="""
The posterior is the joint, normalised over z: log p(z | x) = log p(x, z) - log p(x). So

$$\\mathrm{KL} = \\sum_z q(z)\\,[\\log q(z) - \\log p(x, z) + \\log p(x)] = \\log p(x) - F(q).$$

`jax.nn.log_softmax` takes the largest entry off before it exponentiates anything. In a real model the sum over z is
what cannot be done, and then this function cannot be computed, while F still can.
""",
    afterword="From here on we look at F instead, which differs by a number that no q can change.",
)
