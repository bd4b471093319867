"""6.3  One planar layer."""

# Built from solutions/nfvi/planar.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import planar_flows
from dflvi.checking.compare import T32_LOOSE, T64, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise
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
    raise NotImplementedError("yours to write")

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
)
