"""4.4  The log evidence in the form that a VAE is trained in, line by line."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder, Mistake, one_edit
from dflvi.types import Step


def elbo_ladder(
    log_q: Float[Array, " 4"], log_prior: Float[Array, " 4"], log_lik: Float[Array, " 4"],
    log_posterior: Float[Array, " 4"],
) -> list[Step]:  # fmt: skip
    """From log p(x) to ELBO + KL(q(z|x) || p(z|x)), in at least five lines, for a z with four values.

    Args:
        log_q: log q(z|x) at the one x that was observed, [4]. q sums to one and is not the posterior.
        log_prior: log p(z), [4].
        log_lik: log p(x|z) for that x, [4]. The values do not sum to anything.
        log_posterior: log p(z|x), [4]. It is handed in, so use it itself.

    Returns:
        a list of `Step(value, because="...")`, each line equal to the one before. The first line is log p(x), from
        prior and likelihood, without q. The last contains the ELBO and the divergence from `log_posterior`; the
        ELBO may be one average, or the two terms of a VAE, the expected log likelihood less the divergence from the
        prior.

    `because` is one of NORMALISATION (add an expectation of a constant: q sums to one), PRODUCT_RULE (of
    probabilities), DEFINITION (multiply and divide by q, or a name for an average), LOG_RULE (split a log) and
    LINEARITY (of averages). The check draws tables, and at both ends also a log_posterior that has nothing to do with
    the rest. (Kingma and Welling, An Introduction to Variational Autoencoders, eq. 2.5 to 2.8.)
    """
    q = jnp.exp(log_q)
    log_evidence = jax.nn.logsumexp(log_prior + log_lik)
    log_joint = log_prior + log_lik
    to_posterior = q @ (log_q - log_posterior)
    return [
        Step(log_evidence),
        Step(q @ jnp.full(4, log_evidence), because="NORMALISATION"),
        Step(q @ (log_joint - log_posterior), because="PRODUCT_RULE"),
        Step(q @ ((log_joint - log_q) + (log_q - log_posterior)), because="DEFINITION"),
        Step(q @ (log_joint - log_q) + to_posterior, because="LINEARITY"),
        Step(q @ log_lik - q @ (log_q - log_prior) + to_posterior, because="LINEARITY"),
    ]


# ---- other right answers ----------------------------------------------------------------------


def with_ratios(log_q, log_prior, log_lik, log_posterior):
    """Probabilities and their ratios, with logs taken late, to the ELBO as one average."""
    q, joint, posterior = jnp.exp(log_q), jnp.exp(log_prior + log_lik), jnp.exp(log_posterior)
    return [
        (jnp.log(jnp.sum(joint)),),
        (jnp.sum(q) * jnp.log(jnp.sum(joint)), "normalisation"),
        (jnp.sum(q * jnp.log(joint / posterior)), "product rule"),
        (jnp.sum(q * jnp.log(joint / q * (q / posterior))), "definition"),
        (jnp.sum(q * jnp.log(joint / q)) + jnp.sum(q * jnp.log(q / posterior)), "log rule"),
    ]


# ---- the instances, and the two ends of the claim ---------------------------------------------


def _instance(rng):
    log_q, log_prior = (oracles.log_softmax(1.2 * rng.normal(size=4)).astype(np.float32) for _ in range(2))
    log_lik = (1.3 * rng.normal(size=4) - rng.uniform(0, 3)).astype(np.float32)
    return log_q, log_prior, log_lik, oracles.log_softmax(log_prior + log_lik).astype(np.float32)


def _unrelated(rng):
    return (*_instance(rng)[:3], _instance(rng)[3])


def _start(log_q, log_prior, log_lik, log_posterior):
    return oracles.logsumexp(log_prior.astype(np.float64) + log_lik)


def _end(log_q, log_prior, log_lik, log_posterior):
    return np.exp(log_q.astype(np.float64)) @ (log_prior.astype(np.float64) + log_lik - log_posterior)


# ---- mistakes that are no edit of the reference -----------------------------------------------


def starts_at_the_end(log_q, log_prior, log_lik, log_posterior):
    steps = elbo_ladder(log_q, log_prior, log_lik, log_posterior)
    return [Step(steps[-1].value), *[Step(step.value, because="LINEARITY") for step in steps[1:]]]


def starts_at_the_end_with_ratios(log_q, log_prior, log_lik, log_posterior):
    steps = with_ratios(log_q, log_prior, log_lik, log_posterior)
    return [steps[-1], *steps[1:]]


def comes_back(log_q, log_prior, log_lik, log_posterior):
    steps = elbo_ladder(log_q, log_prior, log_lik, log_posterior)
    return [*steps[:-1], Step(1.0 * steps[0].value, "DEFINITION")]


def in_three_lines(log_q, log_prior, log_lik, log_posterior):
    steps = elbo_ladder(log_q, log_prior, log_lik, log_posterior)
    return [steps[0], steps[2], steps[-1]]


def one_line_many_times(log_q, log_prior, log_lik, log_posterior):
    log_evidence = jax.nn.logsumexp(log_prior + log_lik)
    whole = jnp.exp(log_q) @ (log_prior + log_lik - log_posterior)
    return [Step(log_evidence), Step(whole, because="PRODUCT_RULE"), Step(whole, because="DEFINITION"),
            Step(whole, because="LOG_RULE"), Step(whole, because="LINEARITY")]  # fmt: skip


exercise = Ladder(
    elbo_ladder,
    question="4.4",
    minutes=12,
    difficulty=2,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=5,
    reasons=("NORMALISATION", "PRODUCT_RULE", "DEFINITION", "LOG_RULE", "LINEARITY"),
    required=("PRODUCT_RULE", "NORMALISATION"),
    variants=(with_ratios,),
    hints=(
        "q does not occur in log p(x). It has to be brought in by a step that changes nothing: an average of a number "
        "is that number.",
        "Once you are inside an average over q, replace p(x) by what it is for any z: the joint over the posterior.",
        "Then subtract and add log q, and split the average in two. Prior and likelihood can be told apart in the "
        "first of them.",
    ),
    mistakes=(
        Mistake(
            "in-three-lines",
            in_three_lines,
            "One line does three things at once. Bring q in, bring the posterior in, bring log q in: a line for each.",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "starts-at-the-end",
            starts_at_the_end,
            "Your first line contains q already. log p(x) is a property of the model, so it is computed from prior and "
            "likelihood.",
            also=starts_at_the_end_with_ratios,
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "jensen-for-equality",
            one_edit("Step(q @ (log_joint - log_posterior)", "Step(q @ (log_joint - log_q)"),
            "Your third line is the bound alone, which is less than log p(x). What has been dropped is what the last "
            "line should keep.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "prior-averages",
            one_edit("((log_joint - log_q) + (log_q", "((log_joint - log_q) + (log_prior"),
            "In your fourth line log q is taken off and log p(z) is put back. What goes out has to come in again.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "sign-of-the-divergence",
            one_edit("q @ log_lik - q @ (log_q - log_prior)", "q @ log_lik + q @ (log_q - log_prior)"),
            "Your last line rewards a q that is far from the prior. Test it with a q equal to the prior, and with "
            "another.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "comes-back",
            comes_back,
            "The last line is log p(x) again. The chain should end at two parts, each with a meaning of its own.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "one-line-many-times",
            one_line_many_times,
            "Four of your lines are one expression. Each should do one thing that the line before has not done.",
            caught_by="the_lines_are_different",
        ),
        Mistake(
            "no-product-rule",
            one_edit('because="PRODUCT_RULE"', 'because="LINEARITY"'),
            "What lets p(x) be written with z in it is a law of probabilities, and no line names it.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
1. $\\log p(x)$
2. $= \\mathbb E_q[\\log p(x)]$: q sums to one.
3. $= \\mathbb E_q[\\log p(x,z) - \\log p(z|x)]$: product rule, at every z.
4. $= \\mathbb E_q[(\\log p(x,z) - \\log q) + (\\log q - \\log p(z|x))]$: multiply and divide by q.
5. $= \\mathcal L + \\mathrm{KL}(q\\,\\|\\,p(z|x))$: the average of a sum.
6. $= \\mathbb E_q[\\log p(x|z)] - \\mathrm{KL}(q\\,\\|\\,p(z)) + \\mathrm{KL}(q\\,\\|\\,p(z|x))$: once more.

No inequality was used. The bound is a bound since the last part is never negative.
""",
    afterword="The same split as in 1.6, with one more line: the two terms that a VAE is trained on.",
)
