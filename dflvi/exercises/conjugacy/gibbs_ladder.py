"""1.4  Why a KL divergence is never negative, line by line."""

# Built from solutions/conjugacy/gibbs_ladder.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.exercise import Ladder
from dflvi.types import Step


def gibbs_ladder(q: Float[Array, " n"], p: Float[Array, " n"]) -> list[Step]:
    """The chain from -KL(q || p) up to 0, in at least five lines. It proves Gibbs' inequality, KL >= 0.

    Args:
        q: probabilities of n cells, [n]. At least one of them is zero.
        p: probabilities of the same cells, [n], all positive.

    Returns:
        a list of `Step(value, because="...", relation="...")`. The first line is minus the divergence. The last
        line is the number 0. In between stand an average under q of a log, what bounds it, and what is left of
        that when it is summed.

    `relation` says how the line before stands to this one: "==" (which it is if you leave it out), "<=" or ">=".
    All inequalities of a chain point the same way. `because` is one of DEFINITION, LINEARITY, LOG_RULE,
    LOG_BOUND (log t <= t - 1, for every t > 0) and NORMALISATION (probabilities sum to one). To see the form, here is
    another chain, for numbers x whose average is one. It shows that the average of their logs is at most zero:

        return [
            Step(jnp.mean(jnp.log(x))),
            Step(jnp.mean(x - 1), because="LOG_BOUND", relation="<="),
            Step(jnp.mean(x) - 1, because="LINEARITY"),
            Step(0.0, because="NORMALISATION"),
        ]

    The check draws q and p and compares neighbouring lines: equal, or on the side that you say. Mind the cells
    with q = 0. (Goodfellow et al., Deep Learning, 3.13, states the inequality; MacKay, 2.6, calls it Gibbs'.)
    """
    raise NotImplementedError("yours to write")


def _instance(rng):
    """Six cells, one or two of which q never visits."""
    q, p = rng.dirichlet(np.full(6, 1.5)), 0.02 + rng.dirichlet(np.full(6, 1.5))
    q[rng.permutation(6)[: rng.integers(1, 3)]] = 0.0
    return (q / q.sum()).astype(np.float32), (p / p.sum()).astype(np.float32)


def _start(q, p):
    q, p = q[q > 0].astype(np.float64), p[q > 0].astype(np.float64)
    return q @ np.log(p) - q @ np.log(q)


def _end(q, p):
    return 0.0


exercise = Ladder(
    gibbs_ladder,
    question="1.4",
    minutes=15,
    difficulty=2,
    instance=_instance,
    unrelated=_instance,
    first=_start,
    last=_end,
    min_steps=5,
    reasons=("DEFINITION", "LINEARITY", "LOG_RULE", "LOG_BOUND", "NORMALISATION"),
    required=("LOG_BOUND",),
    hints=(
        "Look at the curve log t and at its tangent in t = 1. The tangent lies above. You have an average of logs: "
        "replace each of them by the tangent.",
        "The sign comes first: pull the minus into the log, which turns its ratio over. Then choose t as that "
        "ratio. It is the choice for which q cancels when you average under q.",
        "After the bound each visited cell holds q times (ratio less one). Multiply out: the first parts sum to "
        "the mass that p has on those cells, the second to the mass of q, which is all of it. Then say why the "
        "former is at most one, and mark that as an inequality: p can have mass where q has none.",
    ),
)
