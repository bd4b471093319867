"""3.9  Two expectations by plain averages."""

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import array, fields, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    one, two = jax.random.split(key)
    if example == 1:
        y = jnp.exp((jax.random.uniform(one, (n,)) + jax.random.uniform(two, (n,))) ** 2)
    else:
        u, z = jax.random.exponential(one, (n,)), 2.0 * jax.random.exponential(two, (n,))
        y = jnp.where(u + z > 4.0, 1.0, 0.0)
    return y.mean(), y.var()


# ---- other right answers ----------------------------------------------------------------------


def by_one_array_of_uniforms(key, n, example=1):
    """Exponentials by inversion, the variance with divisor n - 1."""
    u, w = jax.random.uniform(key, (2, n), minval=1e-7)
    if example == 1:
        y = jnp.exp(jnp.square(u + w))
    else:
        y = (-jnp.log(u) - jnp.log(w) / 0.5 > 4).astype(jnp.float32)
    return {"mean": jnp.sum(y) / n, "var_per_sample": jnp.var(y, ddof=1)}


def draw_by_draw(key, n, example=1):
    """A function of one key, mapped."""

    def draw(key):
        keys = jax.random.split(key)
        if example == 1:
            return jnp.exp(sum(jax.random.uniform(k) for k in keys) ** 2)
        return jnp.float32(sum(mean * jax.random.exponential(k) for mean, k in zip((1, 2), keys)) > 4)

    y = jax.vmap(draw)(jax.random.split(key, n))
    return jnp.array([y.mean(), jnp.mean(y**2) - y.mean() ** 2])[0], y.std() ** 2


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(by_one_array_of_uniforms, draw_by_draw),
    mistakes=(
        Mistake(
            "all-terms-returned",
            one_edit("return y.mean(), y.var()", "return y, y.var()"),
            "The terms themselves came back, n of them. Their average is asked for.",
            caught_by=gives_a_mean_and_a_variance,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("jax.random.split(key)", "jax.random.split(jax.random.key(0))"),
            "Whatever the key, your estimate is the same. Draw from the key that you are given.",
            caught_by=draws_anew_for_each_key,
        ),
        Mistake(
            "variance-of-the-average",
            one_edit("y.var()", "y.var() / n"),
            "Your variance goes down as n goes up: it is that of the average. Asked for is the scatter of a single "
            "term, which no n can change.",
            also=lambda key, n, example=1: (lambda r: (r["mean"], r["var_per_sample"] / n))(
                by_one_array_of_uniforms(key, n, example)
            ),
            caught_by=example_1_has_its_mean_and_variance,
        ),
        Mistake(
            "standard-deviation",
            one_edit("y.var()", "y.std()"),
            "In example 1 your second number is near 6, and the variance is near 36. You left at the root.",
            caught_by=example_1_has_its_mean_and_variance,
        ),
        Mistake(
            "one-uniform-used-twice",
            one_edit("jax.random.uniform(two, (n,))", "jax.random.uniform(one, (n,))"),
            "U and W are the same numbers in yours, so that large meets large: the estimate of example 1 comes out "
            "far too high. Independent draws want keys of their own.",
            caught_by=example_1_has_its_mean_and_variance,
        ),
        Mistake(
            "square-forgotten",
            one_edit("(n,))) ** 2)", "(n,))) ** 1)"),
            "Your Y of example 1 never exceeds 7.4, and it should reach 54. Look at what stands in the exponent.",
            caught_by=example_1_has_its_mean_and_variance,
        ),
        Mistake(
            "rate-read-as-mean",
            one_edit("2.0 * jax", "0.5 * jax"),
            "The mean of your Z draws is 0.5. A rate of one half means one event every two units of time.",
            caught_by=example_9_has_its_mean_and_variance,
        ),
        Mistake(
            "below-and-not-above",
            one_edit("u + z > 4.0", "u + z < 4.0"),
            "In example 9 you count the cases that stay below 4: three quarters instead of one quarter.",
            caught_by=example_9_has_its_mean_and_variance,
        ),
        Mistake(
            "one-clock-for-both",
            one_edit("jax.random.exponential(two, (n,))", "jax.random.exponential(one, (n,))"),
            "In example 9 your Z is twice your U, draw by draw: the same key made both, and they are to be "
            "independent.",
            caught_by=example_9_has_its_mean_and_variance,
        ),
    ),
    answer="""
Example 1: $\\theta = 4.899$ and $\\mathrm{Var}(Y) = 35.5$. With 1,000 draws the estimate has a standard error of 0.19.
Example 9: $\\theta = 2e^{-2} - e^{-4} = 0.2524$, and Y is a coin, so its variance is $\\theta(1 - \\theta) = 0.189$.
""",
    afterword="These variances are what the other two estimators have to beat.",
)
