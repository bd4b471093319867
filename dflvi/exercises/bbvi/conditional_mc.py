"""3.9  An expectation with one variable integrated by hand."""

# Built from solutions/bbvi/conditional_mc.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import array, fields, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def conditional_mc(key: Key, n: int) -> tuple[Scalar, Scalar]:
    """The probability P(U + Z > 4) of Example 9 by conditional Monte Carlo, given Z.

    U is exponential with RATE 1, and Z, independent of U, exponential with RATE 1/2. In the place of Y, which is 1
    where U + Z > 4 and 0 elsewhere, average V = E[Y | Z]: draw Z alone, and have U integrated by hand.

    Args:
        key: a PRNG key. All randomness comes from it.
        n: how many independent draws of Z, a Python int, at least 2.

    Returns:
        mean: the average of the n values of V.
        var_per_sample: their variance, of one V and not of the average. Divisor n or n - 1.
    """
    raise NotImplementedError("yours to write")

_N, _KEYS = 2001, 50


def _estimates(attempt):
    mean, var = fields(attempt.vmap(0, None)(attempt.keys(_KEYS), _N), "mean", "var_per_sample")
    shape = array(mean, "mean").shape[:1]
    mean = has_shape(mean, shape, where=f"n = {_N}", what="mean").astype(np.float64)
    return mean, has_shape(var, shape, where=f"n = {_N}", what="var_per_sample").astype(np.float64)


def gives_a_mean_and_a_variance(attempt):
    mean, var = fields(attempt(attempt.key(), 2), "mean", "var_per_sample")
    has_shape(mean, (), where="n = 2", what="mean")
    has_shape(var, (), where="n = 2", what="var_per_sample")


def draws_anew_for_each_key(attempt):
    mean, _ = _estimates(attempt)
    different = len(np.unique(mean)) > _KEYS / 2
    holds(different, "Different keys gave the same estimate.", value=float(different), where=f"{_KEYS} keys, n = {_N}")


def what_is_averaged_are_probabilities(attempt):
    # Numbers between 0 and 1 have a variance of at most mean (1 - mean); heavy tails break that at every key.
    mean, var = _estimates(attempt)
    room = mean * (1 - mean) * (1 + 2 / _N) + 1e-4
    lawful = bool(np.all(var <= room) and np.all(mean >= 0))
    holds(lawful, "A conditional probability above one has been averaged, or one below zero.", value=float(lawful),
          where=f"n = {_N}, {_KEYS} keys", expected="a variance of at most mean (1 - mean)",
          got=f"mean {mean.mean():.4g}, variance {var.mean():.4g}")  # fmt: skip


def has_the_mean_and_variance_of_v(attempt):
    # V lies between 0 and 1, so that averages over 100,000 draws are normal; moments by sums over z.
    z = np.linspace(0.0, 4.0, 40_001)
    beyond = np.exp(-2.0)  # P(Z > 4), where V is 1
    theta, *_ = moments = [np.trapezoid(np.exp(-z / 2) / 2 * np.exp(k * (z - 4)), z) + beyond for k in (1, 2, 3, 4)]
    var = moments[1] - theta**2
    fourth = moments[3] - 4 * theta * moments[2] + 6 * theta**2 * moments[1] - 3 * theta**4
    mean, got = _estimates(attempt)
    where, draws = f"n = {_N}, {_KEYS} keys", _N * _KEYS
    statistic_is(mean.mean(), theta, np.sqrt(var / draws), comparisons=2, where=where, says="the mean of the estimates")
    statistic_is(got.mean(), var, np.sqrt((fourth - var**2) / draws), comparisons=2, slack=1e-3, where=where,
                 says="the variance of one term, averaged over the keys")  # fmt: skip


exercise = Exercise(
    conditional_mc,
    question="3.9",
    minutes=10,
    difficulty=2,
    hints=(
        "Suppose somebody tells you that Z is 1.5. What is the probability that U + Z is above 4?",
        "U has to exceed what is left of 4, and the probability of that is known for an exponential. What if "
        "nothing is left?",
        "Draw Z alone. Where it is below 4, V is the tail probability of U beyond 4 - Z; elsewhere V is 1. Mean and "
        "variance as in `naive_mc`.",
    ),
    checks=(
        gives_a_mean_and_a_variance,
        draws_anew_for_each_key,
        what_is_averaged_are_probabilities,
        has_the_mean_and_variance_of_v,
    ),
)
