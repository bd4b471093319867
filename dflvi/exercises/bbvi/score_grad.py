"""3.5  The score-function estimate of a slope."""

# Built from solutions/bbvi/score_grad.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def score_grad(key: Key, mu0: Scalar, n: int) -> Scalar:
    """The score-function estimate from n draws of d/dmu E[X^2] at mu = mu0, where X ~ N(mu, 1).

    Args:
        key: a PRNG key. All randomness comes from it.
        mu0: the candidate value of mu, a number.
        n: how many independent draws are used, a Python int, at least 1.

    Returns:
        the estimate, a number: the plain average over the draws of what `score_samples` describes.
    """
    raise NotImplementedError("yours to write")

MU0 = np.array([-2.8, -1.3, 1.9, 4.1], np.float32)

KEYS, N = 70, 301

WHERE = f"mu0 = -2.8, -1.3, 1.9, 4.1, n = {N}, {KEYS} keys"


def _estimates(attempt, keys=KEYS):
    """Estimates for each value of mu0, [4, keys]."""
    mapped = attempt.vmap(None, 0, None)
    calls = [has_shape(mapped(attempt.key(), MU0, N), (len(MU0),), where=WHERE) for _ in range(keys)]
    return np.stack(calls, axis=1).astype(np.float64)


def _variance(mu):
    """Of one term."""
    return mu**4 + 14 * mu**2 + 15


def gives_one_number(attempt):
    _estimates(attempt, keys=1)
    for shape, _ in attempt.shapes(attempt.key(), 1.9, 1):
        has_shape(np.zeros(shape), (), where="mu0 = 1.9, n = 1")


def depends_on_the_key_and_on_all_draws(attempt):
    key, other = attempt.key(), attempt.key()
    mapped = attempt.vmap(None, 0, None)
    one, again, second = (has_shape(mapped(k, MU0, N), (len(MU0),))[2] for k in (key, key, other))
    where = f"mu0 = 1.9, n = {N}"
    holds(one == again, "One key gave two results. A function of a key draws from nothing else.",
          value=float(one == again), where=f"the same key twice, {where}")  # fmt: skip
    holds(one != second, "Two keys gave the same estimate.",
          value=float(one == second), where=f"two keys, {where}")  # fmt: skip
    # The scatter over 20 keys, in units of what it should be: near 1, and sqrt(301) = 17 or 301 if the draws are
    # one draw or are not averaged. No right answer gets to 4, and which side of 60 it is tells those two apart. At
    # mu0 = 4.1 the tails are lightest (kurtosis 13), so that no single draw carries one of them across.
    mu = float(MU0[3])
    scatter = _estimates(attempt, keys=20)[3].std() / np.sqrt(_variance(mu) / N)
    holds(scatter < 4, f"Your estimate scatters from key to key {scatter:.3g} times as much as it should.",
          value=np.digitize(scatter, [4, 60]), where=f"mu0 = 4.1, n = {N}, 20 keys", expected="about once as much",
          got=f"{scatter:.3g} times")  # fmt: skip


def averages_to_the_slope(attempt):
    # Terms have skewness up to 4.7 and kurtosis up to 40: of a mean of 21,070 that leaves .03 and 3.002,
    # which makes the tails beyond the limit heavier by a factor of 1.3. A tenth more room undoes that.
    means, mu = _estimates(attempt).mean(axis=1), MU0.astype(np.float64)
    error = 1.1 * np.sqrt(_variance(mu) / (KEYS * N))
    statistic_is(means, 2 * mu, error, comparisons=4, where=WHERE,
                 says="the mean of many estimates is the slope of E[X^2]")  # fmt: skip


def spreads_as_an_average_of_n_terms(attempt):
    # An average of 301 terms of kurtosis below 41 has kurtosis below 3.2, so a squared deviation has variance
    # below 2.2. The root of a mean of 70 squares is skewed by .1: a quarter more room for that tail.
    mu = MU0.astype(np.float64)
    deviations = (_estimates(attempt) - 2 * mu[:, None]) / np.sqrt(_variance(mu) / N)[:, None]
    spread = np.sqrt(np.mean(deviations**2, axis=1))
    error = 1.25 * np.sqrt(2.2 / KEYS) / 2
    statistic_is(spread, np.ones(4), error, comparisons=4, where=WHERE,
                 says="the standard deviation of the estimate, in units of what it should be")  # fmt: skip


exercise = Exercise(
    score_grad,
    question="3.5",
    minutes=5,
    difficulty=1,
    hints=(
        "You have the terms already. What turns n noisy values with the right mean into one that is less "
        "noisy?",
        "Draw n values with the key, form a term for each, and take their mean. The n draws must be "
        "independent, so ask for all of them in one call, or split the key.",
        "`score_samples` with the same three arguments, and `jnp.mean` around it.",
    ),
    checks=(
        gives_one_number,
        depends_on_the_key_and_on_all_draws,
        averages_to_the_slope,
        spreads_as_an_average_of_n_terms,
    ),
)
