"""1.1  The density of an affine image of a standard Gaussian."""

# Built from solutions/conjugacy/affine_gaussian_logpdf.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def affine_gaussian_logpdf(y: Float[Array, " d"], A: Float[Array, "d d"], b: Float[Array, " d"]) -> Scalar:
    """The log density log p(y), in nats, of y = A x + b with x ~ N(0, I), at one point y.

    Args:
        y: the point, [d].
        A: an invertible matrix, [d, d]. It need not be symmetric, and its determinant may be negative.
        b: the shift, [d].

    Returns:
        log p(y), a number. JAX must be able to differentiate it in every argument.

    By the change of variables p_y(y) = p_x(x) |det dx/dy| at the x that A and b carry to y
    (Goodfellow et al., Deep Learning, eq. 3.47). You need no covariance here, and no inverse matrix.
    """
    raise NotImplementedError("yours to write")

CLOSE = Tolerance(1e-4, 1e-4)  # a solve and a determinant in float32, singular values of A in [.5, 2]


def _cases(rng, n=7, d=3):
    """Points, matrices with determinants of alternating sign, shifts."""
    A = np.stack([oracles.conditioned_matrix(rng, d, sign=(-1.0) ** i) for i in range(n)])
    b = rng.normal(size=(n, d)).astype(np.float32)
    y = np.einsum("nij,nj->ni", A, rng.normal(size=(n, d))) + b
    return y.astype(np.float32), A, b


def minus_x_has_the_law_of_x(attempt):
    y, A, b = _cases(attempt.rng)
    log_p = attempt.vmap(0, 0, 0)
    value = finite(log_p(y, A, b), where="seven random A, d = 3, the determinant of every other one negative")
    mirrored = finite(log_p(y, -A, b), where="the same seven A times -1")
    close(mirrored, value, CLOSE, where="A replaced by -A, d = 3", says="no density may change")


def rotating_x_changes_nothing(attempt):
    y, A, b = _cases(attempt.rng)
    log_p = attempt.vmap(0, 0, 0)
    value = log_p(y, A, b)
    for sign in (1.0, -1.0):
        Q = np.stack([oracles.rotation(attempt.rng, 3, sign=sign) for _ in range(7)])
        where = f"A replaced by A Q, Q orthogonal with determinant {sign:+.0f}, d = 3"
        close(log_p(y, A @ Q, b), value, CLOSE, where=where, says="no density may change")


def integrates_to_one_in_one_dimension(attempt):
    y = np.linspace(-30, 30, 241, dtype=np.float32)
    A, b = np.array([[-2.5]], np.float32), np.array([0.7], np.float32)
    where = "d = 1, A = -2.5, b = 0.7, 241 points y"
    log_p = finite(has_shape(attempt.vmap(0, None, None)(y[:, None], A, b), (241,), where=where), where=where)
    target = np.exp(oracles.normal_logpdf(y, 0.7, 2.5**2))
    picture = Picture(y, target, np.exp(np.minimum(log_p, 5.0)), "y", "density")
    mass = oracles.trapezoid(np.exp(np.minimum(log_p.astype(np.float64), 50.0)), y)
    where = "d = 1, A = -2.5, b = 0.7, integral over [-30, 30]"
    says = "the density does not integrate to one"
    close(mass, 1.0, Tolerance(1e-4, 0), where=where, says=says, picture=picture)


def is_flat_at_b_and_slopes_right_elsewhere(attempt):
    y, A, b = (part[0] for part in _cases(attempt.rng))
    slopes = attempt.grad((0, 1, 2))
    top = slopes(b, A, b)[0]
    close(top, np.zeros(3), where="y = b, d = 3", says="p(y) is largest at b", what="the gradient in y")
    inverse = np.linalg.inv(A.astype(np.float64))
    x = inverse @ (y.astype(np.float64) - b)
    want = (-inverse.T @ x, inverse.T @ (np.outer(x, x) - np.eye(3)), inverse.T @ x)
    for name, got, slope in zip("yAb", slopes(y, A, b), want, strict=True):
        where = f"gradient in {name} at a random point, d = 3"
        close(got, slope, Tolerance(1e-3, 1e-3), where=where, what=f"the gradient in {name}")


def is_the_normal_with_mean_b_and_the_covariance_of_y(attempt):
    y, A, b = _cases(attempt.rng)
    A64 = A.astype(np.float64)
    cases = zip(y, b, A64 @ A64.swapaxes(1, 2), strict=True)
    want = [oracles.multivariate_normal_logpdf(*case) for case in cases]
    close(attempt.vmap(0, 0, 0)(y, A, b), want, CLOSE, where="seven random cases, d = 3", says="log p(y)")
    d = 200
    A = 0.1 * oracles.rotation(attempt.rng, d)
    y, b = np.full(d, 0.1, np.float32), np.zeros(d, np.float32)
    want = d * (np.log(10.0) - 0.5 - 0.5 * np.log(2 * np.pi))  # |det A| = 0.1^d, and x has square d
    where = "d = 200, A = 0.1 times a rotation, y = (0.1, ..., 0.1), b = 0"
    close(attempt(y, A, b), want, Tolerance(1e-2, 1e-4), where=where, says="log p(y)")


exercise = Exercise(
    affine_gaussian_logpdf,
    question="1.1",
    minutes=12,
    difficulty=1,
    differentiable=True,
    hints=(
        "A small box around x becomes a small box around y and keeps its probability. What is the ratio of "
        "the two volumes, and is the box around y the larger one?",
        "Write x as a function of y. You need its Jacobian, then logs: three terms in all, one of them a "
        "constant.",
        "Solve A u = y - b for u. The three terms are a half square of u, the constant of a standard normal "
        "in d dimensions, and one log of the absolute determinant of A, with the sign you found. "
        "`jnp.linalg.slogdet` has it.",
    ),
    checks=(
        minus_x_has_the_law_of_x,
        rotating_x_changes_nothing,
        integrates_to_one_in_one_dimension,
        is_flat_at_b_and_slopes_right_elsewhere,
        is_the_normal_with_mean_b_and_the_covariance_of_y,
    ),
)
