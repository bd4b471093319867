"""2.3  A divergence that allows an unnormalised second argument."""

# Built from solutions/cavi/generalised_kl.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, has_shape, holds
from dflvi.checking.exercise import Exercise
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
    raise NotImplementedError("yours to write")


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
)
