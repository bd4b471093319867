"""3.9  Two expectations by plain averages."""

# Built from solutions/bbvi/naive_mc.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import array, fields, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def naive_mc(key: Key, n: int, example: int = 1) -> tuple[Scalar, Scalar]:
    """The plain Monte Carlo estimate of one of two expectations, and how far a single term scatters.

    Example 1: E[Y] with Y = exp((U + W)^2), where U and W are independent and uniform on (0, 1).
    Example 9: P(U + Z > 4), the mean of a Y that is 1 or 0, where U is exponential with RATE 1 and Z, independent
    of U, exponential with RATE 1/2 (Haugh's notes on variance reduction number them so).

    Args:
        key: a PRNG key. All randomness comes from it.
        n: how many independent draws of Y, a Python int, at least 2.
        example: 1 or 9.

    Returns:
        mean: the average of the n draws of Y.
        var_per_sample: their variance, which estimates that of one Y and not that of the average. Divisor n or
            n - 1.
    """
    raise NotImplementedError("yours to write")

_N, _KEYS = 4001, 50


def _estimates(attempt, keys, example):
    """Means and variances of independent calls."""
    mean, var = fields(attempt.vmap(0, None, None)(keys, _N, example), "mean", "var_per_sample")
    where = f"n = {_N}, example = {example}"
    shape = array(mean, "mean").shape[:1]
    mean = has_shape(mean, shape, where=where, what="mean").astype(np.float64)
    return mean, has_shape(var, shape, where=where, what="var_per_sample").astype(np.float64)


def gives_a_mean_and_a_variance(attempt):
    _estimates(attempt, attempt.keys(_KEYS), 1)


def draws_anew_for_each_key(attempt):
    mean, _ = _estimates(attempt, attempt.keys(_KEYS), 1)
    different = len(np.unique(mean)) > _KEYS / 2
    holds(different, "Different keys gave the same estimate.", value=float(different),
          where=f"{_KEYS} keys, n = {_N}, example = 1")  # fmt: skip


def example_1_has_its_mean_and_variance(attempt):
    # Y lies between 1 and 55, so that averages over 200,000 draws are normal; its fourth moment is computed.
    nodes, weights = np.polynomial.legendre.leggauss(60)
    u, weights = (nodes + 1) / 2, weights / 2
    y = np.exp(np.add.outer(u, u) ** 2)
    theta = weights @ y @ weights
    var, fourth = (weights @ (y - theta) ** power @ weights for power in (2, 4))
    _agrees(attempt, 1, theta, var, fourth)


def example_9_has_its_mean_and_variance(attempt):
    # P(U + Z > 4) by a sum over z of the probability that U is larger than what is left.
    z = np.linspace(0.0, 4.0, 40_001)
    theta = np.trapezoid(np.exp(-z / 2) / 2 * np.exp(z - 4), z) + np.exp(-2)
    var = theta * (1 - theta)
    _agrees(attempt, 9, theta, var, var * (1 - 3 * var))


def _agrees(attempt, example, theta, var, fourth):
    mean, got = _estimates(attempt, attempt.keys(_KEYS), example)
    where, draws = f"n = {_N}, example = {example}, {_KEYS} keys", _N * _KEYS
    statistic_is(mean.mean(), theta, np.sqrt(var / draws), comparisons=2, where=where, says="the mean of the estimates")
    statistic_is(got.mean(), var, np.sqrt((fourth - var**2) / draws), comparisons=2, slack=3e-4, where=where,
                 says="the variance of one term, averaged over the keys")  # fmt: skip


exercise = Exercise(
    naive_mc,
    question="3.9",
    minutes=8,
    difficulty=1,
    hints=(
        "Draw n values of Y, all at once. What do the mean and the variance of an array of them estimate?",
        "Two independent arrays want two keys. `jax.random.uniform` and `jax.random.exponential` draw them; the "
        "latter has rate 1, and an exponential of rate r is one of rate 1 divided by r.",
        "Example 1: exp of the squared sum of two uniform arrays. Example 9: where the sum of the two waiting "
        "times is above 4, a 1, elsewhere a 0. Return the mean and the variance of the array.",
    ),
    checks=(
        gives_a_mean_and_a_variance,
        draws_anew_for_each_key,
        example_1_has_its_mean_and_variance,
        example_9_has_its_mean_and_variance,
    ),
)
