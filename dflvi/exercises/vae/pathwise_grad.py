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


def squares_and_sines(z):
    return jnp.sum(z**2 + 2 * jnp.sin(z), axis=-1)

D, N, KEYS = 3, 4, 1800

MU = np.array([-1.4, 0.6, 1.9], np.float32)

LOGVAR = np.array([0.7, -1.1, -0.3], np.float32)

WHERE = (
    "f(z) = sum of z^2 + 2 sin z, mu = (-1.4, 0.6, 1.9), logvar = (0.7, -1.1, -0.3), "
    f"n = {N}, {KEYS} keys"
)


def _many(attempt, keys):
    """Estimates with n = 4 for many keys, [KEYS, 2, 3]. One program serves all checks."""
    names = "g_mu", "g_logvar"
    parts = fields(attempt.vmap(None, 0, None, None, None)(squares_and_sines, keys, MU, LOGVAR, N), *names)
    parts = [has_shape(part, (KEYS, D), where=WHERE, what=name) for part, name in zip(parts, names, strict=True)]
    return finite(np.stack(parts, axis=1).astype(np.float64), where=WHERE)


def _moments():
    """Mean, variance and fourth central moment of a term, [2, 3] each."""
    nodes, weights = oracles.gauss_hermite(80)
    mu, sd = MU.astype(np.float64)[:, None], np.exp(0.5 * LOGVAR.astype(np.float64))[:, None]
    z = mu + sd * nodes
    g = 2 * z + 2 * np.cos(z)
    terms = np.stack([g, g * 0.5 * sd * nodes])
    mean = terms @ weights
    centred = terms - mean[..., None]
    return mean, centred**2 @ weights, centred**4 @ weights


def gives_two_arrays_that_are_not_zero(attempt):
    moves = bool(np.any(_many(attempt, attempt.keys(KEYS)) != 0))
    holds(moves, "All gradients are exactly zero.", value=float(moves), where=WHERE)


def draws_with_the_key_it_is_given(attempt):
    keys = attempt.keys(KEYS)
    found, again = _many(attempt, keys), _many(attempt, keys)
    same = bool(np.array_equal(found, again))
    holds(same, "One key gave two results. A function of a key draws from nothing else.", value=float(same),
          where=f"the same keys twice, {WHERE}")  # fmt: skip
    same = bool(np.array_equal(found[0, 0], found[1, 0]))
    holds(not same, "Two keys gave the same gradient in mu.", value=float(same), where=f"two keys, {WHERE}")


def scatters_as_n_points_do(attempt):
    # The variance of an average of 4 terms over 1,800 keys. Its kurtosis is that of a term, less three, over 4.
    _, variance, fourth = _moments()
    kurtosis = 3 + (fourth / variance**2 - 3) / N
    error = 1.2 * np.sqrt((kurtosis - 1) / KEYS) / 2
    got = np.sqrt(N) * _many(attempt, attempt.keys(KEYS)).std(axis=0) / np.sqrt(variance)
    statistic_is(got, np.ones((2, D)), error, comparisons=6, where=WHERE,
                 says="the scatter from key to key, in units of what n independent points have")  # fmt: skip


def averages_to_the_gradient(attempt):
    # An average of 4 terms over 1,800 keys is one of 7,200 terms of kurtosis below 15: normal.
    mean, variance, _ = _moments()
    statistic_is(_many(attempt, attempt.keys(KEYS)).mean(axis=0), mean, 1.02 * np.sqrt(variance / (N * KEYS)),
                 comparisons=6, where=WHERE, says="the mean over keys, of g_mu and g_logvar")  # fmt: skip


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
