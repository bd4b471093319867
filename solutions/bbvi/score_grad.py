"""3.5  The score-function estimate of a slope."""

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    x = mu0 + jax.random.normal(key, (n,))
    return jnp.mean(x**2 * (x - mu0))


# ---- other right answers ----------------------------------------------------------------------


def by_a_surrogate(key, mu0, n):
    """The derivative of an average whose draws stay where they are."""
    x = jax.lax.stop_gradient(jax.random.normal(key, (n,)) + mu0)
    return jax.grad(lambda mu: jnp.mean(x**2 * jax.scipy.stats.norm.logpdf(x, mu)))(mu0)


def as_a_running_sum(key, mu0, n):
    """A key and a term for each draw, added up by a scan."""

    def add(total, key):
        eps = jax.random.normal(key)
        return total + (mu0 + eps) ** 2 * eps, None

    total, _ = jax.lax.scan(add, jnp.zeros_like(mu0), jax.random.split(key, n))
    return total / n


# ---- checks: cheap to deep --------------------------------------------------------------------

# One call estimates for all four mu0, which share its key; for each there are KEYS independent estimates.
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


# ---- known wrong answers ----------------------------------------------------------------------


def through_the_sample(key, mu0, n):
    """Differentiates an average in which the draws move along with mu."""
    eps = jax.random.normal(key, (n,))

    def surrogate(mu):
        x = mu + eps
        return jnp.mean(x**2 * jax.scipy.stats.norm.logpdf(x, mu))

    return jax.grad(surrogate)(jnp.asarray(mu0))


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
    variants=(by_a_surrogate, as_a_running_sum),
    mistakes=(
        Mistake(
            "not-averaged",
            one_edit("jnp.mean(x**2 * (x - mu0))", "x**2 * (x - mu0)"),
            "An array of n numbers came back, and the estimate is one number. The last step is missing.",
            caught_by=gives_one_number,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("normal(key,", "normal(jax.random.key(0),"),
            "The estimate at mu0 = 1.9, n = 301 is the same number for every key. Look at what you hand to "
            "the random function.",
            caught_by=depends_on_the_key_and_on_all_draws,
        ),
        Mistake(
            "one-draw-for-all-n",
            one_edit("(n,))", "())"),
            "With n = 301 your estimate scatters as much as with n = 1: the other 300 draws never took "
            "place. Read again what the second argument of `jax.random.normal` means.",
            caught_by=depends_on_the_key_and_on_all_draws,
        ),
        Mistake(
            "sum-instead-of-mean",
            one_edit("jnp.mean", "jnp.sum"),
            "Your estimate grows in proportion to n: with n = 301 it is 301 times the slope. What is left "
            "to do after adding?",
            caught_by=depends_on_the_key_and_on_all_draws,
        ),
        Mistake(
            "gradient-of-f-as-well",
            one_edit("* (x - mu0)", "* (x - mu0) + 2 * x"),
            "The estimate is off by the slope itself, at mu0 = -2.8 by -5.6. Two estimators are added up in "
            "it, each of which would do alone; keep the one that does not look at the slope of the "
            "function.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "forgot-the-score",
            one_edit("x**2 * (x - mu0)", "x**2"),
            "That estimates E[X^2], not its slope: try mu0 = -1.3, where the answer has to be negative. A "
            "factor under the average has gone missing.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "sign-of-the-score",
            one_edit("(x - mu0)", "(mu0 - x)"),
            "Gradient descent with your estimate would climb: started at mu0 = 1.9 it runs away from the "
            "minimum at 0. Check the sign of the derivative of log p in mu, not in x.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "through-the-sample",
            through_the_sample,
            "The draw is a function of mu in your derivative and serves as data at the same time. At mu0 = "
            "4.1 the result even has the wrong sign. Fix the draws first, then differentiate.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "drawn-around-zero",
            one_edit("mu0 + jax.random", "jax.random"),
            "Your draws do not know mu0: their average is near 0 also at mu0 = -2.8. The expectation is "
            "taken at the candidate value.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "slope-of-f-at-the-draw",
            one_edit("x**2 * (x - mu0)", "2 * x"),
            "The mean is right, but at mu0 = 4.1 your estimate scatters ten times less than a "
            "score-function estimate can. It differentiates x^2, which here happens to be possible. Section "
            "4 makes this estimator; here the function is a black box.",
            caught_by=spreads_as_an_average_of_n_terms,
        ),
    ),
    answer="""
The average of n independent terms $X_i^2\\,(X_i - \\mu_0)$. It is unbiased for every n, and its variance is
that of one term divided by n: $(\\mu_0^4 + 14\\mu_0^2 + 15)/n$. At $\\mu_0 = 2$ it takes $n = 8700$ draws
to bring the standard deviation down to 0.1.
""",
    afterword="Unbiased at every n, and noisy: ten times less noise costs a hundred times more draws.",
)
