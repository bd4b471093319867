"""2.2  Variational Bayes with a flat prior and point masses."""

# Built from solutions/cavi/vb_limit.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise


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
    raise NotImplementedError("yours to write")


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
)
