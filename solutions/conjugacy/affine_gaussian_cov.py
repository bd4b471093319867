"""1.1  The covariance of an affine image of a standard Gaussian."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def affine_gaussian_cov(A: Float[Array, "d d"]) -> Float[Array, "d d"]:
    """The covariance matrix of y = A x + b with x ~ N(0, I).

    Args:
        A: an invertible matrix, [d, d]. It need not be symmetric.

    Returns:
        the covariance of y, [d, d]. The shift b moves the mean only, so it is no argument.

    It is the matrix that stands in the exponent (inverted) and in the normaliser of the density you derived
    (Goodfellow et al., Deep Learning, eq. 3.23).
    """
    return A @ A.T


# ---- other right answers ----------------------------------------------------------------------


def by_columns(A):
    """Every coordinate of x adds the outer product of its own column."""
    return jax.vmap(jnp.outer)(A.T, A.T).sum(axis=0)


def by_singular_values(A):
    """Squares of the axes of the image of the unit ball, turned into place."""
    axes, lengths, _ = jnp.linalg.svd(A)
    return jnp.einsum("ik,k,jk->ij", axes, lengths**2, axes)


def by_expectation(A):
    """E[y y^T], summed entry by entry over x = +-sqrt(d) e_k, whose second moments are those of N(0, I)."""
    d = A.shape[0]
    points = jnp.sqrt(1.0 * d) * jnp.concatenate([jnp.eye(d), -jnp.eye(d)])
    y = [A @ point for point in points]
    rows = [[sum(one[i] * one[j] for one in y) / (2 * d) for j in range(d)] for i in range(d)]
    return jnp.array(rows)


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(by_columns, by_singular_values, by_expectation),
    mistakes=(
        Mistake(
            "no-transpose",
            one_edit("A @ A.T", "A @ A"),
            "For the shear [[1, 2], [0, 1]] yours is not symmetric, and the covariance of y_1 with y_2 "
            "cannot depend on which of the two is named first. What does the right-hand factor of an outer "
            "product look like?",
            caught_by=is_a_symmetric_matrix,
        ),
        Mistake(
            "squared-entry-by-entry",
            one_edit("A @ A.T", "A * A"),
            "You squared the entries of A one by one. Multiplying matrices is another operation: try a "
            "rotation by 45 degrees, whose image of the round cloud is the same round cloud.",
            also=lambda A: jnp.square(A),
            caught_by=is_a_symmetric_matrix,
        ),
        Mistake(
            "a-square-root-instead",
            one_edit("A @ A.T", "jnp.linalg.cholesky(A @ A.T)"),
            "This is a triangular square root of the covariance: its units are those of y, not of y "
            "squared. What happens to a variance when A = 2 I, and what does yours do?",
            caught_by=is_a_symmetric_matrix,
        ),
        Mistake(
            "the-matrix-itself",
            one_edit("A @ A.T", "A"),
            "That is the map, which plays the part of a standard deviation. With A = -1 in one dimension "
            "your variance of y is negative.",
            caught_by=is_a_symmetric_matrix,
        ),
        Mistake(
            "wrong-side",
            one_edit("A @ A.T", "A.T @ A"),
            "Rotate x first (A becomes A Q): the cloud of y stays as it was, and your matrix moves. You "
            "have the right two factors in the other order. Check the shapes with an A that has two rows "
            "and three columns.",
            caught_by=rotating_x_changes_nothing,
        ),
        Mistake(
            "precision-instead-of-covariance",
            one_edit("A @ A.T", "jnp.linalg.inv(A @ A.T)"),
            "With A = 10 I a typical y_1 lies 10 away from its mean, and your matrix says 0.01. That one "
            "belongs into the exponent of the density. Which one describes the spread?",
            caught_by=has_the_variance_of_y_in_every_direction,
        ),
        Mistake(
            "variances-only",
            one_edit("A @ A.T", "jnp.diag(jnp.sum(A**2, axis=1))"),
            "Your diagonal is right and everything beside it is zero. After the shear [[1, 2], [0, 1]] both "
            "coordinates of y contain x_2: are they uncorrelated?",
            caught_by=has_the_variance_of_y_in_every_direction,
        ),
    ),
    answer="""
The mean of y is b, so

$$\\operatorname{cov} y = E[(A x)(A x)^T] = A \\, E[x x^T] \\, A^T = A A^T.$$

Every positive definite covariance matrix can be had in this way: take for A its Cholesky factor, or its
symmetric square root. A itself cannot be read off from it, since A and A Q (Q orthogonal) share it.
""",
    afterword="Many A share one covariance: a Gaussian keeps no memory of how x was turned before A acted.",
)
