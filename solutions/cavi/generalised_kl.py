"""2.3  A divergence that allows an unnormalised second argument."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def generalised_kl(log_q: Float[Array, " n"], log_joint: Float[Array, " n"]) -> Scalar:
    """The KL divergence for positive numbers that need not sum to one, D(q || p(z, x)), in nats.

    It is built as in 1.4, from the same bound log t <= t - 1 used at each z. Unlike the pseudo KL it is
    never negative, and it is zero only if p(z, x) = q(z) for every z.

    Args:
        log_q: log q(z) for each of n values of z, [n]. q sums to one.
        log_joint: log p(z, x) for each z, [n]. The sum of p(z, x) over z is p(x), any positive number.

    Returns:
        D(q || p(z, x)), at least zero up to rounding.
    """
    p_x = jnp.exp(jax.scipy.special.logsumexp(log_joint))
    return jnp.sum(jnp.exp(log_q) * (log_q - log_joint)) + p_x - 1


# ---- other right answers ----------------------------------------------------------------------


def state_by_state(log_q, log_joint):
    """A sum of terms of which each is at least zero."""
    q, p = jnp.exp(log_q), jnp.exp(log_joint)
    return jnp.sum(q * (log_q - log_joint) - q + p)


def as_kl_plus_gap(log_q, log_joint):
    """The KL to the posterior, and what log t <= t - 1 loses at t = p(x)."""
    log_p_x = jnp.logaddexp.reduce(log_joint)
    kl = jnp.exp(log_q) @ (log_q - (log_joint - log_p_x))
    return kl + jnp.expm1(log_p_x) - log_p_x


# ---- checks: cheap to deep --------------------------------------------------------------------


def _case(rng):
    """20 pairs over 6 states, p(x) from about 1/20 to 20; in some pairs q is the posterior."""
    log_q = oracles.log_softmax(1.5 * rng.normal(size=(20, 6)))
    shape = oracles.log_softmax(1.5 * rng.normal(size=(20, 6)))
    log_q[:4] = shape[:4]
    size = np.linspace(-3.0, 3.0, 20)[rng.permutation(20)]
    return log_q.astype(np.float32), (shape + size[:, None]).astype(np.float32)


def is_zero_if_the_joint_is_q(attempt):
    log_q, _ = _case(attempt.rng)
    got = attempt.vmap(0, 0)(log_q, log_q)
    close(got, np.zeros(20), where="log_joint = log_q, 6 values of z, 20 pairs", says="the two agree")


def is_never_negative(attempt):
    got = has_shape(attempt.vmap(0, 0)(*_case(attempt.rng)), (20,), where="mapped over 20 pairs")
    lowest = float(np.min(got))
    holds(lowest >= -1e-4, "A divergence came out negative.", value=got, expected="at least 0",
          where="20 pairs over 6 values of z, p(x) between 1/20 and 20", got=f"{lowest:.4g}")  # fmt: skip


def is_the_kl_of_poisson_counts(attempt):
    # The KL between independent Poisson counts with rates q(z) and p(z, x) is this divergence.
    log_q, log_joint = _case(attempt.rng)
    q, p = np.exp(log_q.astype(np.float64)), np.exp(log_joint.astype(np.float64))
    counts = np.arange(40)[:, None, None]
    log_pmf = counts * np.log(q) - q - np.array([oracles.lgamma(n + 1.0) for n in range(40)])[:, None, None]
    ratio = counts * (np.log(q) - np.log(p)) - q + p
    want = np.sum(np.exp(log_pmf) * ratio, axis=(0, 2))
    got = attempt.vmap(0, 0)(log_q, log_joint)
    close(got, want, Tolerance(1e-4, 1e-4), where="20 pairs over 6 values of z, p(x) between 1/20 and 20",
          says="D(q || p(z, x))")  # fmt: skip


exercise = Exercise(
    generalised_kl,
    question="2.3",
    minutes=8,
    difficulty=2,
    hints=(
        "In 1.4 the bound log t <= t - 1 was summed over z, and two sums were equal to one. Here one of "
        "them is not.",
        "For each z put t = p(z, x) / q(z) into the bound, multiply by q(z), and bring everything to one "
        "side. Each side then has a sum over z.",
        "You get your pseudo KL and two more terms: the total mass of p(z, x), and the total mass of q. "
        "Check the signs with log_joint = log_q, where the result must be zero.",
    ),
    checks=(is_zero_if_the_joint_is_q, is_never_negative, is_the_kl_of_poisson_counts),
    variants=(state_by_state, as_kl_plus_gap),
    mistakes=(
        Mistake(
            "no-correction",
            one_edit(" + p_x - 1", ""),
            "This is still the pseudo KL: for a joint with p(x) = 20 it drops well below zero. The mass "
            "of p(z, x) has to be charged for.",
            also=lambda log_q, log_joint: -jnp.average(log_joint - log_q, weights=jnp.exp(log_q)),
            caught_by=is_never_negative,
        ),
        Mistake(
            "mass-of-q-not-taken-off",
            one_edit("+ p_x - 1", "+ p_x"),
            "If the joint is q itself nothing should be charged, and you charge exactly 1. Whose total "
            "mass is that?",
            caught_by=is_zero_if_the_joint_is_q,
        ),
        Mistake(
            "correction-with-the-wrong-sign",
            one_edit("+ p_x - 1", "- p_x + 1"),
            "For p(x) = 1 all is well, and for every other size of the joint your value is too low, by "
            "twice the excess mass. Which side of the bound do the masses stand on?",
            caught_by=is_never_negative,
        ),
        Mistake(
            "normalised-the-joint",
            lambda log_q, log_joint: jnp.exp(log_q) @ (log_q - jax.nn.log_softmax(log_joint)),
            "Yours is zero whenever q is the posterior, also if p(x) = 20. Then p(z, x) and q(z) still "
            "differ at every z, and the divergence should see that.",
            also=lambda log_q, log_joint: as_kl_plus_gap(log_q, log_joint - jax.nn.logsumexp(log_joint)),
            caught_by=is_the_kl_of_poisson_counts,
        ),
        Mistake(
            "roles-exchanged",
            one_edit(
                "jnp.sum(jnp.exp(log_q) * (log_q - log_joint)) + p_x - 1",
                "jnp.sum(jnp.exp(log_joint) * (log_joint - log_q)) - p_x + 1",
            ),
            "A divergence, yes, and the other one: p(z, x) is doing the averaging. Make one p(z, x) tiny "
            "where q is not; D(q || p) should then be large, and yours is not.",
            caught_by=is_the_kl_of_poisson_counts,
        ),
    ),
    answer="""
Use log t <= t - 1 at t = p(z, x) / q(z), times q(z), and sum over z:

$$\\sum_z q(z) \\log\\frac{p(z, x)}{q(z)} \\le p(x) - 1, \\qquad\\text{so}\\qquad
D = \\sum_z q(z) \\log\\frac{q(z)}{p(z, x)} + p(x) - 1 \\ge 0,$$

with equality only if t = 1 at every z. Over q it is smallest at the posterior, where D = p(x) - 1 - log p(x),
the gap of the same bound at t = p(x). Pseudo KL, true KL and D differ by numbers that no q can change: one
minimiser for all.
""",
    afterword="All three have one minimiser, the posterior. Only this one and the true KL are divergences.",
)
