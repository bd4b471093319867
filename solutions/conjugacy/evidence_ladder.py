"""1.6  The log evidence, cut into free energy and divergence, line by line."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder, Mistake, one_edit
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
    q = jnp.exp(log_q)
    log_evidence = jax.nn.logsumexp(log_joint)
    return [
        Step(log_evidence),
        Step(jnp.sum(q * log_evidence), because="NORMALISATION"),
        Step(jnp.sum(q * (log_joint - log_posterior)), because="PRODUCT_RULE"),
        Step(jnp.sum(q * (log_joint - log_q + log_q - log_posterior)), because="LINEARITY"),
        Step(jnp.sum(q * (log_joint - log_q)) + jnp.sum(q * (log_q - log_posterior)), because="LINEARITY"),
    ]


# ---- other right answers ----------------------------------------------------------------------


def with_averages_apart(log_q, log_joint, log_posterior):
    """Keeps each average in a name, and puts the entropy in as a number."""
    q = jnp.exp(log_q)
    energy, surprise, entropy = q @ log_joint, -(q @ log_posterior), jax.scipy.special.entr(q).sum()
    evidence = jnp.exp(log_joint).sum()
    return [
        Step(jnp.log(evidence)),
        Step(q.sum() * jnp.log(evidence), "NORMALISATION"),
        Step(q @ (log_joint - log_posterior), "PRODUCT_RULE"),
        Step(energy + surprise, "LINEARITY"),
        Step(energy + entropy + (surprise - entropy), "DEFINITION"),
    ]


def as_averages(log_q, log_joint, log_posterior):
    """Weighted averages, as pairs."""
    weights = jax.nn.softmax(log_q)
    log_evidence = jnp.logaddexp.reduce(log_joint)
    energy = jnp.average(log_joint, weights=weights)
    return [
        (log_evidence,),
        (jnp.average(jnp.full_like(log_q, log_evidence), weights=weights), "normalisation"),
        (jnp.average(log_joint - log_posterior, weights=weights), "product rule"),
        (energy - jnp.average(log_posterior, weights=weights), "linearity"),
        (jnp.average(log_joint - log_q, weights=weights) + jnp.average(log_q - log_posterior, weights=weights),
         "linearity"),
    ]  # fmt: skip


# ---- the instances, and the two ends of the claim ---------------------------------------------


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


# ---- mistakes that are no edit of the reference ------------------------------------------------


def in_two_lines(log_q, log_joint, log_posterior):
    q = jnp.exp(log_q)
    return [
        Step(jax.nn.logsumexp(log_joint)),
        Step(q @ (log_joint - log_q) + q @ (log_q - log_posterior), because="PRODUCT_RULE"),
    ]


def starts_with_the_product_rule(log_q, log_joint, log_posterior):
    q = jnp.exp(log_q)
    return [
        Step(log_joint[0] - log_posterior[0]),
        Step(jnp.sum(q * (log_joint[0] - log_posterior[0])), because="NORMALISATION"),
        Step(q @ (log_joint - log_posterior), because="PRODUCT_RULE"),
        Step(q @ log_joint - q @ log_posterior, because="LINEARITY"),
        Step(q @ (log_joint - log_q) + q @ (log_q - log_posterior), because="LINEARITY"),
    ]


def ends_where_it_starts(log_q, log_joint, log_posterior):
    q, log_evidence = jnp.exp(log_q), jax.nn.logsumexp(log_joint)
    return [
        Step(log_evidence),
        Step(jnp.sum(q * log_evidence), because="NORMALISATION"),
        Step(q @ (log_joint - log_posterior), because="PRODUCT_RULE"),
        Step(q @ log_joint - q @ log_posterior, because="LINEARITY"),
        Step(q @ (log_joint - log_q) + (log_evidence - q @ (log_joint - log_q)), because="LINEARITY"),
    ]


def repeats_itself(log_q, log_joint, log_posterior):
    q = jnp.exp(log_q)
    return [
        Step(jax.nn.logsumexp(log_joint)),
        Step(q @ (log_joint - log_posterior), because="PRODUCT_RULE"),
        Step(q @ (log_joint - log_posterior), because="NORMALISATION"),
        Step(q @ (log_joint - log_posterior), because="LINEARITY"),
        Step(q @ (log_joint - log_q) + q @ (log_q - log_posterior), because="LINEARITY"),
    ]


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
    variants=(with_averages_apart, as_averages),
    hints=(
        "The left side does not depend on z. What is the average under q of a number that does not depend on z?",
        "Average it under q; replace log p(x), inside the average, by what the product rule says it is at each z; then "
        "put log q in twice, with both signs.",
        "After the product rule two logs stand under the average, and after log q came in there are four. Group them "
        "into two differences: one holds the joint and log q, the other log q and the posterior.",
    ),
    mistakes=(
        Mistake(
            "in-two-lines",
            in_two_lines,
            "These are the two sides of the claim, and between them is nothing yet. Three things happen on the way: an "
            "average, the product rule, and a log that comes in twice.",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "starts-at-one-z",
            starts_with_the_product_rule,
            "Your first line takes the joint and the posterior at the first z. That has the value of log p(x) because "
            "of the product rule, which is to be used later. Begin with the sum over z.",
            also=lambda log_q, log_joint, log_posterior: [
                (log_joint[0] - log_posterior[0], reason) for reason in ("", *4 * ["PRODUCT_RULE"])
            ],
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "divergence-reversed",
            one_edit(
                "jnp.sum(q * (log_q - log_posterior)), because", "jnp.sum(jnp.exp(log_posterior) * (log_posterior - "
                "log_q)), because",
            ),
            "In your last line the second average is taken under the posterior. Everything before was an average under "
            "q, and nothing turned the one into the other.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "sign-of-the-divergence",
            one_edit(
                "(log_joint - log_q)) + jnp.sum(q * (log_q - log_posterior))",
                "(log_joint - log_q)) - jnp.sum(q * (log_q - log_posterior))",
            ),
            "Free energy less divergence is not log p(x), it is lower by twice the divergence. Log q was put in "
            "with both signs: which of them stands beside the log posterior?",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "sign-of-the-entropy",
            one_edit(
                "(log_joint - log_q)) + jnp.sum(q * (log_q - log_posterior))",
                "(log_joint + log_q)) + jnp.sum(q * (log_q - log_posterior))",
            ),
            "In the last line log q enters with the same sign twice. What was added has to be taken away, or the line "
            "is off by twice the entropy of q.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "product-rule-upside-down",
            one_edit("q * (log_joint - log_posterior)), because", "q * (log_joint + log_posterior)), because"),
            "The product rule gives the joint as a product of p(x) and the posterior. Solved for p(x) one of them goes "
            "below the bar, and in logs that is a minus.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "ends-where-it-starts",
            ends_where_it_starts,
            "Your last line holds the evidence itself and takes the divergence to be what is left over. With another "
            "`log_posterior` it does not move, so it says nothing about the posterior.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "repeats-itself",
            repeats_itself,
            "One of your lines stands there three times, each time with another reason. Each reason names a change, so "
            "write what changes.",
            caught_by="the_lines_are_different",
        ),
        Mistake(
            "no-product-rule",
            lambda log_q, log_joint, log_posterior: [
                Step(step.value, because="LINEARITY" if step.because == "PRODUCT_RULE" else step.because)
                for step in evidence_ladder(log_q, log_joint, log_posterior)
            ],
            "One line brings in the posterior, and no law of averages does that. It rests on how a joint, a marginal "
            "and a conditional belong together.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
For every z with positive posterior, log p(x) = log p(x, z) - log p(z | x). So

1. $\\log p(x)$
2. $= E_q[\\log p(x)]$: q sums to one, and log p(x) does not depend on z.
3. $= E_q[\\log p(x, z) - \\log p(z \\mid x)]$: the product rule, at each z.
4. $= E_q[\\log p(x, z) - \\log q(z) + \\log q(z) - \\log p(z \\mid x)]$: nothing was added.
5. $= F(q) + \\mathrm{KL}(q \\,\\|\\, p(z \\mid x))$: the average of a sum.

KL is at least zero (1.4), so F(q) is at most log p(x), with equality only if q is the posterior.
""",
    afterword="The left side knows nothing of q. Whatever raises F lowers the divergence by the same amount.",
)
