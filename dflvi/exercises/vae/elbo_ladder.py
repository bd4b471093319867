"""4.4  The log evidence in the form that a VAE is trained in, line by line."""

# Built from solutions/vae/elbo_ladder.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder
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
    raise NotImplementedError("yours to write")


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
    hints=(
        "q does not occur in log p(x). It has to be brought in by a step that changes nothing: an average of a number "
        "is that number.",
        "Once you are inside an average over q, replace p(x) by what it is for any z: the joint over the posterior.",
        "Then subtract and add log q, and split the average in two. Prior and likelihood can be told apart in the "
        "first of them.",
    ),
)
