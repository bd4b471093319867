"""3.5  The terms of the score-function estimate of a slope."""

# Built from solutions/bbvi/score_samples.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def score_samples(key: Key, mu0: Scalar, n: int) -> Float[Array, " n"]:
    """Independent terms, n of them, each with mean d/dmu E[X^2] at mu = mu0, where X ~ N(mu, 1).

    Args:
        key: a PRNG key. All randomness comes from it.
        mu0: the candidate value of mu, a number.
        n: how many terms, a Python int, at least 1.

    Returns:
        the terms, [n], one for each of n draws of X at mu0, not averaged.

    These are the terms of the score-function estimator: they use the values of x^2 at the draws, and not its
    slope (Ranganath, Gerrish & Blei 2014, eq. 2, with x^2 for what stands beside the score).
    """
    raise NotImplementedError("yours to write")

MU0 = np.array([-2.8, -1.3, 1.9, 4.1], np.float32)

KEYS, N = 20, 1001

WHERE = f"mu0 = -2.8, -1.3, 1.9, 4.1, n = {N}, {KEYS} keys"


def _terms(attempt, keys=KEYS):
    """The terms for each value of mu0, [4, keys * N]."""
    mapped = attempt.vmap(None, 0, None)
    calls = [has_shape(mapped(attempt.key(), MU0, N), (len(MU0), N), where=WHERE) for _ in range(keys)]
    return np.concatenate(calls, axis=1).astype(np.float64)


def _variance_and_fourth_moment(mu):
    """Central moments of a term, from the moments 1, 3, 15, 105, ... of a standard normal."""
    variance = mu**4 + 14 * mu**2 + 15
    return variance, 3 * mu**8 + 300 * mu**6 + 5334 * mu**4 + 21780 * mu**2 + 10395


def gives_a_term_for_each_draw(attempt):
    _terms(attempt, keys=1)
    for shape, _ in attempt.shapes(attempt.key(), 1.9, 1):
        has_shape(np.zeros(shape), (1,), where="mu0 = 1.9, n = 1")


def draws_anew_for_each_key_and_each_term(attempt):
    key, other = attempt.key(), attempt.key()
    mapped = attempt.vmap(None, 0, None)
    first, again, second = (has_shape(mapped(k, MU0, N), (len(MU0), N))[2] for k in (key, key, other))
    where = f"mu0 = 1.9, n = {N}"
    same = bool(np.array_equal(first, again))
    holds(same, "One key gave two results. A function of a key draws from nothing else.", value=float(same),
          where=f"the same key twice, {where}")  # fmt: skip
    same = bool(np.array_equal(first, second))
    holds(not same, "Two keys gave the same terms.", value=float(same), where=f"two keys, {where}")
    # float32 holds few enough numbers for some pairs to coincide among 1,001, and never half of them.
    repeated = len(np.unique(first)) < N / 2
    holds(not repeated, "The terms of one call are not different draws.", value=float(repeated), where=where,
          expected=f"{N} different terms", got=f"{len(np.unique(first))} different ones")  # fmt: skip


def averages_to_the_slope(attempt):
    # Terms have skewness up to 4.7 and kurtosis up to 40: of a mean of 20,020 that leaves .03 and 3.002,
    # which makes the tails beyond the limit heavier by a factor of 1.3. A tenth more room undoes that.
    terms, mu = _terms(attempt), MU0.astype(np.float64)
    variance, _ = _variance_and_fourth_moment(mu)
    error = 1.1 * np.sqrt(variance / terms.shape[1])
    statistic_is(terms.mean(axis=1), 2 * mu, error, comparisons=4, where=WHERE,
                 says="the mean of the terms is the slope of E[X^2]")  # fmt: skip


def spreads_as_this_estimator_does(attempt):
    # The standard error of a standard deviation, from the fourth moment (kurtosis 13 to 40). The squares of
    # the terms are skewed by up to 30, so 20,020 of them are not quite normal: half as much room again.
    terms, mu = _terms(attempt), MU0.astype(np.float64)
    variance, fourth = _variance_and_fourth_moment(mu)
    error = 1.5 * np.sqrt((fourth - variance**2) / terms.shape[1]) / (2 * np.sqrt(variance))
    statistic_is(terms.std(axis=1), np.sqrt(variance), error, comparisons=4, where=WHERE,
                 says="the standard deviation of the terms")  # fmt: skip


exercise = Exercise(
    score_samples,
    question="3.5",
    minutes=12,
    difficulty=2,
    hints=(
        "Write E[X^2] as an integral and take the derivative inside. Which of the two factors under the "
        "integral knows about mu, once x is only the variable you integrate over?",
        "The derivative of a density is no density, so nothing can be drawn from it yet. But the derivative "
        "of log p is that of p divided by p. Use this to bring p back as a factor; what stands beside it is "
        "what you average.",
        "Draw x from N(mu0, 1). A term is the value of the function at x, times the score of N(mu, 1) at x, "
        "which is how far x lies to the right of mu0. Return all n terms.",
    ),
    checks=(
        gives_a_term_for_each_draw,
        draws_anew_for_each_key_and_each_term,
        averages_to_the_slope,
        spreads_as_this_estimator_does,
    ),
)
