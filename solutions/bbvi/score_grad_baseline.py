"""3.5  The score-function estimate of a slope with a baseline."""

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    x = mu0 + jax.random.normal(key, (n,))
    return jnp.mean((x**2 - b) * (x - mu0))


# ---- other right answers ----------------------------------------------------------------------


def as_a_control_variate(key, mu0, n, b):
    """The plain estimate, minus b times an average that is zero in expectation."""
    keys = jax.random.split(key, n)
    eps = jax.vmap(jax.random.normal)(keys)
    return jnp.mean((mu0 + eps) ** 2 * eps) - b * jnp.mean(eps)


def by_a_surrogate(key, mu0, n, b):
    """The derivative of an average of detached values times log densities."""
    x = jax.random.normal(key, (n,)) + mu0
    weights = jax.lax.stop_gradient(x**2 - b)
    log_p = jax.vmap(lambda mu, x: -((x - mu) ** 2) / 2, (None, 0))
    return jnp.dot(weights, jax.jacfwd(log_p)(mu0, jax.lax.stop_gradient(x))) / n


# ---- checks: cheap to deep --------------------------------------------------------------------

# Pairs (mu0, b), four at once with the same key. A negative b makes the noise larger and leaves the mean; the
# others lie at the value of E[X^2] (the last pair) or far above it.
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
    variants=(as_a_control_variate, by_a_surrogate),
    mistakes=(
        Mistake(
            "not-averaged",
            one_edit("jnp.mean((x**2 - b) * (x - mu0))", "(x**2 - b) * (x - mu0)"),
            "You return n numbers, a term for each draw. The statement asks for their average.",
            caught_by=gives_one_number,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("normal(key,", "normal(jax.random.key(0),"),
            "Asked with two keys at mu0 = 1.9, b = -3, your estimate did not change in any digit. The draws "
            "do not come from the key in the arguments.",
            caught_by=depends_on_the_key,
        ),
        Mistake(
            "b-multiplies",
            one_edit("(x**2 - b)", "(b * x**2)"),
            "Double b and your estimate doubles. A baseline moves the values up or down by the same amount; "
            "it does not stretch them.",
            caught_by=averages_to_the_slope_for_every_baseline,
        ),
        Mistake(
            "b-from-the-whole-term",
            one_edit("(x**2 - b) * (x - mu0)", "x**2 * (x - mu0) - b"),
            "The mean of your estimate moves by exactly b: try mu0 = 5 with b = -6. Something whose own "
            "mean is zero should stand beside b.",
            caught_by=averages_to_the_slope_for_every_baseline,
            also=lambda key, mu0, n, b: as_a_control_variate(key, mu0, n, 0.0) - b,
        ),
        Mistake(
            "b-inside-the-square",
            one_edit("x**2 - b", "(x - b) ** 2"),
            "You shifted the draw and not the value of the function there. At mu0 = -1.3, b = -4 the "
            "estimate has the wrong sign. Where does the baseline act?",
            caught_by=averages_to_the_slope_for_every_baseline,
        ),
        Mistake(
            "forgot-the-score",
            one_edit("(x**2 - b) * (x - mu0)", "x**2 - b"),
            "What you return is how far E[X^2] lies above b. Choose b = E[X^2], as at mu0 = 12, b = 145: "
            "you get zero, and the slope there is 24.",
            caught_by=averages_to_the_slope_for_every_baseline,
        ),
        Mistake(
            "gradient-of-f-as-well",
            one_edit("* (x - mu0)", "* (x - mu0) + 2 * x"),
            "At mu0 = 5 you get 20 for any b, which is the slope counted twice. A baseline gives no reason "
            "to differentiate the function.",
            caught_by=averages_to_the_slope_for_every_baseline,
        ),
        Mistake(
            "sign-of-the-score",
            one_edit("(x - mu0)", "(mu0 - x)"),
            "The slope at mu0 = 5 comes out near -10 for any b: mirrored. If `score_grad` is right, compare "
            "the two at b = 0.",
            caught_by=averages_to_the_slope_for_every_baseline,
        ),
        Mistake(
            "b-ignored",
            one_edit("(x**2 - b)", "x**2"),
            "Right on average, and equally noisy for b = 0 and b = 145 at mu0 = 12, where the second is "
            "about four times quieter if b is used.",
            caught_by=spreads_as_the_baseline_lets_it,
        ),
        Mistake(
            "b-added",
            one_edit("x**2 - b", "x**2 + b"),
            "The mean is untouched, but at mu0 = 12 with b = 145 you made the noise larger than with b = 0. "
            "The baseline should bring the values closer to zero.",
            caught_by=spreads_as_the_baseline_lets_it,
        ),
        Mistake(
            "baseline-of-its-own",
            one_edit("(x**2 - b)", "(x**2 - jnp.mean(x**2))"),
            "At mu0 = 1.9 a baseline of 100 should make things much worse, and yours stays calm: it takes a "
            "baseline from the draws instead of the one in the arguments. Such a baseline also knows the "
            "noise that it is to cancel: with n = 1 your estimate is 0 at any mu0.",
            caught_by=spreads_as_the_baseline_lets_it,
        ),
    ),
    answer="""
For a constant b the score's zero mean gives $\\mathbb E[b\\,(X-\\mu_0)] = 0$, so

$$\\frac{d}{d\\mu}\\mathbb E[X^2]\\Big|_{\\mu_0} = \\mathbb E\\,[(X^2 - b)(X-\\mu_0)]
\\quad\\text{for every } b.$$

The variance of a term is a parabola in b, $\\mu_0^4 + 14\\mu_0^2 + 15 - 2b(\\mu_0^2+3) + b^2$. At the
natural choice $b = \\mathbb E X^2 = \\mu_0^2+1$ it is $8\\mu_0^2+10$, at its lowest point $b = \\mu_0^2+3$
it is $8\\mu_0^2+6$: the growth with the fourth power of $\\mu_0$ is gone. The b here has to be independent
of the draws; one computed from the same draws biases the estimate, by a factor $1 - 1/n$ if it is their
mean.
""",
    afterword="A constant times the score is the simplest control variate: free, and here it removes mu^4.",
)
