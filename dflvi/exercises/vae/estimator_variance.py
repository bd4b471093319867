"""4.2  How much an estimate scatters, by making it many times."""

# Built from solutions/vae/estimator_variance.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def estimator_variance(kind: str, key: Key, mu: Scalar, n: int, reps: int) -> Scalar:
    """The variance of an estimate of d/dmu E[X^2], X ~ N(mu, 1), measured by making it `reps` times.

    Args:
        kind: "score" for an average of n terms as `score_samples` gives them, "path" for one of `path_samples`.
        key: a PRNG key. All randomness comes from it.
        mu: the mean, a number.
        n: terms in one estimate, a Python int, at least 1.
        reps: how many estimates are made, a Python int, at least 2; each with n draws of its own, all independent.

    Returns:
        the variance of the `reps` estimates, a number. Divisor reps or reps - 1.
    """
    raise NotImplementedError("yours to write")

MU = np.array([-1.0, 0.3, 2.0], np.float32)

N, REPS = 16, 2000

WHERE = f"mu = -1, 0.3, 2, n = {N}, reps = {REPS}"


def _variances(attempt, kind, key):
    where = f'kind = "{kind}", {WHERE}'
    got = attempt.vmap(None, None, 0, None, None)(kind, key, MU, N, REPS)
    return has_shape(got, (len(MU),), where=where).astype(np.float64)


def gives_a_positive_number(attempt):
    got = _variances(attempt, "path", attempt.key())
    positive = bool(np.all(got > 1e-6))  # rounding leaves a little of a variance of equal numbers
    holds(positive, "The variance of independent estimates is not positive.", value=float(positive),
          where=f'kind = "path", {WHERE}', got=f"{float(np.min(got)):.4g}")  # fmt: skip


def is_measured_anew_for_each_key(attempt):
    first, second = (_variances(attempt, "path", attempt.key()) for _ in range(2))
    same = bool(np.array_equal(first, second))
    holds(not same, "Two keys gave the same number.", value=float(same), where=f'two keys, kind = "path", {WHERE}')


def is_the_variance_of_an_average_of_n(attempt):
    # The kurtosis of an average of n terms is 3 + (that of a term - 3) / n: 3 for the path, up to 6 for the score. A
    # variance from 2,000 of them has a relative error of up to 5 %, with a tail to the right: half as much room again.
    # The truth is the fourth and second moment of polynomials in a standard normal.
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    weights = weights / weights.sum()
    for kind in ("path", "score"):
        where = f'kind = "{kind}", {WHERE}'
        x = MU.astype(np.float64)[:, None] + nodes
        terms = (x**2) * nodes if kind == "score" else 2 * x
        terms = terms - (terms @ weights)[:, None]
        variance, fourth = terms**2 @ weights, terms**4 @ weights
        kurtosis = 3 + (fourth / variance**2 - 3) / N
        error = 1.5 * np.sqrt((kurtosis - 1) / REPS)
        got = _variances(attempt, kind, attempt.key()) * N / variance
        statistic_is(got, np.ones(len(MU)), error, comparisons=6, where=where,
                     says="n times your variance, in units of the variance of a term")  # fmt: skip


exercise = Exercise(
    estimator_variance,
    question="4.2",
    minutes=8,
    difficulty=1,
    hints=(
        "An estimate is an average of n terms. Make many of them first, and think of the variance last.",
        "A table of noise with a row for each estimate and n columns. Which axis is averaged, and over which is the "
        "variance taken?",
        "Terms from the table, the mean along each row, the variance of what is left. All of the table comes from "
        "one call with the key.",
    ),
    checks=(gives_a_positive_number, is_measured_anew_for_each_key, is_the_variance_of_an_average_of_n),
)
