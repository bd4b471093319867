"""4.2  How much an estimate scatters, by making it many times."""

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Scalar


def estimator_variance(kind: str, key: Key, mu: Scalar, n: int, reps: int) -> Scalar:
    """The variance of an estimate of d/dmu E[X^2], X ~ N(mu, 1), measured by making it `reps` times.

    Args:
        kind: "score" for an average of n terms as `score_samples` gives them, "path" for one of `path_samples`.
        key: a PRNG key. All randomness comes from it.
        mu: the mean, a number.
        n: terms in one estimate, a Python int, at least 1.
        reps: how many estimates are made, a Python int, at least 2; each with n draws of its own, all independent.

    Returns:
        the variance of the `reps` estimates, a number. Divisor reps or reps - 1.
    """
    eps = jax.random.normal(key, (reps, n))
    x = mu + eps
    terms = x**2 * eps if kind == "score" else 2 * x
    return jnp.var(jnp.mean(terms, axis=1))


# ---- other right answers ----------------------------------------------------------------------


def a_key_for_each_estimate(kind, key, mu, n, reps):
    """One estimate as a function, mapped over keys."""

    def estimate(key):
        eps = jax.random.normal(key, (n,))
        if kind == "path":
            return jax.vmap(jax.grad(lambda mu, e: (mu + e) ** 2), (None, 0))(mu, eps).mean()
        return jnp.mean((mu + eps) ** 2 * eps)

    return jnp.var(jax.vmap(estimate)(jax.random.split(key, reps)), ddof=1)


def by_mean_squares(kind, key, mu, n, reps):
    """The mean of squares around the mean, with terms from a table."""
    x = jnp.asarray(mu)[None, None] + jax.random.normal(key, (n, reps))
    term = {"score": lambda x: x * x * (x - mu), "path": lambda x: x + x}[kind]
    estimates = term(x).sum(axis=0) / n
    return jnp.mean((estimates - estimates.mean()[None]) ** 2)


# ---- checks: cheap to deep --------------------------------------------------------------------

MU = np.array([-1.0, 0.3, 2.0], np.float32)
N, REPS = 16, 2000
WHERE = f"mu = -1, 0.3, 2, n = {N}, reps = {REPS}"


def _variances(attempt, kind, key):
    where = f'kind = "{kind}", {WHERE}'
    got = attempt.vmap(None, None, 0, None, None)(kind, key, MU, N, REPS)
    return has_shape(got, (len(MU),), where=where).astype(np.float64)


def gives_a_positive_number(attempt):
    got = _variances(attempt, "path", attempt.key())
    positive = bool(np.all(got > 1e-6))  # rounding leaves a little of a variance of equal numbers
    holds(positive, "The variance of independent estimates is not positive.", value=float(positive),
          where=f'kind = "path", {WHERE}', got=f"{float(np.min(got)):.4g}")  # fmt: skip


def is_measured_anew_for_each_key(attempt):
    first, second = (_variances(attempt, "path", attempt.key()) for _ in range(2))
    same = bool(np.array_equal(first, second))
    holds(not same, "Two keys gave the same number.", value=float(same), where=f'two keys, kind = "path", {WHERE}')


def is_the_variance_of_an_average_of_n(attempt):
    # The kurtosis of an average of n terms is 3 + (that of a term - 3) / n: 3 for the path, up to 6 for the score. A
    # variance from 2,000 of them has a relative error of up to 5 %, with a tail to the right: half as much room again.
    # The truth is the fourth and second moment of polynomials in a standard normal.
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    weights = weights / weights.sum()
    for kind in ("path", "score"):
        where = f'kind = "{kind}", {WHERE}'
        x = MU.astype(np.float64)[:, None] + nodes
        terms = (x**2) * nodes if kind == "score" else 2 * x
        terms = terms - (terms @ weights)[:, None]
        variance, fourth = terms**2 @ weights, terms**4 @ weights
        kurtosis = 3 + (fourth / variance**2 - 3) / N
        error = 1.5 * np.sqrt((kurtosis - 1) / REPS)
        got = _variances(attempt, kind, attempt.key()) * N / variance
        statistic_is(got, np.ones(len(MU)), error, comparisons=6, where=where,
                     says="n times your variance, in units of the variance of a term")  # fmt: skip


exercise = Exercise(
    estimator_variance,
    question="4.2",
    minutes=8,
    difficulty=1,
    hints=(
        "An estimate is an average of n terms. Make many of them first, and think of the variance last.",
        "A table of noise with a row for each estimate and n columns. Which axis is averaged, and over which is the "
        "variance taken?",
        "Terms from the table, the mean along each row, the variance of what is left. All of the table comes from "
        "one call with the key.",
    ),
    checks=(gives_a_positive_number, is_measured_anew_for_each_key, is_the_variance_of_an_average_of_n),
    variants=(a_key_for_each_estimate, by_mean_squares),
    mistakes=(
        Mistake(
            "one-key-for-all",
            one_edit("jax.random.normal(key, (reps, n))", "jnp.tile(jax.random.normal(key, (1, n)), (reps, 1))"),
            "Zero, or nearly: all 2,000 estimates are made from the same 16 draws, so they agree. They have to be "
            "independent.",
            also=lambda kind, key, mu, n, reps: 0.0 * jnp.asarray(mu),
            caught_by=gives_a_positive_number,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("normal(key,", "normal(jax.random.key(0),"),
            "Another key, the same variance to the last digit. Look at where your noise comes from.",
            caught_by=is_measured_anew_for_each_key,
        ),
        Mistake(
            "within-one-run",
            one_edit("jnp.var(jnp.mean(terms, axis=1))", "jnp.mean(jnp.var(terms, axis=1))"),
            "Your number does not fall with n. You measure how the terms of one run differ from each other; should "
            "averaging 16 of them leave the spread of the average where it was?",
            caught_by=is_the_variance_of_an_average_of_n,
        ),
        Mistake(
            "divided-by-n-again",
            one_edit("jnp.var(jnp.mean(terms, axis=1))", "jnp.var(jnp.mean(terms, axis=1)) / n"),
            "With n = 16 yours is 16 times too small. The estimates are averages of n already, and their variance "
            "shows it by itself.",
            caught_by=is_the_variance_of_an_average_of_n,
        ),
        Mistake(
            "standard-deviation",
            one_edit("jnp.var(", "jnp.std("),
            "At n = 16 the pathwise estimate has variance 0.25, and you return its root.",
            caught_by=is_the_variance_of_an_average_of_n,
        ),
        Mistake(
            "not-around-the-mean",
            one_edit("jnp.var(jnp.mean(terms, axis=1))", "jnp.mean(jnp.mean(terms, axis=1) ** 2)"),
            "At mu = 2 your number is 16 too large, the square of the slope. Scatter is measured around the mean.",
            caught_by=is_the_variance_of_an_average_of_n,
        ),
        Mistake(
            "kinds-exchanged",
            one_edit('kind == "score"', 'kind == "path"'),
            'You return the variance of the score estimate for kind = "path". The other way round, too?',
            caught_by=is_the_variance_of_an_average_of_n,
        ),
    ),
    answer="""
Draw a table of noise with reps rows and n columns, form the terms, average along each row, and take the variance of the
reps averages. For independent terms it is the variance of one term divided by n. Measuring it costs reps times n draws,
and the relative error of a measured variance is $\\sqrt{(\\kappa - 1)/\\mathtt{reps}}$, with $\\kappa$ the kurtosis of
the estimate: 3 for the pathwise one, and up to 47 for one term of the score.
""",
    afterword="For an estimator of your own this is how to find out; a formula is a luxury of small problems.",
)
