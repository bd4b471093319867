"""4.1  The gradient of an expectation, through the samples."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    noise = jax.random.normal(key, (n, *mu.shape))

    def average(mu, logvar):
        z = mu[None] + jnp.exp(0.5 * logvar)[None] * noise
        return jnp.mean(jax.vmap(f)(z))

    return jax.grad(average, argnums=(0, 1))(mu, logvar)


# ---- other right answers ----------------------------------------------------------------------


def by_the_chain_rule(f, key, mu, logvar, n):
    """The slope of f at each point, multiplied by what moves the point."""
    sigma = jnp.exp(logvar / 2)
    eps = jax.vmap(lambda key: jax.random.normal(key, mu.shape))(jax.random.split(key, n))
    slopes = jax.vmap(jax.grad(f))(mu[None] + eps * sigma[None])
    return {"g_mu": slopes.mean(axis=0), "g_logvar": jnp.mean(slopes * eps, axis=0) * sigma / 2}


def term_by_term(f, key, mu, logvar, n):
    """A gradient for each key, and their average."""

    def value(params, key):
        mean, log_variance = params
        return f(mean + jnp.sqrt(jnp.exp(log_variance)) * jax.random.normal(key, mean.shape))

    terms = [jax.grad(value)((mu, logvar), one) for one in jax.random.split(key, n)]
    return tuple(sum(parts) / n for parts in zip(*terms, strict=True))


# ---- what the checks pass in ------------------------------------------------------------------


def squares_and_sines(z):
    return jnp.sum(z**2 + 2 * jnp.sin(z), axis=-1)


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def by_the_score(f, key, mu, logvar, n):
    """Values of f times the score: another estimator of the same gradient."""
    sigma = jnp.exp(0.5 * logvar)
    eps = jax.random.normal(key, (n, *mu.shape))
    values = jax.vmap(f)(mu + sigma * eps)[:, None]
    return jnp.mean(values * eps / sigma, axis=0), jnp.mean(values * 0.5 * (eps**2 - 1), axis=0)


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
    variants=(by_the_chain_rule, term_by_term),
    mistakes=(
        Mistake(
            "only-mu",
            one_edit("argnums=(0, 1)", "argnums=0"),
            "One array came back, the gradient in mu. A normal has a second parameter, and it is learnt like the "
            "first.",
            caught_by=gives_two_arrays_that_are_not_zero,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("normal(key,", "normal(jax.random.key(0),"),
            "Whatever the key, g_mu is the same. An optimiser would see the same 4 points at each of its steps.",
            caught_by=draws_with_the_key_it_is_given,
        ),
        Mistake(
            "points-are-data",
            one_edit("return jnp.mean(jax.vmap(f)(z))", "return jnp.mean(jax.vmap(f)(jax.lax.stop_gradient(z)))"),
            "Every gradient is exactly 0: the points were made from mu and logvar, and then cut off from them. This is "
            "the average that 3.5 began with.",
            also=lambda f, key, mu, logvar, n: (jnp.zeros_like(mu), 0 * logvar),
            caught_by=gives_two_arrays_that_are_not_zero,
        ),
        Mistake(
            "sum-instead-of-mean",
            one_edit("jnp.mean(", "jnp.sum("),
            "With n = 4 your estimate is 4 times too large. An expectation does not grow with the number of points.",
            caught_by=scatters_as_n_points_do,
        ),
        Mistake(
            "spread-from-the-whole-log",
            one_edit("jnp.exp(0.5 * logvar)", "jnp.exp(logvar)"),
            "At the coordinate with logvar = 0.7 the points spread too far, at logvar = -1.1 not far enough, and the "
            "second gradient shows it. Compare with your `reparam_normal`.",
            caught_by=scatters_as_n_points_do,
        ),
        Mistake(
            "slope-in-the-log-of-sigma",
            lambda f, key, mu, logvar, n: (
                pathwise_grad(f, key, mu, logvar, n)[0], 2 * pathwise_grad(f, key, mu, logvar, n)[1]
            ),
            "g_mu is right and g_logvar twice too large, for every f. In which parameter of the spread have you "
            "differentiated?",
            caught_by=scatters_as_n_points_do,
        ),
        Mistake(
            "slope-at-the-mean",
            one_edit("z = mu[None] + jnp.exp(0.5 * logvar)[None] * noise", "z = mu[None] + 0.01 * noise"),
            "For z^2 the first gradient is right, since its slope is a straight line. For sin z it is the slope at mu "
            "and not the average slope, and g_logvar is zero.",
            caught_by=scatters_as_n_points_do,
        ),
        Mistake(
            "score-instead",
            by_the_score,
            "Right on average, and it scatters several times more than it has to: your estimate uses values of f. That "
            "is the estimator of 3.5, which has no need of a slope. Here f has one.",
            caught_by=scatters_as_n_points_do,
        ),
        Mistake(
            "one-point-n-times",
            one_edit("jax.random.normal(key, (n, *mu.shape))", "jnp.tile(jax.random.normal(key, mu.shape), (n, 1))"),
            "With n = 4 the estimate is as noisy as with n = 1. Are your 4 points different ones?",
            caught_by=scatters_as_n_points_do,
        ),
        Mistake(
            "downhill",
            one_edit("return jnp.mean(", "return -jnp.mean("),
            "At mu = 1.9 a larger mean makes E[z^2] larger, and your g_mu is negative there. Whoever wants to descend "
            "puts the minus sign in the optimiser.",
            caught_by=averages_to_the_gradient,
        ),
    ),
    answer="""
With the noise outside, the average over n points is a deterministic function of the parameters:

$$\\hat J(\\mu, v) = \\frac1n \\sum_i f\\big(\\mu + e^{v/2}\\varepsilon_i\\big), \\qquad
\\nabla_\\mu \\hat J = \\frac1n \\sum_i \\nabla f(z_i), \\qquad
\\nabla_v \\hat J = \\frac1n \\sum_i \\nabla f(z_i)\\, \\tfrac12 e^{v/2} \\varepsilon_i .$$

Its gradient is unbiased because the law of the noise contains no parameter, so derivative and expectation may change
places: f is differentiable and does not grow too fast. For $f = \\sum z^2$ the means are $2\\mu$ and $e^v$.
""",
    afterword="This is the gradient by which every VAE is trained, mostly with n = 1.",
)
