"""6.3  One radial layer."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import planar_flows
from dflvi.checking.compare import T32_LOOSE, T64, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Radial, Scalar


def radial(params: Radial, z: Float[Array, " d"]) -> tuple[Float[Array, " d"], Scalar]:
    """One radial layer: it pushes points away from a centre, or pulls them in, less and less with their distance.

    Args:
        params: `Radial(z_ref, alpha, beta)` with the centre z_ref [d] and two numbers, lawful: alpha > 0 and beta >=
            -alpha.
        z: one point, [d]. It may be the centre itself.

    Returns:
        y: z + beta / (alpha + r) (z - z_ref), [d], where r is the distance of z from z_ref.
        logdet: log |det dy/dz| at z, a number, in nats.

    No determinant of a d x d matrix is taken. JAX must be able to differentiate both results in params and z, with
    finite numbers at the centre too. (Rezende and Mohamed 2015, eq. 14.)
    """
    z_ref, alpha, beta = params
    r = distance(z, z_ref)
    h = 1 / (alpha + r)
    across = jnp.log1p(beta * h)
    along = jnp.log1p(beta * h - beta * r * h**2)
    return z + beta * h * (z - z_ref), (len(z) - 1) * across + along


def distance(z, centre):
    """The Euclidean distance, with a slope of zero where it is zero."""
    square = jnp.sum((z - centre) ** 2)
    apart = square > 0
    return jnp.where(apart, jnp.sqrt(jnp.where(apart, square, 1.0)), 0.0)


# ---- other right answers ----------------------------------------------------------------------


def with_a_little_added(params, z):
    """A tiny number under the root, logs of absolute values, and a dict."""
    off = z - params.z_ref
    r = jnp.sqrt(off @ off + 1e-24)
    h, dh = 1 / (params.alpha + r), -1 / (params.alpha + r) ** 2
    det = (1 + params.beta * h) ** (z.shape[0] - 1) * (1 + params.beta * h + params.beta * dh * r)
    return {"y": z + params.beta * h * off, "logdet": jnp.log(jnp.abs(det))}


def in_numpy(params, z):
    """NumPy, for rows as well; the stretch along a ray in its other form."""
    centre, alpha, beta = (np.asarray(one) for one in params)
    off = np.asarray(z) - centre
    room = alpha + np.linalg.norm(off, axis=-1)
    logdet = (off.shape[-1] - 1) * np.log(1 + beta / room) + np.log(1 + alpha * beta / room**2)
    return centre + (1 + beta / room)[..., None] * off, logdet


# ---- checks: cheap to deep --------------------------------------------------------------------

_N = 12


def _called(attempt, d):
    layer = planar_flows.random_radial(attempt.rng, d)
    z = (1.5 * attempt.rng.normal(size=(_N, d))).astype(np.float32).astype(np.float64)
    where = f"{_N} points, d = {d}, alpha = {layer.alpha:.2f}, beta = {layer.beta:.2f}"
    y, logdet = fields(attempt.float64.vmap(None, 0)(layer, z), "y", "logdet")
    y, logdet = has_shape(y, (_N, d), where=where, what="y"), has_shape(logdet, (_N,), where=where, what="logdet")
    return layer, z, finite(y, where=where, what="y"), finite(logdet, where=where, what="logdet"), where


def one_point_gives_a_point_and_a_number(attempt):
    layer = planar_flows.random_radial(attempt.rng, 2)
    z = attempt.rng.normal(size=2).astype(np.float32)
    y, logdet = fields(attempt(type(layer)(*(one.astype(np.float32) for one in layer)), z), "y", "logdet")
    finite(has_shape(y, (2,), what="y"), what="y")
    finite(has_shape(logdet, (), what="logdet"), what="logdet")


def it_moves_points_as_it_should(attempt):
    layer, z, y, _, where = _called(attempt, 2)
    close(y, planar_flows.radial(layer, z)[0], T64, where=where, what="y", says="where the layer puts z")


def logdet_is_that_of_its_jacobian(attempt):
    layer, z, _, logdet, where = _called(attempt, 2)
    jacobian, _ = fields(attempt.float64.jacobian(1).vmap(None, 0)(layer, z), "y", "logdet")
    jacobian = has_shape(jacobian, (_N, 2, 2), where=where, what="the Jacobian of y").astype(np.float64)
    close(logdet, np.linalg.slogdet(jacobian)[1], T32_LOOSE, where=where, what="logdet",
          says="logdet against log |det| of the Jacobian of your y")  # fmt: skip


def it_holds_in_any_number_of_dimensions(attempt):
    for d in (1, 5, 20):
        layer, z, y, logdet, where = _called(attempt, d)
        want, stretch = planar_flows.radial(layer, z)
        close(y, want, T64, where=where, what="y", says="where the layer puts z")
        close(logdet, stretch, T32_LOOSE, where=where, what="logdet", says="by how much it stretches space there")


def the_centre_is_a_point_like_any_other(attempt):
    layer = planar_flows.random_radial(attempt.rng, 2)
    layer = type(layer)(*(one.astype(np.float32) for one in layer))
    where = f"z = z_ref, alpha = {layer.alpha:.2f}, beta = {layer.beta:.2f}, float32"
    y, logdet = fields(attempt(layer, layer.z_ref), "y", "logdet")
    close(y, layer.z_ref, T32_LOOSE, where=where, what="y", says="the centre stays where it is")
    close(logdet, planar_flows.radial(layer, layer.z_ref)[1], T32_LOOSE, where=where, what="logdet")
    slope, of_logdet = fields(attempt.jacobian(1)(layer, layer.z_ref), "y", "logdet")
    finite(has_shape(slope, (2, 2), where=where, what="the slope of y"), where=where, what="the slope of y")
    finite(has_shape(of_logdet, (2,), where=where), where=where, what="the slope of logdet")


# ---- known wrong answers ----------------------------------------------------------------------


def _with(params, z, logdet):
    """The layer with a log |det| made by `logdet(d, beta h, beta h' r)`."""
    r = distance(z, params.z_ref)
    h = 1 / (params.alpha + r)
    y = z + params.beta * h * (z - params.z_ref)
    return y, logdet(z.shape[0], params.beta * h, -params.beta * h**2 * r)


def _plain_norm(params, z):
    return with_a_norm(params, z, jnp.linalg.norm(z - params.z_ref))


def with_a_norm(params, z, r):
    """The layer for a given distance r."""
    h = 1 / (params.alpha + r)
    logdet = (len(z) - 1) * jnp.log1p(params.beta * h) + jnp.log1p(params.beta * h - params.beta * r * h**2)
    return z + params.beta * h * (z - params.z_ref), logdet


exercise = Exercise(
    radial,
    question="6.3",
    minutes=15,
    difficulty=2,
    differentiable=True,
    hints=(
        "Take z - z_ref apart into a length and a direction. Which of the two does the layer change?",
        "The Jacobian has one eigenvalue along the ray from the centre, and d - 1 across it, which are all alike. "
        "Across: by which factor is a small circle around the centre made larger? Along: what is the slope of the "
        "new distance as a function of the old one?",
        "Across it is one plus beta / (alpha + r), along it is the derivative in r of r times that. For the slope at "
        "the centre, see to it that no root of zero is differentiated: two `jnp.where`, one inside the root.",
    ),
    checks=(
        one_point_gives_a_point_and_a_number,
        it_moves_points_as_it_should,
        logdet_is_that_of_its_jacobian,
        it_holds_in_any_number_of_dimensions,
        the_centre_is_a_point_like_any_other,
    ),
    variants=(with_a_little_added, in_numpy),
    mistakes=(
        Mistake(
            "distance-by-coordinates",
            one_edit("r = distance(z, z_ref)", "r = jnp.abs(z - z_ref)"),
            "Your r has an entry for each coordinate, and so has the log-determinant. The distance of two points is "
            "one number.",
            caught_by=one_point_gives_a_point_and_a_number,
        ),
        Mistake(
            "away-from-the-origin",
            one_edit("z + beta * h * (z - z_ref)", "z + beta * h * z"),
            "Points are pushed away from the origin, by an amount that depends on their distance from z_ref. Which "
            "point should stay where it is?",
            caught_by=it_moves_points_as_it_should,
        ),
        Mistake(
            "distance-squared",
            one_edit("r = distance(z, z_ref)", "r = jnp.sum((z - z_ref) ** 2)"),
            "Far out your layer fades too quickly: twice as far has to be twice the distance, and with yours it is "
            "four times.",
            caught_by=it_moves_points_as_it_should,
        ),
        Mistake(
            "sign-of-the-slope-of-h",
            lambda params, z: _with(params, z, lambda d, a, c: (d - 1) * jnp.log1p(a) + jnp.log1p(a - c)),
            "Along the ray you have the stretch too large where beta is positive. The push becomes *weaker* with the "
            "distance: which sign has its slope?",
            also=lambda params, z: (
                radial(params, z)[0],
                jnp.log1p(params.beta / (params.alpha + distance(z, params.z_ref)))
                + jnp.log1p(params.beta * (params.alpha + 2 * distance(z, params.z_ref))
                            / (params.alpha + distance(z, params.z_ref)) ** 2),
            ),
            caught_by=logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "d-times-across",
            lambda params, z: _with(params, z, lambda d, a, c: d * jnp.log1p(a) + jnp.log1p(a + c)),
            "In the plane you count three factors. There are as many as there are dimensions: how many directions are "
            "left across a ray?",
            caught_by=logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "sign-of-the-log-det",
            lambda params, z: (radial(params, z)[0], -radial(params, z)[1]),
            "A layer that pushes everything outwards makes space larger, and you say smaller. Which way did you go?",
            caught_by=logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "the-same-in-all-directions",
            lambda params, z: _with(params, z, lambda d, a, c: d * jnp.log1p(a)),
            "You stretch along the ray as much as across it. Two points one behind the other are moved by different "
            "amounts.",
            caught_by=logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "written-for-the-plane",
            lambda params, z: _with(params, z, lambda d, a, c: jnp.log1p(a) + jnp.log1p(a + c)),
            "Right in the plane. With one coordinate there is no direction across, with twenty there are nineteen.",
            caught_by=it_holds_in_any_number_of_dimensions,
        ),
        Mistake(
            "nan-at-the-centre",
            _plain_norm,
            "At z = z_ref the value is right and the slope is nan: a root has no slope at zero. One point at the "
            "centre, a start with all zeros for example, and training is over.",
            caught_by=the_centre_is_a_point_like_any_other,
        ),
    ),
    answer="""
Put z - z_ref = r e with a unit vector e. The layer leaves e alone and sends r to g(r) = r (1 + beta h(r)), h = 1 /
(alpha + r). Across the ray, on a sphere around z_ref, all lengths are multiplied by g(r) / r = 1 + beta h, and there
are d - 1 such directions. Along the ray it is g'(r) = 1 + beta h + beta h' r with h' = -h^2, which is the same as
1 + alpha beta / (alpha + r)^2.

The norm has a kink at zero, and JAX returns 0/0 there. Its value is 0; y needs no slope of it at that point, since it
is multiplied by z - z_ref. A `where` around the root alone does not help, because the branch that is not taken is
differentiated too: the zero has to be replaced inside.
""",
    afterword="One eigenvalue along the ray, d - 1 across it.",
)
