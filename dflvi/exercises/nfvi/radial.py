"""6.3  One radial layer."""

# Built from solutions/nfvi/radial.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import planar_flows
from dflvi.checking.compare import T32_LOOSE, T64, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise
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
    raise NotImplementedError("yours to write")

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
)
