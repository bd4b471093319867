"""3.3  The Fisher information from scores."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def fisher_from_score(scores: Float[Array, "n P"]) -> Float[Array, "P P"]:
    """The Fisher information of a model, estimated from its scores at draws of its own.

    Args:
        scores: the score at each of n draws, [n, P]: row i holds the derivatives of log q at draw i in the P
            parameters. They come from the model that was drawn from, so their expectation is zero. n is large.

    Returns:
        the covariance of the score, [P, P]. Whether you take off the mean of the rows, and divide by n or n - 1,
        is up to you.

    (Miller, Natural Gradients and Stochastic Variational Inference, section on the Fisher information.)
    """
    return scores.T @ scores / scores.shape[0]


# ---- other right answers ----------------------------------------------------------------------


def as_numpy_has_it(scores):
    """Centred, and divided by n - 1."""
    return jnp.cov(scores, rowvar=False).reshape(scores.shape[1], scores.shape[1])


def draw_by_draw(scores):
    """The mean of the outer products of the rows."""
    return jnp.mean(jax.vmap(jnp.outer)(scores, scores), axis=0)


# ---- checks: cheap to deep --------------------------------------------------------------------
# n is so large, and the columns so exactly centred, that all right answers agree within the tolerance.

N, P = 2000, 3
CLOSE = Tolerance(1e-4, 2e-3)


def _scores(rng):
    """Scores with a known covariance and column means of zero."""
    white = rng.normal(size=(N, P))
    white = np.linalg.qr(white - white.mean(axis=0))[0] * np.sqrt(N)
    roots = np.array([[1.3, 0.0, 0.0], [-0.8, 0.7, 0.0], [0.5, 0.4, 2.1]]) * rng.uniform(0.9, 1.2, (P, P))
    return (white @ roots.T).astype(np.float32), roots @ roots.T


WHERE = f"scores of n = {N} draws in P = {P} parameters"


def has_a_row_and_a_column_for_each_parameter(attempt):
    scores, _ = _scores(attempt.rng)
    finite(attempt(scores), shape=(P, P), where=WHERE)


def grows_as_the_square_of_the_scores(attempt):
    scores, _ = _scores(attempt.rng)
    once = has_shape(attempt(scores), (P, P), where=WHERE).astype(np.float64)
    close(attempt(3 * scores), 9 * once, CLOSE, where=f"{WHERE}, and three times these",
          says="in a unit of the parameters a third as large")  # fmt: skip


def is_the_covariance_they_were_made_with(attempt):
    scores, covariance = _scores(attempt.rng)
    close(attempt(scores), covariance, CLOSE, where=f"{WHERE}, made with a known covariance", says="the information")


exercise = Exercise(
    fisher_from_score,
    question="3.3",
    minutes=5,
    difficulty=1,
    hints=(
        "The Fisher information is the covariance of the score. What is the mean of the score (3.2)?",
        "One draw gives a matrix, with all products of two entries of its row. What is done with the n matrices?",
        "The average of the outer products of the rows is a product of two matrices, divided by a number. Which axis "
        "has to disappear?",
    ),
    checks=(
        has_a_row_and_a_column_for_each_parameter,
        grows_as_the_square_of_the_scores,
        is_the_covariance_they_were_made_with,
    ),
    variants=(as_numpy_has_it, draw_by_draw),
    mistakes=(
        Mistake(
            "a-row-for-each-draw",
            one_edit("scores.T @ scores", "scores @ scores.T"),
            "With 2000 draws in 3 parameters your matrix is 2000 by 2000. It compares draws; the information compares "
            "parameters.",
            caught_by=has_a_row_and_a_column_for_each_parameter,
        ),
        Mistake(
            "variances-only",
            lambda scores: jnp.diag(jnp.mean(scores**2, axis=0)),
            "There is nothing beside your diagonal. What two parameters tell together is missing: a draw that says "
            "'more of the first' may say 'less of the second' along with it.",
            caught_by=is_the_covariance_they_were_made_with,
        ),
        Mistake(
            "correlation",
            lambda scores: jnp.corrcoef(scores, rowvar=False),
            "Scores three times as large give you the same matrix, with ones along its diagonal. A metric has sizes, "
            "and yours has lost them.",
            caught_by=grows_as_the_square_of_the_scores,
        ),
        Mistake(
            "product-of-the-means",
            lambda scores: jnp.outer(jnp.mean(scores, axis=0), jnp.mean(scores, axis=0)),
            "Your matrix is zero. You averaged the scores first, and what is left of them then is nothing (3.2): "
            "multiply before you average.",
            also=lambda scores: jnp.mean(scores, axis=0)[:, None] * scores.mean(axis=0)[None],
            caught_by=is_the_covariance_they_were_made_with,
        ),
        Mistake(
            "not-averaged",
            one_edit(" / scores.shape[0]", ""),
            "With 2000 draws your matrix is 2000 times too large. That is the information in all draws together; asked "
            "for is that of one.",
            caught_by=is_the_covariance_they_were_made_with,
        ),
        Mistake(
            "sign",
            one_edit("return scores", "return -scores"),
            "A metric cannot have negative lengths, and your diagonal is negative. The minus belongs to the other "
            "form, with second derivatives; here squares are averaged.",
            caught_by=is_the_covariance_they_were_made_with,
        ),
    ),
    answer="""
$F = \\mathbb E[s\\,s^{\\mathsf T}]$ with s the score, since $\\mathbb E\\,s = 0$: estimated by `scores.T @ scores / n`.
Taking off the mean of the rows, or dividing by n - 1, changes it by a term of order 1/n.
""",
    afterword="First form: a spread of slopes. The second form is a mean of curvatures.",
)
