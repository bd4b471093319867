"""3.5  The terms of the score-function estimate of a slope."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Scalar


def score_samples(key: Key, mu0: Scalar, n: int) -> Float[Array, " n"]:
    """Independent terms, n of them, each with mean d/dmu E[X^2] at mu = mu0, where X ~ N(mu, 1).

    Args:
        key: a PRNG key. All randomness comes from it.
        mu0: the candidate value of mu, a number.
        n: how many terms, a Python int, at least 1.

    Returns:
        the terms, [n], one for each of n draws of X at mu0, not averaged.

    These are the terms of the score-function estimator: they use the values of x^2 at the draws, and not its
    slope (Ranganath, Gerrish & Blei 2014, eq. 2, with x^2 for what stands beside the score).
    """
    x = mu0 + jax.random.normal(key, (n,))
    return x**2 * (x - mu0)


# ---- other right answers ----------------------------------------------------------------------


def by_differentiating_the_log_density(key, mu0, n):
    """The score from autodiff, a key for each draw."""

    def log_p(mu, x):
        return jax.scipy.stats.norm.logpdf(x, loc=mu)

    def term(key):
        x = jax.lax.stop_gradient(mu0 + jax.random.normal(key))
        return x * x * jax.grad(log_p)(mu0, x)

    return jax.vmap(term)(jax.random.split(key, n))


def in_powers_of_the_noise(key, mu0, n):
    """Written out in the standard normal eps = X - mu."""
    eps = jax.random.normal(jax.random.split(key, 1)[0], (n, 1))[:, 0]
    return mu0**2 * eps + 2 * mu0 * eps**2 + eps**3


# ---- checks: cheap to deep --------------------------------------------------------------------

# One call draws for all four mu0, which share its key; for each there are KEYS * N independent draws.
MU0 = np.array([-2.8, -1.3, 1.9, 4.1], np.float32)
KEYS, N = 20, 1001
WHERE = f"mu0 = -2.8, -1.3, 1.9, 4.1, n = {N}, {KEYS} keys"


def _terms(attempt, keys=KEYS):
    """The terms for each value of mu0, [4, keys * N]."""
    mapped = attempt.vmap(None, 0, None)
    calls = [has_shape(mapped(attempt.key(), MU0, N), (len(MU0), N), where=WHERE) for _ in range(keys)]
    return np.concatenate(calls, axis=1).astype(np.float64)


def _variance_and_fourth_moment(mu):
    """Central moments of a term, from the moments 1, 3, 15, 105, ... of a standard normal."""
    variance = mu**4 + 14 * mu**2 + 15
    return variance, 3 * mu**8 + 300 * mu**6 + 5334 * mu**4 + 21780 * mu**2 + 10395


def gives_a_term_for_each_draw(attempt):
    _terms(attempt, keys=1)
    for shape, _ in attempt.shapes(attempt.key(), 1.9, 1):
        has_shape(np.zeros(shape), (1,), where="mu0 = 1.9, n = 1")


def draws_anew_for_each_key_and_each_term(attempt):
    key, other = attempt.key(), attempt.key()
    mapped = attempt.vmap(None, 0, None)
    first, again, second = (has_shape(mapped(k, MU0, N), (len(MU0), N))[2] for k in (key, key, other))
    where = f"mu0 = 1.9, n = {N}"
    same = bool(np.array_equal(first, again))
    holds(same, "One key gave two results. A function of a key draws from nothing else.", value=float(same),
          where=f"the same key twice, {where}")  # fmt: skip
    same = bool(np.array_equal(first, second))
    holds(not same, "Two keys gave the same terms.", value=float(same), where=f"two keys, {where}")
    # float32 holds few enough numbers for some pairs to coincide among 1,001, and never half of them.
    repeated = len(np.unique(first)) < N / 2
    holds(not repeated, "The terms of one call are not different draws.", value=float(repeated), where=where,
          expected=f"{N} different terms", got=f"{len(np.unique(first))} different ones")  # fmt: skip


def averages_to_the_slope(attempt):
    # Terms have skewness up to 4.7 and kurtosis up to 40: of a mean of 20,020 that leaves .03 and 3.002,
    # which makes the tails beyond the limit heavier by a factor of 1.3. A tenth more room undoes that.
    terms, mu = _terms(attempt), MU0.astype(np.float64)
    variance, _ = _variance_and_fourth_moment(mu)
    error = 1.1 * np.sqrt(variance / terms.shape[1])
    statistic_is(terms.mean(axis=1), 2 * mu, error, comparisons=4, where=WHERE,
                 says="the mean of the terms is the slope of E[X^2]")  # fmt: skip


def spreads_as_this_estimator_does(attempt):
    # The standard error of a standard deviation, from the fourth moment (kurtosis 13 to 40). The squares of
    # the terms are skewed by up to 30, so 20,020 of them are not quite normal: half as much room again.
    terms, mu = _terms(attempt), MU0.astype(np.float64)
    variance, fourth = _variance_and_fourth_moment(mu)
    error = 1.5 * np.sqrt((fourth - variance**2) / terms.shape[1]) / (2 * np.sqrt(variance))
    statistic_is(terms.std(axis=1), np.sqrt(variance), error, comparisons=4, where=WHERE,
                 says="the standard deviation of the terms")  # fmt: skip


# ---- known wrong answers ----------------------------------------------------------------------


def through_the_sample(key, mu0, n):
    """Differentiates f(x) log p(x; mu) with x = mu + eps moving along."""

    def surrogate(mu, eps):
        x = mu + eps
        return x**2 * jax.scipy.stats.norm.logpdf(x, mu)

    return jax.vmap(jax.grad(surrogate), (None, 0))(jnp.asarray(mu0), jax.random.normal(key, (n,)))


exercise = Exercise(
    score_samples,
    question="3.5",
    minutes=12,
    difficulty=2,
    hints=(
        "Write E[X^2] as an integral and take the derivative inside. Which of the two factors under the "
        "integral knows about mu, once x is only the variable you integrate over?",
        "The derivative of a density is no density, so nothing can be drawn from it yet. But the derivative "
        "of log p is that of p divided by p. Use this to bring p back as a factor; what stands beside it is "
        "what you average.",
        "Draw x from N(mu0, 1). A term is the value of the function at x, times the score of N(mu, 1) at x, "
        "which is how far x lies to the right of mu0. Return all n terms.",
    ),
    checks=(
        gives_a_term_for_each_draw,
        draws_anew_for_each_key_and_each_term,
        averages_to_the_slope,
        spreads_as_this_estimator_does,
    ),
    variants=(by_differentiating_the_log_density, in_powers_of_the_noise),
    mistakes=(
        Mistake(
            "averaged-already",
            one_edit("return x**2 * (x - mu0)", "return jnp.mean(x**2 * (x - mu0))"),
            "One number came back for n draws. Leave the averaging to whoever calls you: the spread of the "
            "terms is of interest as well, and an average has lost it.",
            caught_by=gives_a_term_for_each_draw,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("normal(key,", "normal(jax.random.key(0),"),
            "With mu0 = 1.9 and n = 1001 two different keys gave the very same terms. Where does the key "
            "that you are given enter?",
            caught_by=draws_anew_for_each_key_and_each_term,
        ),
        Mistake(
            "one-draw-n-times",
            one_edit("(n,))", "()) * jnp.ones(n)"),
            "All n terms of one call are equal, so a single draw stands behind them. What shape did you ask "
            "the random function for?",
            caught_by=draws_anew_for_each_key_and_each_term,
        ),
        Mistake(
            "gradient-of-f-as-well",
            one_edit("* (x - mu0)", "* (x - mu0) + 2 * x"),
            "At mu0 = 1.9 your terms average to twice the slope. Once x is drawn, the function of x no "
            "longer contains mu: which part of your terms acts as if it did?",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "forgot-the-score",
            one_edit("x**2 * (x - mu0)", "x**2"),
            "Your terms are never negative, and at mu0 = -2.8 the slope is: moving mu to the right makes "
            "E[X^2] smaller there. You average the function itself; the factor that tells directions apart "
            "is missing.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "sign-of-the-score",
            one_edit("(x - mu0)", "(mu0 - x)"),
            "At mu0 = 4.1 your terms say that E[X^2] falls when mu grows. Take an x to the right of mu: "
            "does its log density rise or fall as mu moves towards it?",
            caught_by=averages_to_the_slope,
            also=lambda key, mu0, n: -by_differentiating_the_log_density(key, mu0, n),
        ),
        Mistake(
            "through-the-sample",
            through_the_sample,
            "In your derivative the draw moves along with mu, so the density at the draw never changes. Put "
            "`jax.lax.stop_gradient` around the draw: your average at mu0 = 1.9 becomes another one, and it "
            "should not.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "drawn-around-zero",
            one_edit("mu0 + jax.random", "jax.random"),
            "The slope at mu0 = 4.1 comes out negative because your draws lie around 0. Which law has X at "
            "the candidate value?",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "divided-by-n",
            one_edit("(x - mu0)", "(x - mu0) / n"),
            "With n = 1 your terms are right, with n = 1001 they are 1001 times too small. A term belongs "
            "to one draw and does not know how many others there are.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "slope-of-f-at-the-draw",
            one_edit("x**2 * (x - mu0)", "2 * x"),
            "Right on average and far too quiet: at mu0 = 4.1 the standard deviation of your terms is 2, "
            "where this estimator has 23. You used the slope of the function at the draw. That is another "
            "estimator, and a good one (section 4); the one asked for must also work where the function has "
            "no slope.",
            caught_by=spreads_as_this_estimator_does,
        ),
    ),
    answer="""
Only the density knows about mu, so under the integral (support independent of mu, everything integrable)

$$\\frac{d}{d\\mu}\\int x^2\\, p(x;\\mu)\\,dx = \\int x^2\\, \\frac{\\partial p(x;\\mu)}{\\partial\\mu}\\,dx
= \\int x^2\\, \\frac{\\partial \\log p(x;\\mu)}{\\partial\\mu}\\, p(x;\\mu)\\,dx
= \\mathbb E\\,[X^2 (X-\\mu)].$$

The last step brought the density back as a factor, and with it an expectation that can be sampled. With $X
= \\mu_0 + \\varepsilon$ the term is $\\mu_0^2\\varepsilon + 2\\mu_0\\varepsilon^2 + \\varepsilon^3$: its
mean is $2\\mu_0$, as it must be for $\\mathbb E X^2 = \\mu^2 + 1$, and its variance $\\mu_0^4 + 14\\mu_0^2
+ 15$, from the moments 1, 3, 15 of a standard normal.
""",
    afterword="Only values of x^2 were used. Black-box VI puts log p(x, z) - log q(z) in its place.",
)
