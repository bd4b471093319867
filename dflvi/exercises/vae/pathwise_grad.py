"""4.1  The gradient of an expectation, through the samples."""

# Built from solutions/vae/pathwise_grad.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def pathwise_grad(
    f: Callable, key: Key, mu: Float[Array, " d"], logvar: Float[Array, " d"], n: int
) -> tuple[Float[Array, " d"], Float[Array, " d"]]:
    """The pathwise estimate of the gradient of E[f(z)], where z has independent normal coordinates.

    Args:
        f: z -> a number, for one point z [d] (or for points with leading axes). JAX can differentiate it.
        key: a PRNG key. All randomness comes from it.
        mu: the means, [d].
        logvar: the logs of the variances, [d].
        n: how many independent points are drawn, a Python int, at least 1.

    Returns:
        g_mu: the estimate of the gradient in mu, [d].
        g_logvar: the estimate of the gradient in logvar, [d].

    Both are averages over the same n points, and both use the slope of f
    (Kingma and Welling, An Introduction to Variational Autoencoders, section 2.4.2).
    """
    raise NotImplementedError("yours to write")


def sum_of_squares(z):
    return jnp.sum(z**2, axis=-1)


def sum_of_sines(z):
    return jnp.sum(jnp.sin(z), axis=-1)

D, N, KEYS = 3, 16, 600

MU = np.array([-1.4, 0.6, 1.9], np.float32)

LOGVAR = np.array([0.7, -1.1, -0.3], np.float32)

WHERE = "mu = (-1.4, 0.6, 1.9), logvar = (0.7, -1.1, -0.3)"


def _both(attempt, f, key, where):
    parts = fields(attempt(f, key, MU, LOGVAR, N), "g_mu", "g_logvar")
    return np.stack([has_shape(part, (D,), where=where, what=name) for part, name in
                     zip(parts, ("g_mu", "g_logvar"), strict=True)]).astype(np.float64)  # fmt: skip


def _many(attempt, f, where):
    """Estimates with n = 16 for many keys, [KEYS, 2, 3]."""
    mapped = attempt.vmap(None, 0, None, None, None)
    parts = fields(mapped(f, attempt.keys(KEYS), MU, LOGVAR, N), "g_mu", "g_logvar")
    parts = [has_shape(part, (KEYS, D), where=where, what=name) for part, name in
             zip(parts, ("g_mu", "g_logvar"), strict=True)]  # fmt: skip
    return finite(np.stack(parts, axis=1).astype(np.float64), where=where)


def _moments(slope):
    """Mean, variance and fourth central moment of a term, [2, 3] each, for f with this slope in each coordinate."""
    nodes, weights = oracles.gauss_hermite(80)
    mu, sd = MU.astype(np.float64)[:, None], np.exp(0.5 * LOGVAR.astype(np.float64))[:, None]
    g = slope(mu + sd * nodes)
    terms = np.stack([g, g * 0.5 * sd * nodes])
    mean = terms @ weights
    centred = terms - mean[..., None]
    return mean, centred**2 @ weights, centred**4 @ weights


def gives_two_arrays_that_are_not_zero(attempt):
    where = f"f(z) = sum of z^2, {WHERE}, n = {N}"
    moves = bool(np.any(_both(attempt, sum_of_squares, attempt.key(), where) != 0))
    holds(moves, "All gradients are exactly zero.", value=float(moves), where=where)


def draws_with_the_key_it_is_given(attempt):
    key, other = attempt.key(), attempt.key()
    where = f"f(z) = sum of z^2, {WHERE}, n = {N}"
    first, again, second = (_both(attempt, sum_of_squares, k, where) for k in (key, key, other))
    same = bool(np.array_equal(first, again))
    holds(same, "One key gave two results. A function of a key draws from nothing else.", value=float(same),
          where=f"the same key twice, {where}")  # fmt: skip
    same = bool(np.array_equal(first[0], second[0]))
    holds(not same, "Two keys gave the same gradient in mu.", value=float(same), where=f"two keys, {where}")


def scatters_as_n_points_do(attempt):
    # The variance of an average of 16 terms over 600 keys. Its kurtosis is that of a term, less three, over 16.
    where = f"f(z) = sum of z^2, {WHERE}, n = {N}, {KEYS} keys"
    _, variance, fourth = _moments(lambda z: 2 * z)
    kurtosis = 3 + (fourth / variance**2 - 3) / N
    error = 1.2 * np.sqrt((kurtosis - 1) / KEYS) / 2
    got = np.sqrt(N) * _many(attempt, sum_of_squares, where).std(axis=0) / np.sqrt(variance)
    statistic_is(got, np.ones((2, D)), error, comparisons=6, where=where,
                 says="the scatter from key to key, in units of what n independent points have")  # fmt: skip


def averages_to_the_gradient(attempt):
    # An average of 16 terms over 600 keys is one of 9,600 terms of kurtosis below 15: normal. Twelve comparisons.
    for f, slope, words in ((sum_of_squares, lambda z: 2 * z, "z^2"), (sum_of_sines, np.cos, "sin z")):
        where = f"f(z) = sum of {words}, {WHERE}, n = {N}, {KEYS} keys"
        mean, variance, _ = _moments(slope)
        statistic_is(_many(attempt, f, where).mean(axis=0), mean, 1.02 * np.sqrt(variance / (N * KEYS)),
                     comparisons=12, where=where, says="the mean over keys, of g_mu and g_logvar")  # fmt: skip


exercise = Exercise(
    pathwise_grad,
    question="4.1",
    minutes=12,
    difficulty=2,
    hints=(
        "Fix the noise first. With the noise given, the average of f over the n points is an ordinary function of mu "
        "and logvar.",
        "Write that average as an inner function of the two parameters, with the noise drawn outside of it, and let "
        "JAX differentiate it. `argnums` takes a tuple.",
        "n rows of standard noise, as wide as mu; inside, stretch and move them as in `reparam_normal`, map f over "
        "the rows, take the mean. Then `jax.grad` of this in both arguments, at mu and logvar.",
    ),
    checks=(
        gives_two_arrays_that_are_not_zero,
        draws_with_the_key_it_is_given,
        scatters_as_n_points_do,
        averages_to_the_gradient,
    ),
)
