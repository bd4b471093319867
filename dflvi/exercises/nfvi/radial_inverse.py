"""6.3  A radial layer, backwards."""

# Built from solutions/nfvi/radial_inverse.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import planar_flows
from dflvi.checking.compare import T64, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Radial


def radial_inverse(params: Radial, y: Float[Array, " d"]) -> Float[Array, " d"]:
    """Undo one radial layer: the point z that z + beta / (alpha + r) (z - z_ref) carries to y, r = |z - z_ref|.

    Args:
        params: `Radial(z_ref, alpha, beta)`, lawful: alpha > 0 and beta >= -alpha. It is checked with a beta of
            -0.9 alpha or more.
        y: one point, [d]. It may be z_ref, which stays where it is.

    Returns:
        z: the point before, [d].

    The layer changes distances to z_ref and keeps directions. How the new distance depends on the old one can be solved
    for the old one, in closed form; halving an interval is right too, if it goes on to the last digits. Nobody will
    differentiate it. (The layer: Rezende and Mohamed 2015, eq. 14.)
    """
    raise NotImplementedError("yours to write")

_N, _D = 10, 3


def _called(attempt, layers, y, where):
    got = has_shape(attempt.float64.vmap(0, 0)(layers, y), (_N, _D), where=where, what="z")
    return finite(got, where=where, what="z")


def one_point_comes_back(attempt):
    layer = planar_flows.random_radial(attempt.rng, _D)
    y = attempt.rng.normal(size=_D).astype(np.float32)
    finite(has_shape(attempt(type(layer)(*(one.astype(np.float32) for one in layer)), y), (_D,), what="z"), what="z")


def it_undoes_layers(attempt):
    layers = planar_flows.random_radial(attempt.rng, _D, _N)
    z = 1.5 * attempt.rng.normal(size=(_N, _D))
    where = f"{_N} layers, beta from -0.9 alpha to 1.6 alpha, d = {_D}"
    y = planar_flows.radial(layers, z)[0]
    close(_called(attempt, layers, y, where), z, T64, where=where, what="z", says="the point that is carried to y")


def the_centre_stays(attempt):
    layers = planar_flows.random_radial(attempt.rng, _D, _N)
    where = f"{_N} layers, y = z_ref"
    close(_called(attempt, layers, layers.z_ref, where), layers.z_ref, T64, where=where, what="z", says="the centre")


exercise = Exercise(
    radial_inverse,
    question="6.3",
    minutes=12,
    difficulty=2,
    hints=(
        "How does the new distance to the centre depend on the old one? Directions stay.",
        "Multiply by alpha + r and sort by powers of r. Which kind of equation is it, and which of its roots is a "
        "distance?",
        "r^2 + (alpha + beta - r') r - alpha r' = 0, with r' the distance of y. The product of the roots is negative, "
        "so that one of them is positive. Then scale y - z_ref by r / r', and mind r' = 0.",
    ),
    checks=(
        one_point_comes_back,
        it_undoes_layers,
        the_centre_stays,
    ),
)
