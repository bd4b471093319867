"""3.5  The score-function estimate of a slope with a baseline."""

# Built from solutions/bbvi/score_grad_baseline.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def score_grad_baseline(key: Key, mu0: Scalar, n: int, b: Scalar) -> Scalar:
    """The score-function estimate of d/dmu E[X^2] at mu = mu0, X ~ N(mu, 1), with a constant baseline.

    Args:
        key: a PRNG key. All randomness comes from it.
        mu0: the candidate value of mu, a number.
        n: how many independent draws are used, a Python int, at least 1.
        b: the baseline, any number, chosen before the draws are seen.

    Returns:
        the estimate, a number, averaged over the n draws. In each term b is taken from the value of x^2. The
        mean is the same for every b, the variance is not; with b = 0 it is `score_grad`.
    """
    raise NotImplementedError("yours to write")

BELOW = np.array([(-2.8, -5.0), (-1.3, -4.0), (1.9, -3.0), (5.0, -6.0)], np.float32)

ACROSS = np.array([(-2.8, 45.0), (-1.3, -4.0), (1.9, 100.0), (12.0, 145.0)], np.float32)

KEYS, N = 60, 101


def _where(pairs):
    return "(mu0, b) = " + ", ".join(f"({mu0:g}, {b:g})" for mu0, b in pairs) + f"; n = {N}, {KEYS} keys"


def _estimates(attempt, pairs, keys=KEYS):
    """Estimates for each pair of mu0 and b, [4, keys]."""
    mapped, (mu0, b) = attempt.vmap(None, 0, None, 0), pairs.T
    calls = [has_shape(mapped(attempt.key(), mu0, N, b), (4,), where=_where(pairs)) for _ in range(keys)]
    return np.stack(calls, axis=1).astype(np.float64)


def _variance(mu, b):
    """Of one term."""
    return mu**4 + 14 * mu**2 + 15 - 2 * b * (mu**2 + 3) + b**2


def gives_one_number(attempt):
    _estimates(attempt, BELOW, keys=1)
    for shape, _ in attempt.shapes(attempt.key(), 1.9, 1, 4.0):
        has_shape(np.zeros(shape), (), where="mu0 = 1.9, b = 4, n = 1")


def depends_on_the_key(attempt):
    mapped, (mu0, b) = attempt.vmap(None, 0, None, 0), BELOW.T
    keys = attempt.key(), attempt.key()
    one, again, other = (has_shape(mapped(key, mu0, N, b), (4,))[2] for key in (keys[0], *keys))
    where = f"mu0 = 1.9, b = -3, n = {N}"
    holds(one == again, "One key gave two results. A function of a key draws from nothing else.",
          value=float(one == again), where=f"the same key twice, {where}")  # fmt: skip
    holds(one != other, "Two keys gave the same estimate.",
          value=float(one == other), where=f"two keys, {where}")  # fmt: skip


def averages_to_the_slope_for_every_baseline(attempt):
    # Terms have skewness up to 2.7 and kurtosis up to 17: of a mean of 6,060 that leaves .03 and 3.002,
    # which makes the tails beyond the limit heavier by a factor of 1.4. A tenth more room undoes that.
    means = _estimates(attempt, BELOW).mean(axis=1)
    mu, b = BELOW.T.astype(np.float64)
    holds(np.abs(means).max() < 50, "Your estimate is far too large.", value=means, tolerance=0.1,
          where=_where(BELOW), expected="about 10 at mu0 = 5", got=f"{means[3]:.4g}")  # fmt: skip
    error = 1.1 * np.sqrt(_variance(mu, b) / (KEYS * N))
    statistic_is(means, 2 * mu, error, comparisons=4, where=_where(BELOW),
                 says="the mean of many estimates is the slope of E[X^2], whatever b is")  # fmt: skip


def spreads_as_the_baseline_lets_it(attempt):
    # An average of 101 terms of kurtosis below 27 has kurtosis below 3.25, so a squared deviation has
    # variance below 2.25. The root of a mean of 60 squares is skewed by .1: a quarter more room for that.
    mu, b = ACROSS.T.astype(np.float64)[:, :, None]
    deviations = (_estimates(attempt, ACROSS) - 2 * mu) / np.sqrt(_variance(mu, b) / N)
    spread = np.sqrt(np.mean(deviations**2, axis=1))
    error = 1.25 * np.sqrt(2.25 / KEYS) / 2
    statistic_is(spread, np.ones(4), error, comparisons=4, where=_where(ACROSS),
                 says="the standard deviation of the estimate, in units of the right one")  # fmt: skip


exercise = Exercise(
    score_grad_baseline,
    question="3.5",
    minutes=6,
    difficulty=2,
    hints=(
        "The score has mean zero. What can you add to a term, then, without moving its mean?",
        "Replace the function by the function minus a constant: the slope of its expectation in mu is the "
        "same. Then write the estimate for this new function.",
        "Take your `score_grad`. In each term subtract b from the square of the draw before the score "
        "multiplies it.",
    ),
    checks=(
        gives_one_number,
        depends_on_the_key,
        averages_to_the_slope_for_every_baseline,
        spreads_as_the_baseline_lets_it,
    ),
)
