"""6.6  A planar layer with M hidden units."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T64, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    h = jnp.tanh(B @ z + b)
    slopes = 1 - h**2
    small = jnp.eye(len(b)) + slopes[:, None] * (B @ A)
    return z + A @ h, jnp.linalg.slogdet(small)[1]


# ---- other right answers ----------------------------------------------------------------------


def with_the_slopes_at_a(A, B, b, z):
    """The diagonal stands at the other end, the smaller of two determinants is taken, names in a dict."""
    a = jnp.einsum("md,d->m", B, z) + b
    M, D = B.shape
    scaled = A / jnp.cosh(a) ** 2
    matrix = jnp.eye(M) + jnp.einsum("md,dn->mn", B, scaled) if M <= D else jnp.eye(D) + scaled @ B
    return {"y": z + jnp.tanh(a) @ A.T, "logdet": jnp.log(jnp.abs(jnp.linalg.det(matrix)))}


def in_the_form_of_the_lemma(A, B, b, z):
    """With the slopes as the matrix W of the lemma: det(W^-1 + V' A) det(W); units summed one by one."""
    units = [jnp.sum(B[m] * z) + b[m] for m in range(len(b))]
    slopes = jnp.stack([jax.grad(jnp.tanh)(a) for a in units])
    y = sum((A[:, m] * jnp.tanh(a) for m, a in enumerate(units)), start=z)
    inner = jnp.diag(1 / slopes) + B @ A
    return y, jnp.linalg.slogdet(inner)[1] + jnp.log(slopes).sum()


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- mistakes ---------------------------------------------------------------------------------


def _with(matrix):
    """The layer with another matrix, of (A, B, h, slopes), in the determinant."""

    def wrong(A, B, b, z):
        h = jnp.tanh(B @ z + b)
        return z + A @ h, jnp.linalg.slogdet(matrix(A, B, h, 1 - h**2))[1]

    return wrong


def _big(A, B, h, slopes):
    return jnp.eye(len(A)) + (A * slopes) @ B


def _by_autodiff(A, B, b, z):
    f = lambda z: z + A @ jnp.tanh(B @ z + b)  # noqa: E731
    return f(z), jnp.linalg.slogdet(jax.jacfwd(f)(z))[1]


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
    variants=(with_the_slopes_at_a, in_the_form_of_the_lemma),
    mistakes=(
        Mistake(
            "point-not-kept",
            one_edit("return z + A @ h,", "return A @ h,"),
            "Set A to zero, and every point lands at the origin. A layer that does nothing should leave a point where "
            "it is.",
            caught_by=every_unit_moves_the_point_its_way,
        ),
        Mistake(
            "bias-outside",
            lambda A, B, b, z: (z + A @ (jnp.tanh(B @ z) + b), genplanar(A, B, 0 * b, z)[1]),
            "Your bias shifts where points arrive. It was to shift where each unit has its bend.",
            caught_by=every_unit_moves_the_point_its_way,
        ),
        Mistake(
            "slopes-forgotten",
            _with(lambda A, B, h, slopes: jnp.eye(len(B)) + B @ A),
            "Your determinant is the same at every z, as if the layer were linear. Far from its bend a tanh is flat; "
            "what does the layer do to volumes there?",
            also=_with(lambda A, B, h, slopes: jnp.eye(len(B)) + (B @ A) * jnp.ones_like(slopes)),
            caught_by=with_one_unit_it_is_a_planar_layer,
        ),
        Mistake(
            "values-for-slopes",
            _with(lambda A, B, h, slopes: jnp.eye(len(B)) + h[:, None] * (B @ A)),
            "Where a unit is at the middle of its bend, with pre-activation 0, yours says that nothing is stretched. "
            "It is the steepest place of all.",
            caught_by=with_one_unit_it_is_a_planar_layer,
        ),
        Mistake(
            "log-of-a-negative",
            lambda A, B, b, z: (genplanar(A, B, b, z)[0], jnp.log(jnp.linalg.det(_small(A, B, b, z)))),
            "Some of these layers turn space over, and their determinant is negative. What is asked for is a volume.",
            also=lambda A, B, b, z: (
                genplanar(A, B, b, z)[0], jnp.log(jnp.prod(jnp.linalg.slogdet(_small(A, B, b, z))[0])) +
                genplanar(A, B, b, z)[1]
            ),
            caught_by=every_unit_moves_the_point_its_way,
        ),
        Mistake(
            "trace-for-determinant",
            lambda A, B, b, z: (genplanar(A, B, b, z)[0],
                                jnp.log(jnp.abs(1 + jnp.trace(_small(A, B, b, z)) - len(b)))),
            "Two units that look along each other's way work together, and a sum over units does not see that. For M "
            "= 1 there is no difference.",
            caught_by=its_logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "product-of-the-diagonal",
            lambda A, B, b, z: (genplanar(A, B, b, z)[0], jnp.sum(jnp.log(jnp.abs(jnp.diag(_small(A, B, b, z)))))),
            "You multiply a diagonal, which makes a determinant if the matrix is triangular. Is yours, for any A and "
            "B?",
            caught_by=its_logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "slopes-in-place-of-their-inverses",
            _with(lambda A, B, h, slopes: jnp.diag(slopes) + B @ A),
            "With A = 0 the layer does nothing, and yours reports that it shrinks. In the lemma the matrix in the "
            "middle comes twice: with its inverse, and with its determinant.",
            caught_by=with_one_unit_it_is_a_planar_layer,
        ),
        Mistake(
            "matrix-of-the-whole-space",
            _with(_big),
            "The numbers are right, and they come from a matrix of D by D. Rank M is all that it adds to the identity, "
            "and there is a determinant of that size with the same value.",
            also=_by_autodiff,
            caught_by=it_makes_no_matrix_of_the_size_of_the_space,
        ),
    ),
    answer="""
The Jacobian is J = I + A H B with H = diag(tanh'(B z + b)). By the lemma with X = I, U = A, W = H, V' = B,

$$\\det J = \\det(H^{-1} + B A)\\,\\det H = \\det(I_M + H B A).$$

The last form needs no inverse, and tanh' may underflow to 0 without harm. The same number is det(I + B A H): what
stands in the other order has the same determinant. Forming B A costs $D M^2$ multiplications, the determinant about
$M^3/3$, the map $2 D M$. The D by D determinant would cost $D^3/3$. For M > D it is the cheaper one.

With one unit A is a column u, B a row w, and the formula is that of the planar layer, 1 + h' (w . u). There w . u >= -1
decided whether the map can be undone. With more units there is no such simple test on A and B: a layer with M = 2 can
fold though each of its units alone would not.
""",
    afterword="A determinant of 20,000 by 20,000 in the time of one of 3 by 3.",
)


def _small(A, B, b, z):
    h = jnp.tanh(B @ z + b)
    return jnp.eye(len(b)) + (1 - h**2)[:, None] * (B @ A)
