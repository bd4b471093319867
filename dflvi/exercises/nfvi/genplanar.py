"""6.6  A planar layer with M hidden units."""

# Built from solutions/nfvi/genplanar.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import T64, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def genplanar(
    A: Float[Array, "D M"], B: Float[Array, "M D"], b: Float[Array, " M"], z: Float[Array, " D"]
) -> tuple[Float[Array, " D"], Scalar]:
    """One layer f(z) = z + A tanh(B z + b), and by how much it stretches volumes at z.

    Args:
        A: a column for each hidden unit, the direction in which it moves z, [D, M].
        B: a row for each hidden unit, what it looks at, [M, D].
        b: the biases, [M].
        z: a point, [D].

    Returns:
        y: f(z), [D].
        logdet: log |det df/dz| at z, a number, in nats. The determinant may be negative: not every A and B make a map
            that can be undone.

    D may be large (20,000) where M is small. Then there is no room for a matrix of D by D, and no time for its
    determinant. M may also be as large as D or larger. JAX must be able to differentiate both results in all arguments
    (Kingma and Welling 2019, section 3.2, on what one hidden unit cannot do).
    """
    raise NotImplementedError("yours to write")

_SHAPES = ((4, 1), (4, 2), (3, 3), (2, 4))  # D, M

_POINTS = 5


def _layer(rng, D, M):
    """A, B, b and points [_POINTS, D], with numbers of float32; pre-activations are of size 1 or so.

    In a small space with several units the layer turns space over at some of the points.
    """
    for _ in range(200):
        A, B, b, z = (rng.normal(size=size) for size in ((D, M), (M, D), (M,), (_POINTS, D)))
        layer = tuple(part.astype(np.float32).astype(np.float64) for part in (A, B * D**-0.5, b, z))
        if M == 1 or D > 10 or np.any(np.linalg.det(_jacobians(*layer)) < 0):
            break
    return layer


def _carried(attempt, A, B, b, z, where):
    y, logdet = fields(attempt.float64.vmap(None, None, None, 0)(A, B, b, z), "y", "logdet")
    y = finite(has_shape(y, z.shape, where=where, what="y"), where=where, what="y")
    return y, finite(has_shape(logdet, z.shape[:1], where=where, what="logdet"), where=where, what="logdet")


def _jacobians(A, B, b, z):
    slopes = 1 / np.cosh(z @ B.T + b) ** 2
    return np.eye(len(A)) + np.einsum("dm,nm,me->nde", A, slopes, B)


def every_unit_moves_the_point_its_way(attempt):
    for D, M in _SHAPES[1:]:
        A, B, b, z = _layer(attempt.rng, D, M)
        where = f"D = {D}, M = {M}, random A, B, b and {_POINTS} points"
        y, _ = _carried(attempt, A, B, b, z, where)
        pushes = np.tanh(z @ B.T + b)
        close(y, z + sum(push[:, None] * column for push, column in zip(pushes.T, A.T, strict=True)), T64, where=where,
              what="y", says="z plus what each unit adds to it")  # fmt: skip


def with_one_unit_it_is_a_planar_layer(attempt):
    A, B, b, z = _layer(attempt.rng, 4, 1)
    where = f"D = 4, M = 1: a planar layer with u = A[:, 0] and w = B[0], at {_POINTS} points"
    _, logdet = _carried(attempt, A, B, b, z, where)
    slope = 1 - np.tanh(z @ B[0] + b[0]) ** 2
    close(logdet, np.log(np.abs(1 + slope * (B[0] @ A[:, 0]))), T64, where=where, what="logdet",
          says="the log-determinant of a planar layer")  # fmt: skip


def its_logdet_is_that_of_its_jacobian(attempt):
    for D, M in _SHAPES[1:]:
        A, B, b, z = _layer(attempt.rng, D, M)
        where = f"D = {D}, M = {M}, random A, B, b and {_POINTS} points; some of the determinants are negative"
        _, logdet = _carried(attempt, A, B, b, z, where)
        want = np.linalg.slogdet(_jacobians(A, B, b, z))[1]
        # near a fold the log magnifies rounding, and with it what the trace compares
        close(logdet, want, T64, where=where, what="logdet",
              says="logdet against the log |det| of the Jacobian of f")  # fmt: skip


def it_makes_no_matrix_of_the_size_of_the_space(attempt):
    D, M = 2000, 3
    A, B, b, z = (part.astype(np.float32) for part in _layer(attempt.rng, D, M))
    largest = attempt.largest(A, B, b, z[0])
    small = largest < D * D / 4
    holds(small, "At D = 2000 and M = 3 your layer makes a matrix of the size of D by D.", value=float(small),
          where=f"D = {D}, M = {M}", expected=f"no array of more than a few times D M = {D * M:,} numbers",
          got=f"one of {largest:,}")  # fmt: skip
    D = 20_000
    A, B, b, z = _layer(attempt.rng, D, M)
    where = f"D = {D}, M = {M}"
    y, logdet = fields(attempt.float64(A, B, b, z[0]), "y", "logdet")
    slopes = 1 / np.cosh(B @ z[0] + b) ** 2
    want = np.linalg.slogdet(np.eye(M) + (B @ A) * slopes)[1]
    close(has_shape(logdet, (), where=where, what="logdet"), want, T64, where=where, what="logdet",
          says="the log-determinant in a large space")  # fmt: skip
    finite(has_shape(y, (D,), where=where, what="y"), where=where, what="y")


exercise = Exercise(
    genplanar,
    question="6.6",
    minutes=25,
    difficulty=2,
    differentiable=True,
    hints=(
        "Write the Jacobian as the identity plus a product of a tall matrix and a wide one. What is the size of the "
        "product in the other order?",
        "In the lemma det(X + U W V') = det(W^-1 + V' X^-1 U) det(W) det(X), which of the four matrices are identities "
        "here? The diagonal of slopes can stand with A, with B, or between them. Where does it need no inverse?",
        "Form the M by M product of B and A, scale its rows by the slopes of the tanh at B z + b, add the identity, "
        "and hand it to `jnp.linalg.slogdet`. The second of its results is the log of the absolute value.",
    ),
    checks=(
        every_unit_moves_the_point_its_way,
        with_one_unit_it_is_a_planar_layer,
        its_logdet_is_that_of_its_jacobian,
        it_makes_no_matrix_of_the_size_of_the_space,
    ),
)
