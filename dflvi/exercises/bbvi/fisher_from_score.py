"""3.3  The Fisher information from scores."""

# Built from solutions/bbvi/fisher_from_score.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise


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
    raise NotImplementedError("yours to write")

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
)
