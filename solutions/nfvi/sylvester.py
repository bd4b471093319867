"""6.6  A Sylvester layer: M hidden units, and a determinant that can be read off."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T64, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def sylvester(
    Q: Float[Array, "D M"], R1: Float[Array, "M M"], R2: Float[Array, "M M"], b: Float[Array, " M"],
    z: Float[Array, " D"],
) -> tuple[Float[Array, " D"], Scalar]:  # fmt: skip
    """One layer f(z) = z + Q R1 tanh(R2 Q' z + b), and by how much it stretches volumes at z.

    Args:
        Q: M orthonormal columns, Q' Q = I, [D, M]; M is at most D.
        R1: an upper triangular matrix, [M, M].
        R2: another one, [M, M].
        b: the biases, [M].
        z: a point, [D].

    Returns:
        y: f(z), [D].
        logdet: log |det df/dz| at z, a number, in nats. No determinant has to be computed for it.

    The layer can be undone if r1_ii r2_ii > -1 for each i and R2 has an inverse. Whoever trains it has to see to
    that; here all is taken as it comes, also where the determinant is negative. JAX must be able to differentiate
    both results (van den Berg, Hasenclever, Tomczak and Welling 2018, theorem 1 and section 3).
    """
    h = jnp.tanh(R2 @ (Q.T @ z) + b)
    stretched = 1 + (1 - h**2) * jnp.diag(R1) * jnp.diag(R2)
    return z + Q @ (R1 @ h), jnp.sum(jnp.log(jnp.abs(stretched)))


# ---- other right answers ----------------------------------------------------------------------


def by_the_lemma(Q, R1, R2, b, z):
    """As a generalised planar layer, its small matrix with Q' Q left out."""
    h = jnp.tanh(R2 @ jnp.einsum("dm,d->m", Q, z) + b)
    return {"y": z + (Q @ R1) @ h, "logdet": jnp.linalg.slogdet(jnp.eye(len(b)) + (1 - h**2)[:, None] * (R2 @ R1))[1]}


def unit_by_unit(Q, R1, R2, b, z):
    """A loop over units; only what lies on and above the diagonals is read."""
    coordinates, y, logdet = z @ Q, z, 0.0
    for m in range(len(b)):
        a = R2[m, m:] @ coordinates[m:] + b[m]
        y = y + jnp.tanh(a) * (Q[:, : m + 1] @ R1[: m + 1, m])
        logdet += jnp.log(jnp.abs(1 + R1[m, m] * R2[m, m] / jnp.cosh(a) ** 2))
    return y, logdet


# ---- checks: cheap to deep --------------------------------------------------------------------

_SHAPES = ((5, 2), (3, 3))  # D, M
_POINTS = 200


def _layer(rng, D, M, lawful):
    """Q, R1, R2, b and points, with numbers of float32."""
    Q = np.linalg.qr(rng.normal(size=(D, M)))[0]
    R1, R2 = (np.triu(rng.normal(size=(M, M))) for _ in range(2))
    if lawful:  # products of the diagonals from -0.95 to 0.95, both signs
        for R in (R1, R2):
            np.fill_diagonal(R, rng.choice((-1, 1), M) * rng.uniform(0.3, 0.97, M))
    else:  # and here each product is -2 or lower, so that some points lie where the layer folds
        np.fill_diagonal(R1, rng.uniform(1.5, 2.5, M))
        np.fill_diagonal(R2, -rng.uniform(1.5, 2.5, M))
    parts = Q, R1, R2, rng.normal(size=M), 1.5 * rng.normal(size=(_POINTS, D))
    return tuple(part.astype(np.float32).astype(np.float64) for part in parts)


def _carried(attempt, Q, R1, R2, b, z, where):
    y, logdet = fields(attempt.float64.vmap(None, None, None, None, 0)(Q, R1, R2, b, z), "y", "logdet")
    y = finite(has_shape(y, z.shape, where=where, what="y"), where=where, what="y")
    return y, has_shape(logdet, z.shape[:1], where=where, what="logdet")


def _jacobians(Q, R1, R2, b, z):
    slopes = 1 / np.cosh((z @ Q) @ R2.T + b) ** 2
    return np.eye(len(Q)) + np.einsum("dm,nm,me->nde", Q @ R1, slopes, R2 @ Q.T)


def it_is_a_planar_layer_with_a_and_b_in_factors(attempt):
    for D, M in _SHAPES:
        Q, R1, R2, b, z = _layer(attempt.rng, D, M, True)
        where = f"D = {D}, M = {M}, random lawful Q, R1, R2 and b, one point"
        y, logdet = fields(attempt.float64(Q, R1, R2, b, z[0]), "y", "logdet")
        has_shape(logdet, (), where=where, what="logdet")
        close(y, z[0] + (Q @ R1) @ np.tanh((R2 @ Q.T) @ z[0] + b), T64, where=where, what="y",
              says="the layer with A = Q R1 and B = R2 Q'")  # fmt: skip


def its_logdet_is_that_of_its_jacobian(attempt):
    for D, M in _SHAPES:
        Q, R1, R2, b, z = _layer(attempt.rng, D, M, True)
        where = f"D = {D}, M = {M}, random lawful Q, R1, R2 and b, {_POINTS} points; all determinants are positive"
        _, logdet = _carried(attempt, Q, R1, R2, b, z, where)
        finite(logdet, where=where, what="logdet")
        # Q is orthonormal to seven digits only, and the formula takes it to be so
        close(logdet, np.linalg.slogdet(_jacobians(Q, R1, R2, b, z))[1], T64._replace(abs=2e-6), where=where,
              what="logdet", says="logdet against the log |det| of the Jacobian of f")  # fmt: skip


def where_space_is_turned_over_it_gives_the_volume(attempt):
    D, M = _SHAPES[0]
    Q, R1, R2, b, z = _layer(attempt.rng, D, M, False)
    sign, want = np.linalg.slogdet(_jacobians(Q, R1, R2, b, z))
    where = f"D = {D}, M = {M}, each r1_ii r2_ii below -2; {int(np.sum(sign < 0))} of {_POINTS} determinants negative"
    _, logdet = _carried(attempt, Q, R1, R2, b, z, where)
    finite(logdet, where=where, what="logdet", says="the determinant is negative at some points")
    away = want > -3  # not on the fold, where the log magnifies what Q lacks in digits
    close(logdet.astype(np.float64)[away], want[away], T64._replace(abs=2e-5), where=where, what="logdet",
          says="the log of the absolute value")  # fmt: skip


# ---- mistakes ---------------------------------------------------------------------------------


def _with(logdet):
    """The layer with another log-determinant, of (R1, R2, h)."""

    def wrong(Q, R1, R2, b, z):
        h = jnp.tanh(R2 @ (Q.T @ z) + b)
        return z + Q @ (R1 @ h), logdet(R1, R2, h)

    return wrong


exercise = Exercise(
    sylvester,
    question="6.6",
    minutes=15,
    difficulty=2,
    differentiable=True,
    hints=(
        "It is your `genplanar` with A = Q R1 and B = R2 Q'. What becomes of B A?",
        "Q' Q is the identity, so that only R2 R1 is left. Which entries does a product of two upper triangular "
        "matrices have on its diagonal, and what is the determinant of such a matrix?",
        "One factor for each unit: 1 plus the slope of its tanh times the two diagonal entries. Take logs of absolute "
        "values and add.",
    ),
    checks=(
        it_is_a_planar_layer_with_a_and_b_in_factors,
        its_logdet_is_that_of_its_jacobian,
        where_space_is_turned_over_it_gives_the_volume,
    ),
    variants=(by_the_lemma, unit_by_unit),
    mistakes=(
        Mistake(
            "matrices-in-the-wrong-place",
            one_edit("jnp.tanh(R2 @ (Q.T @ z) + b)", "jnp.tanh(R1 @ (Q.T @ z) + b)"),
            "The matrix that reads z and the one that moves it are not what the statement says. Write A and B down.",
            caught_by=it_is_a_planar_layer_with_a_and_b_in_factors,
        ),
        Mistake(
            "first-matrix-transposed",
            one_edit("Q @ (R1 @ h)", "Q @ (R1.T @ h)"),
            "The log-determinant is right, and the points arrive elsewhere: one of the triangles stands on its head.",
            also=lambda Q, R1, R2, b, z: (
                z + Q @ (jnp.tanh(R2 @ (Q.T @ z) + b) @ R1), sylvester(Q, R1, R2, b, z)[1]
            ),
            caught_by=it_is_a_planar_layer_with_a_and_b_in_factors,
        ),
        Mistake(
            "slopes-forgotten",
            _with(lambda R1, R2, h: jnp.sum(jnp.log(jnp.abs(1 + jnp.diag(R1) * jnp.diag(R2))))),
            "Your determinant is the same at every z. A tanh is steep in one place only.",
            caught_by=its_logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "values-for-slopes",
            _with(lambda R1, R2, h: jnp.sum(jnp.log(jnp.abs(1 + h * jnp.diag(R1) * jnp.diag(R2))))),
            "Where a unit is at its bend, yours says that nothing is stretched along its way. It is where it is "
            "stretched most.",
            caught_by=its_logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "one-factor-for-all-units",
            _with(lambda R1, R2, h: jnp.log(jnp.abs(1 + jnp.sum((1 - h**2) * jnp.diag(R1) * jnp.diag(R2))))),
            "Every unit has a factor of its own in the determinant. You add up what has to be multiplied.",
            caught_by=its_logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "only-one-diagonal",
            _with(lambda R1, R2, h: jnp.sum(jnp.log(jnp.abs(1 + (1 - h**2) * jnp.diag(R1))))),
            "Your determinant does not hang on R2 but through the slopes. Double R2's diagonal and make all biases "
            "such that the slopes stay: does the layer stretch as before?",
            caught_by=its_logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "diagonal-of-the-whole-space",
            lambda Q, R1, R2, b, z: (
                sylvester(Q, R1, R2, b, z)[0],
                jnp.sum(jnp.log(jnp.abs(
                    1 + jnp.diag(Q @ R1 @ jnp.diag(1 - jnp.tanh(R2 @ (Q.T @ z) + b) ** 2) @ R2 @ Q.T)))),
            ),
            "You multiply the diagonal of the D by D Jacobian, which is not triangular. It is triangular in other "
            "coordinates, those that Q gives.",
            caught_by=its_logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "log-of-a-negative",
            one_edit("jnp.log(jnp.abs(stretched))", "jnp.log(stretched)"),
            "With lawful diagonals you are right. With others some factors are negative, and the log of such a factor "
            "is no number.",
            also=_with(lambda R1, R2, h: jnp.sum(jnp.log1p((1 - h**2) * jnp.diag(R1) * jnp.diag(R2)))),
            caught_by=where_space_is_turned_over_it_gives_the_volume,
        ),
    ),
    answer="""
B A = R2 Q' Q R1 = R2 R1, a product of upper triangular matrices, hence upper triangular with diagonal r2_ii r1_ii.
Scaling its rows by the slopes keeps it so, and

$$\\det J = \\prod_{i=1}^M (1 + h_i'\\, r^{(1)}_{ii} r^{(2)}_{ii}),$$

M multiplications. As h' is between 0 and 1, all factors are positive if each product of diagonal entries is above -1.
Such a layer is made lawful by squashing the diagonals, a tanh on each. R2 must have no zero on its diagonal.

Keeping Q orthonormal is the price. The paper has three ways: an iteration that brings Q back after each step (O-SNF), a
product of Householder reflections (H-SNF), or identity and reversed identity in turn, with triangular matrices of full
size M = D (T-SNF). Without such care Q drifts away in training, and the formula is quietly wrong.
""",
    afterword="No linear algebra left, as long as Q stays what it is.",
)
