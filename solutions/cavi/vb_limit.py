"""2.2  Variational Bayes with a flat prior and point masses."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def vb_limit(
    x: Float[Array, " N"], m: Float[Array, " K"]
) -> tuple[Float[Array, "N K"], Float[Array, " K"]]:
    """One sweep of variational Bayes for the mixture, at the limit where it should be EM.

    The model: mu_k ~ N(0, sigma2), c_i uniform over K components, x_i ~ N(mu_{c_i}, 1); q(mu_k) = N(m_k, s2_k). A sweep
    has two halves. First the responsibilities, from the average of log p(x_i | c_i = k, mu) over q(mu_k); here with
    s2 = 0, so that q(mu_k) is a point. Then each q(mu_k), the posterior of a Gaussian mean (question 1.3) under its
    prior and data that count in part; here with sigma2 = 1e8. Write the sweep for any s2 and sigma2, then put these in.

    Args:
        x: data, [N].
        m: means of the factors q(mu_k), [K]. No component is empty.

    Returns:
        resp: the responsibilities, [N, K].
        m: the new means of the factors q(mu_k), [K].
    """
    s2, sigma2 = 0.0, 1e8
    resp = jax.vmap(lambda one: jax.nn.softmax(-0.5 * ((one - m) ** 2 + s2)))(x)
    return resp, (x @ resp) / (1 / sigma2 + resp.sum(axis=0))


# ---- other right answers ----------------------------------------------------------------------


def one_after_the_other(x, m):
    """Component by component, prior and data as two Gaussians that are multiplied."""
    scores = jnp.stack([x * one - one**2 / 2 for one in m], axis=1)
    resp = jnp.exp(scores - jax.scipy.special.logsumexp(scores, axis=1, keepdims=True))
    means = []
    for k in range(len(m)):
        count = jnp.sum(resp[:, k])
        average, variance = jnp.sum(resp[:, k] * x) / count, 1 / count
        means.append(1e8 * average / (1e8 + variance))
    return resp, jnp.array(means)


def at_the_limit_itself(x, m):
    """The limit is taken on paper."""
    logs = -0.5 * jnp.subtract.outer(x, m) ** 2
    resp = jax.nn.softmax(logs, axis=-1)
    return resp, jnp.average(jnp.broadcast_to(x[:, None], resp.shape), axis=0, weights=resp)


# ---- checks: cheap to deep --------------------------------------------------------------------


def _start(rng):
    x = mixtures.points(rng, 40, (-2.5, 0.5, 0.5, 3.0))
    m = (np.array([-1.8, 0.9, 2.2]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    return x, m


def _sweep(attempt, x, m):
    resp, new = fields(attempt(x, m), "resp", "m")
    where = f"N = {len(x)}, K = {len(m)}"
    has_shape(resp, (len(x), len(m)), where=where, what="the first result, resp,")
    return finite(resp, where=where, what="resp"), finite(new, shape=m.shape, where=where, what="m")


def rows_of_resp_are_distributions(attempt):
    x, m = _start(attempt.rng)
    resp, _ = _sweep(attempt, x, m)
    close(resp.sum(axis=1), np.ones(len(x)), where="N = 40, K = 3", says="each row of resp sums to one")


def a_flat_prior_has_no_favourite_place(attempt):
    x, m = _start(attempt.rng)
    _, here = _sweep(attempt, x, m)
    _, there = _sweep(attempt, x + np.float32(30.0), m + np.float32(30.0))
    close(there.astype(np.float64) - here, np.full(3, 30.0), Tolerance(1e-3, 0.0), what="the shift of m",
          where="x and m, and both moved by 30", says="the new means move by 30 too")  # fmt: skip


def is_the_em_step_of_the_same_mixture(attempt):
    x, m = _start(attempt.rng)
    resp, new = _sweep(attempt, x, m)
    far, at = x.astype(np.float64), m.astype(np.float64)
    joint = np.exp(oracles.normal_logpdf(far[:, None], at))
    posterior = joint / joint.sum(axis=1, keepdims=True)
    where = f"N = 40, m = {np.round(m, 2)}"
    close(resp, posterior, Tolerance(1e-4, 1e-4), where=where, what="resp",
          says="resp is the E-step under the means that are given")  # fmt: skip
    want = [np.average(far, weights=column) for column in posterior.T]
    close(new, want, Tolerance(1e-4, 1e-4), where=where, what="m", says="m is what the M-step gives")


# ---- mistakes that need a helper --------------------------------------------------------------


def _general(x, m, s2, sigma2):
    resp = jax.nn.softmax(jnp.outer(x, m) - 0.5 * (m**2 + s2)[None, :], axis=1)
    return resp, x @ resp / (1 / sigma2 + resp.sum(axis=0))


def spread_kept(x, m):
    """The s2 that belong to the present m are left in the responsibilities."""
    resp, _ = _general(x, m, jnp.zeros_like(m), 1e8)
    return _general(x, m, 1 / resp.sum(axis=0), 1e8)


exercise = Exercise(
    vb_limit,
    question="2.2",
    minutes=8,
    difficulty=2,
    hints=(
        "Which two things does variational Bayes have that EM has not? Each of the two settings takes one of them "
        "away.",
        "First half: average the log density of x_i over a Gaussian mu_k; a square about a random centre averages to "
        "a square plus a variance. Second half: question 1.3, with a soft count in the place of n.",
        "One softmax a row over the averaged log densities, in which s2 is 0. Then precision = prior precision plus "
        "soft count, mean = soft total over precision, with a prior variance of 1e8.",
    ),
    checks=(
        rows_of_resp_are_distributions,
        a_flat_prior_has_no_favourite_place,
        is_the_em_step_of_the_same_mixture,
    ),
    variants=(one_after_the_other, at_the_limit_itself),
    mistakes=(
        Mistake(
            "normalised-over-data",
            lambda x, m: (lambda resp: (resp, x @ resp / (1e-8 + resp.sum(axis=0))))(
                jax.nn.softmax(-0.5 * jnp.subtract.outer(x, m) ** 2, axis=0)
            ),
            "The columns of resp sum to one where the rows should: it is a datum that has to belong somewhere.",
            caught_by=rows_of_resp_are_distributions,
        ),
        Mistake(
            "prior-variance-as-a-precision",
            one_edit("1 / sigma2 + resp", "sigma2 + resp"),
            "All means come out as zero. A variance of 1e8 is a prior that says nothing; you let it say everything.",
            caught_by=a_flat_prior_has_no_favourite_place,
        ),
        Mistake(
            "prior-kept",
            one_edit("0.0, 1e8", "0.0, 1.0"),
            "Move all data by 30 and your means move by less: something still pulls them towards zero. EM has "
            "nothing there.",
            also=lambda x, m: _general(x, m, jnp.zeros_like(m), 1.0),
            caught_by=a_flat_prior_has_no_favourite_place,
        ),
        Mistake(
            "divided-by-n",
            one_edit("(1 / sigma2 + resp.sum(axis=0))", "x.size"),
            "Move all data by 30 and your means move by about ten. Each component owns a part of the data, and you "
            "divide by all of them.",
            caught_by=a_flat_prior_has_no_favourite_place,
        ),
        Mistake(
            "spread-kept",
            spread_kept,
            "The new means are close to EM's and not equal. Components with few data claim too little: their s2 is "
            "still in the responsibilities, where a point has none.",
            caught_by=is_the_em_step_of_the_same_mixture,
        ),
        Mistake(
            "resp-one-half-step-later",
            lambda x, m: (_general(x, vb_limit(x, m)[1], jnp.zeros_like(m), 1e8)[0], vb_limit(x, m)[1]),
            "m is right. resp was computed once more, from the new means; the one asked for comes from the means "
            "that were given.",
            caught_by=is_the_em_step_of_the_same_mixture,
        ),
        Mistake(
            "hard-assignments",
            lambda x, m: (lambda resp: (resp, x @ resp / (1e-8 + resp.sum(axis=0))))(
                jax.nn.one_hot(_general(x, m, jnp.zeros_like(m), 1e8)[0].argmax(axis=1), m.size)
            ),
            "Your resp holds zeros and ones. It is q(mu_k) that becomes a point in this limit; q(c_i) stays a "
            "distribution.",
            caught_by=is_the_em_step_of_the_same_mixture,
        ),
    ),
    answer="""
The average of log N(x_i; mu_k, 1) over N(m_k, s2_k) is that of question 1.3 with a spread: up to a constant
-((x_i - m_k)^2 + s2_k) / 2, and the responsibilities are its softmax. The factor of mu_k has precision
1 / sigma2 + n_k and mean (sum_i resp_ik x_i) / (1 / sigma2 + n_k). At s2 = 0 the first is EM's E-step, for
sigma2 to infinity the second is its M-step. (Equal s2 for all components would do as well: what is equal cancels in
each row. And s2 = 0 is put in by hand. Even with a flat prior, variational Bayes keeps s2_k = 1 / n_k.)
""",
    afterword="EM is this algorithm with the spread of the means thrown away in each sweep.",
)
