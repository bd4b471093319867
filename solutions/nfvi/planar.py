"""6.3  One planar layer."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import planar_flows
from dflvi.checking.compare import T32_LOOSE, T64, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Planar, Scalar


def planar(params: Planar, z: Float[Array, " d"]) -> tuple[Float[Array, " d"], Scalar]:
    """One planar layer: it moves z along u, by an amount that depends on where z is along w.

    Args:
        params: `Planar(u, w, b)` with u [d], w [d] and a number b, lawful: w . u >= -1, so nothing is left to
            constrain here.
        z: one point, [d].

    Returns:
        y: z + u tanh(w . z + b), [d].
        logdet: log |det dy/dz| at z, a number, in nats.

    The work grows with d and no faster, so that no determinant of a d x d matrix is taken. JAX must be able to
    differentiate both results in params and z, far out as well, where the tanh is flat. (Rezende and Mohamed 2015, eq.
    10 to 12.)
    """
    u, w, b = params
    h = jnp.tanh(w @ z + b)
    return z + u * h, jnp.log1p((1 - h**2) * (w @ u))


# ---- other right answers ----------------------------------------------------------------------


def with_psi(params, z):
    """With the paper's psi, a gradient by JAX, sums for inner products, and a dict."""
    h = lambda a: jnp.tanh(a)  # noqa: E731
    a = jnp.sum(params.w * z) + params.b
    psi = jax.grad(h)(a) * params.w
    return {"y": z + params.u * h(a), "logdet": jnp.log(jnp.abs(1 + jnp.sum(params.u * psi)))}


def in_numpy(params, z):
    """NumPy, for rows as well."""
    u, w, b = (np.asarray(field) for field in params)
    h = np.tanh(np.tensordot(np.asarray(z), w, axes=1) + b)
    return z + h[..., None] * u, np.log(1 + (w * u).sum() * (1 - h * h))


# ---- checks: cheap to deep --------------------------------------------------------------------

_N = 12


def _called(attempt, d):
    """Parameters of one layer, points [n, d], and the results there."""
    layer = planar_flows.random_planar(attempt.rng, d)
    z = (1.5 * attempt.rng.normal(size=(_N, d))).astype(np.float32).astype(np.float64)
    where = f"{_N} points, d = {d}, w . u = {layer.w @ layer.u:.2f}"
    y, logdet = fields(attempt.float64.vmap(None, 0)(layer, z), "y", "logdet")
    y, logdet = has_shape(y, (_N, d), where=where, what="y"), has_shape(logdet, (_N,), where=where, what="logdet")
    return layer, z, finite(y, where=where, what="y"), finite(logdet, where=where, what="logdet"), where


def _goes_with_its_jacobian(attempt, d):
    layer, z, _, logdet, where = _called(attempt, d)
    jacobian, _ = fields(attempt.float64.jacobian(1).vmap(None, 0)(layer, z), "y", "logdet")
    jacobian = has_shape(jacobian, (_N, d, d), where=where, what="the Jacobian of y").astype(np.float64)
    close(logdet, np.linalg.slogdet(jacobian)[1], T32_LOOSE, where=where, what="logdet",
          says="logdet against log |det| of the Jacobian of your y")  # fmt: skip


def one_point_gives_a_point_and_a_number(attempt):
    layer = planar_flows.random_planar(attempt.rng, 2)
    z = attempt.rng.normal(size=2).astype(np.float32)
    y, logdet = fields(attempt(Planar(*(one.astype(np.float32) for one in layer)), z), "y", "logdet")
    finite(has_shape(y, (2,), what="y"), what="y")
    finite(has_shape(logdet, (), what="logdet"), what="logdet")


def it_moves_points_as_it_should(attempt):
    layer, z, y, _, where = _called(attempt, 2)
    close(y, planar_flows.planar(layer, z)[0], T64, where=where, what="y", says="where the layer puts z")


def logdet_is_that_of_its_jacobian(attempt):
    _goes_with_its_jacobian(attempt, 2)


def it_holds_in_any_number_of_dimensions(attempt):
    for d in (1, 5, 20):
        layer, z, y, logdet, where = _called(attempt, d)
        want, stretch = planar_flows.planar(layer, z)
        close(y, want, T64, where=where, what="y", says="where the layer puts z")
        close(logdet, stretch, T32_LOOSE, where=where, what="logdet", says="by how much it stretches space there")


def slopes_stay_finite_far_out(attempt):
    layer = Planar(np.array([0.7, 1.1], np.float32), np.array([1.5, -2.0], np.float32), np.float32(0.3))
    where = "z = (60, -80), where w . z = 250, float32"
    y, logdet = fields(attempt.jacobian(1)(layer, np.array([60.0, -80.0], np.float32)), "y", "logdet")
    finite(has_shape(y, (2, 2), where=where, what="the slope of y"), where=where, what="the slope of y")
    finite(has_shape(logdet, (2,), where=where, what="the slope of logdet"), where=where, what="the slope of logdet")


# ---- known wrong answers ----------------------------------------------------------------------


def _with(params, z, change):
    """The layer with log |det| made by `change` of (a, h, params, y)."""
    a = params.w @ z + params.b
    y = z + params.u * jnp.tanh(a)
    return y, change(a, jnp.tanh(a), params, y)


def _two_coordinates(params, z):
    u, w, b = params
    h = jnp.tanh(w[0] * z[0] + w[1] * z[1] + b)
    return z + u * h, jnp.log1p((1 - h**2) * (w[0] * u[0] + w[1] * u[1]))


exercise = Exercise(
    planar,
    question="6.3",
    minutes=10,
    difficulty=1,
    differentiable=True,
    hints=(
        "Draw the layer on the line, with one u and one w: what is its slope at z?",
        "Differentiate y in z. What is it, beside the identity? It is a column times a row, and the determinant of "
        "one plus such a product is a number that you can write down.",
        "The row is the slope of the tanh times w. The determinant is one plus that slope times the inner product of "
        "u and w; the slope is taken at the point that goes in.",
    ),
    checks=(
        one_point_gives_a_point_and_a_number,
        it_moves_points_as_it_should,
        logdet_is_that_of_its_jacobian,
        it_holds_in_any_number_of_dimensions,
        slopes_stay_finite_far_out,
    ),
    variants=(with_psi, in_numpy),
    mistakes=(
        Mistake(
            "a-number-for-each-coordinate",
            one_edit("(w @ u)", "(w * u)"),
            "One point has one log-determinant, and yours has a number for each coordinate. What kind of product of u "
            "and w is wanted?",
            caught_by=one_point_gives_a_point_and_a_number,
        ),
        Mistake(
            "moves-along-w",
            one_edit("z + u * h", "z + w * h"),
            "You look along w, which is right, and move along w as well. Which of the two says where points go?",
            caught_by=it_moves_points_as_it_should,
        ),
        Mistake(
            "bias-forgotten",
            one_edit("jnp.tanh(w @ z + b)", "jnp.tanh(w @ z)"),
            "Your layer bends space at the origin whatever b is. Move b and see that nothing happens.",
            caught_by=it_moves_points_as_it_should,
        ),
        Mistake(
            "tanh-for-its-slope",
            lambda params, z: _with(params, z, lambda a, h, p, y: jnp.log(jnp.abs(1 + h * (p.w @ p.u)))),
            "Far out the layer is a shift, which stretches nothing, and you report a stretch there. The determinant "
            "asks how steep the tanh is, not how high.",
            also=lambda params, z: (
                planar(params, z)[0],
                jnp.log(jnp.abs(1 + jnp.dot(params.u, jnp.tanh(jnp.dot(params.w, z) + params.b) * params.w))),
            ),
            caught_by=logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "sign-of-the-log-det",
            one_edit("h, jnp.log1p", "h, -jnp.log1p"),
            "Where the layer pulls points apart you report that it squeezes them. You have the account of the way "
            "back.",
            caught_by=logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "slope-at-the-point-after",
            lambda params, z: _with(
                params, z, lambda a, h, p, y: jnp.log1p((1 - jnp.tanh(p.w @ y + p.b) ** 2) * (p.w @ p.u))
            ),
            "You measure the stretch at y, where the layer has put the point. It was done at z.",
            caught_by=logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "the-log-forgotten",
            one_edit("jnp.log1p((1 - h**2) * (w @ u))", "1 + (1 - h**2) * (w @ u)"),
            "Far out, where nothing is stretched, you return 1. You have a determinant; a chain adds logarithms of "
            "them.",
            caught_by=logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "first-order",
            one_edit("jnp.log1p((1 - h**2) * (w @ u))", "(1 - h**2) * (w @ u)"),
            "For layers that hardly move anything you are right. A strong one shows that a logarithm has been "
            "replaced by its tangent.",
            caught_by=logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "written-for-the-plane",
            _two_coordinates,
            "In the plane all is well. With twenty coordinates you read two of them.",
            caught_by=it_holds_in_any_number_of_dimensions,
        ),
        Mistake(
            "cosh-overflows",
            lambda params, z: _with(
                params, z, lambda a, h, p, y: jnp.log1p((p.w @ p.u) / jnp.cosh(a) ** 2)
            ),
            "Your values are right, and far out their slopes are nan: a cosh is infinite from 90 on in float32. One "
            "such point spoils a whole step of training. The slope of a tanh can be had from the tanh.",
            caught_by=slopes_stay_finite_far_out,
        ),
    ),
    answer="""
The Jacobian is I + u psi' with psi = h'(w . z + b) w, a column times a row beside the identity. By the matrix
determinant lemma (with A = I) its determinant is 1 + u . psi, which costs d multiplications. The slope of tanh is
1 - tanh^2, and h is there already. For lawful parameters the determinant is between 1 and 1 + w . u, never negative,
so the absolute value in the formula has nothing to do.

What it does to a density: across the hyperplane w . z + b = 0 points are pulled apart (w . u > 0) or pushed together
(w . u < 0), and far from it, on either side, everything is shifted by plus or minus u and keeps its shape.
""",
    afterword="A bend along one hyperplane, whose account costs no more than the bend.",
)
