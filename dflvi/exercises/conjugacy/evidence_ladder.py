"""1.6  The log evidence, cut into free energy and divergence, line by line."""

# Built from solutions/conjugacy/evidence_ladder.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder
from dflvi.types import Step


def evidence_ladder(
    log_q: Float[Array, " n"], log_joint: Float[Array, " n"], log_posterior: Float[Array, " n"]
) -> list[Step]:
    """From log p(x) to F(q) + KL(q || p(z | x)), in at least five lines, each of them log p(x) in nats.

    Args:
        log_q: log q(z) for each of n values of z, [n]. q sums to one and is not the posterior.
        log_joint: log p(x, z) for each z at the observed x, [n].
        log_posterior: log p(z | x) for each z, [n]. It is handed in, so use it itself.

    Returns:
        a list of `Step(value, because="...")`. The first line is log p(x), the log of the sum of p(x, z) over z,
        without q. The last line is the sum of two averages under q, the free energy and the divergence from
        `log_posterior`. In between, change one thing a line; each line equals the one before.

    `because` is one of NORMALISATION (probabilities sum to one), PRODUCT_RULE (p(x, z) = p(x) p(z | x)), LINEARITY
    (of averages), LOG_RULE and DEFINITION. To see the form, here is another derivation, of E_q[a + log z] for two
    averages that are known:

        return [
            Step(q @ (a + jnp.log(z))),
            Step(q @ jnp.full_like(z, a) + q @ jnp.log(z), because="LINEARITY"),
            Step(a + q @ jnp.log(z), because="NORMALISATION"),
        ]

    The check draws q and a joint and compares the lines. At both ends it also draws a log_posterior that has nothing
    to do with the joint. (Tzikas, Likas and Galatsanos, eq. 7.)
    """
    raise NotImplementedError("yours to write")


def _instance(rng):
    log_q, shape = (oracles.log_softmax(1.3 * rng.normal(size=6)) for _ in range(2))
    log_joint = (shape + rng.uniform(-4.0, 4.0)).astype(np.float32)
    return log_q.astype(np.float32), log_joint, oracles.log_softmax(log_joint).astype(np.float32)


def _unrelated(rng):
    log_q, log_joint, _ = _instance(rng)
    return log_q, log_joint, _instance(rng)[2]


def _start(log_q, log_joint, log_posterior):
    return oracles.logsumexp(log_joint)


def _end(log_q, log_joint, log_posterior):
    log_q = log_q.astype(np.float64)
    return np.exp(log_q) @ (log_joint.astype(np.float64) - log_posterior)


exercise = Ladder(
    evidence_ladder,
    question="1.6",
    minutes=12,
    difficulty=2,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=5,
    reasons=("NORMALISATION", "PRODUCT_RULE", "LINEARITY", "LOG_RULE", "DEFINITION"),
    required=("PRODUCT_RULE", "NORMALISATION"),
    hints=(
        "The left side does not depend on z. What is the average under q of a number that does not depend on z?",
        "Average it under q; replace log p(x), inside the average, by what the product rule says it is at each z; then "
        "put log q in twice, with both signs.",
        "After the product rule two logs stand under the average, and after log q came in there are four. Group them "
        "into two differences: one holds the joint and log q, the other log q and the posterior.",
    ),
)
