"""1.1  The covariance of an affine image of a standard Gaussian."""

# Built from solutions/conjugacy/affine_gaussian_cov.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise


def affine_gaussian_cov(A: Float[Array, "d d"]) -> Float[Array, "d d"]:
    """The covariance matrix of y = A x + b with x ~ N(0, I).

    Args:
        A: an invertible matrix, [d, d]. It need not be symmetric.

    Returns:
        the covariance of y, [d, d]. The shift b moves the mean only, so it is no argument.

    It is the matrix that stands in the exponent (inverted) and in the normaliser of the density you derived
    (Goodfellow et al., Deep Learning, eq. 3.23).
    """
    raise NotImplementedError("yours to write")

CLOSE = Tolerance(1e-5, 1e-4)


def _matrices(rng, n=5, d=3):
    return np.stack([oracles.conditioned_matrix(rng, d) for _ in range(n)])


def is_a_symmetric_matrix(attempt):
    A = np.array([[1.0, 2.0], [-1.0, 3.0]], np.float32)
    where = "A = [[1, 2], [-1, 3]]"
    cov = finite(has_shape(attempt(A), (2, 2), where=where), where=where)
    close(cov.T, cov, CLOSE, where=where, says="cov(y_i, y_j) is cov(y_j, y_i)", what="the transpose")


def rotating_x_changes_nothing(attempt):
    A = _matrices(attempt.rng)
    Q = np.stack([oracles.rotation(attempt.rng, 3) for _ in A])
    cov = attempt.vmap(0)
    where = "A replaced by A Q, Q a rotation, five random pairs, d = 3"
    close(cov(A @ Q), cov(A), CLOSE, where=where, says="no covariance may change")


def has_the_variance_of_y_in_every_direction(attempt):
    # Var(w.y) = Var((A^T w).x), the squared length of A^T w, since the x_i are independent with variance 1.
    A = _matrices(attempt.rng)
    w = attempt.rng.normal(size=(20, 3))
    lengths = np.linalg.norm(np.einsum("ki,nij->nkj", w, A.astype(np.float64)), axis=-1)
    cov = has_shape(attempt.vmap(0)(A), (5, 3, 3), where="five random A, d = 3").astype(np.float64)
    got = np.einsum("ki,nij,kj->nk", w, cov, w)
    where = "five random A, d = 3, the variance of w.y for twenty w"
    close(got, lengths**2, Tolerance(1e-4, 1e-4), where=where, what="w^T cov w")


exercise = Exercise(
    affine_gaussian_cov,
    question="1.1",
    minutes=5,
    difficulty=1,
    hints=(
        "A covariance is the mean of an outer product, here of y - b with itself. What is y - b in terms of "
        "x?",
        "Constants move out of an expectation, to the left and to the right. What remains inside is E[x "
        "x^T], and you know it.",
        "Two copies of A are left, one on either side of the identity, and the one on the right is "
        "transposed (why that one?). Multiply them in that order.",
    ),
    checks=(is_a_symmetric_matrix, rotating_x_changes_nothing, has_the_variance_of_y_in_every_direction),
)
