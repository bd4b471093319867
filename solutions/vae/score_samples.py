"""4.2  The terms of the score-function estimate, for draws that are given."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def score_samples(mu: Scalar, x: Float[Array, " n"]) -> Float[Array, " n"]:
    """The terms of the score-function estimate of d/dmu E[X^2], X ~ N(mu, 1), for given draws, without a baseline.

    Args:
        mu: the mean at which the slope is wanted, a number.
        x: draws from N(mu, 1), [n]. They are data here; nothing is drawn.

    Returns:
        a term for each draw, [n], not averaged.

    The estimator is that of question 3.5, where the function drew for itself (Mohamed, Rosca, Figurnov and Mnih,
    Monte Carlo Gradient Estimation in Machine Learning, section 4).
    """
    return x**2 * (x - mu)


# ---- other right answers ----------------------------------------------------------------------


def by_autodiff(mu, x):
    """The score as the gradient of a log density."""
    score = jax.vmap(jax.grad(jax.scipy.stats.norm.logpdf, argnums=1), (0, None))(x, mu)
    return jnp.square(x) * score


def draw_by_draw(mu, x):
    """A list of products."""
    return jnp.stack([one * one * one - mu * one * one for one in x])


# ---- checks: cheap to deep --------------------------------------------------------------------

MU = np.array([-1.6, -0.7, 0.5, 2.0], np.float32)
N = 8


def _terms(attempt, x, where):
    return has_shape(attempt.vmap(0, 0)(MU, x.astype(np.float32)), (len(MU), N), where=where).astype(np.float64)


def gives_a_term_for_each_draw(attempt):
    for shape, _ in attempt.shapes(2.0, attempt.rng.normal(size=N).astype(np.float32)):
        has_shape(np.zeros(shape), (N,), where=f"n = {N}")


def averages_to_the_slope(attempt):
    # Weighted nodes in the place of draws: 8 of them average polynomials up to degree 15 without error.
    nodes, weights = oracles.gauss_hermite(N)
    where = "mu = -1.6, -0.7, 0.5, 2, x at the nodes of a quadrature"
    got = _terms(attempt, MU[:, None] + nodes, where) @ weights
    close(got, 2 * MU.astype(np.float64), Tolerance(2e-4, 2e-4), where=where, says="the mean of the terms")


def has_the_terms_of_this_estimator(attempt):
    x = (MU[:, None] + attempt.rng.normal(size=(4, N))).astype(np.float32)
    where = f"mu = -1.6, -0.7, 0.5, 2, n = {N}"
    at, mu, h = x.astype(np.float64), MU.astype(np.float64)[:, None], 1e-4
    score = (oracles.normal_logpdf(at, mu + h) - oracles.normal_logpdf(at, mu - h)) / (2 * h)
    close(_terms(attempt, x, where), at**2 * score, Tolerance(1e-4, 1e-4), where=where, says="term by term")


exercise = Exercise(
    score_samples,
    question="4.2",
    minutes=3,
    difficulty=1,
    hints=(
        "You wrote these terms in 3.5, with the draws made inside. What is left of that function when x is given?",
        "A value of the function, times the score of N(mu, 1) at the same x.",
        "The score in the mean is how far x lies to the right of mu, in units of the variance, which is one here.",
    ),
    checks=(gives_a_term_for_each_draw, averages_to_the_slope, has_the_terms_of_this_estimator),
    variants=(by_autodiff, draw_by_draw),
    mistakes=(
        Mistake(
            "averaged",
            one_edit("return x**2 * (x - mu)", "return jnp.mean(x**2 * (x - mu))"),
            "One number came back for n draws. The next function needs to see how the terms scatter.",
            caught_by=gives_a_term_for_each_draw,
        ),
        Mistake(
            "not-recentred",
            one_edit("(x - mu)", "x"),
            "At mu = 2 your terms average to 14 and the slope is 4. The second factor should have mean zero, whatever "
            "mu is.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "sign",
            one_edit("(x - mu)", "(mu - x)"),
            "At mu = 2 the mean of squares grows with mu, and your terms say that it falls. On which side of mu is the "
            "score positive?",
            also=lambda mu, x: -by_autodiff(mu, x),
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "no-score",
            one_edit("x**2 * (x - mu)", "x**2"),
            "These are the values themselves, with mean 5 at mu = 2. What tells an increase from a decrease is "
            "missing.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "slope-at-the-draw",
            one_edit("x**2 * (x - mu)", "2 * x"),
            "The mean is right, and this is the other estimator: you have differentiated the square. Here its values "
            "are to be used.",
            caught_by=has_the_terms_of_this_estimator,
        ),
        Mistake(
            "with-a-baseline",
            one_edit("x**2 * (x - mu)", "(x**2 - mu**2 - 1) * (x - mu)"),
            "A baseline has been taken off. That is a good idea and comes below; here the plain estimator is measured, "
            "and its variance is another one.",
            caught_by=has_the_terms_of_this_estimator,
        ),
    ),
    answer="""
$s_i = x_i^2\\,(x_i - \\mu)$, with mean $2\\mu$: from 3.5. With $x = \\mu + \\varepsilon$ it is
$(\\mu+\\varepsilon)^2\\varepsilon$, a polynomial of degree three in the noise.
""",
    afterword="Degree three in the noise: remember it when you see the tails.",
)
