"""6.3  A planar layer, backwards."""

# Built from solutions/nfvi/planar_inverse.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import planar_flows
from dflvi.checking.compare import T64, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Planar


def planar_inverse(params: Planar, y: Float[Array, " d"]) -> Float[Array, " d"]:
    """Undo one planar layer: the point z that z + u tanh(w . z + b) carries to y.

    Args:
        params: `Planar(u, w, b)`, lawful: w . u >= -1. It is checked with w . u from -0.8 to 2.5.
        y: one point, [d], anywhere.

    Returns:
        z: the point before, [d], to the last digits that the numbers have: in float64 to about 1e-9.

    There is no formula for it. But only one number of z is unknown, a = w . z; once it is there, all of z follows. It
    is the root of an equation on the line, and the left side of that rises, so that halving an interval always finds
    it: 60 halvings are enough for either dtype. Nobody will differentiate it. (The layer: Rezende and Mohamed 2015,
    eq. 10.)
    """
    raise NotImplementedError("yours to write")

_N, _D = 10, 3


def _cases(rng, far=0.0):
    """So many layers [n, ...], a point of each, and where it is put; bends and points at w . z around `far`."""
    layers = planar_flows.random_planar(rng, _D, _N)
    # half of them push and half of them pull, and strongly so
    wanted = np.where(np.arange(_N) % 2 == 0, 2.5, -0.8)
    have, length2 = np.sum(layers.w * layers.u, axis=1), np.sum(layers.w**2, axis=1)
    layers = layers._replace(u=layers.u + ((wanted - have) / length2)[:, None] * layers.w)
    z = 1.5 * rng.normal(size=(_N, _D)) + far * layers.w / np.sum(layers.w**2, axis=1, keepdims=True)
    layers = layers._replace(b=layers.b - far)
    return layers, z, planar_flows.planar(layers, z)[0]


def _called(attempt, layers, y, where):
    got = has_shape(attempt.float64.vmap(0, 0)(layers, y), (_N, _D), where=where, what="z")
    return finite(got, where=where, what="z")


def one_point_comes_back(attempt):
    layer = planar_flows.random_planar(attempt.rng, _D)
    y = attempt.rng.normal(size=_D).astype(np.float32)
    finite(has_shape(attempt(type(layer)(*(one.astype(np.float32) for one in layer)), y), (_D,), what="z"), what="z")


def it_undoes_layers(attempt):
    layers, z, y = _cases(attempt.rng)
    where = f"{_N} layers, w . u = 2.5 and -0.8 in turn, d = {_D}"
    close(_called(attempt, layers, y, where), z, Tolerance(0.02, 0.02), where=where, what="z",
          says="the point that the layer carries to y, roughly")  # fmt: skip


def it_undoes_them_far_out_as_well(attempt):
    layers, z, y = _cases(attempt.rng, far=25.0)
    where = f"{_N} layers with b around -25, so that they bend far out, and points there, d = {_D}"
    close(_called(attempt, layers, y, where), z, Tolerance(0.02, 0.002), where=where, what="z",
          says="the point that the layer carries to y, roughly")  # fmt: skip


def it_does_so_to_the_last_digits(attempt):
    layers, z, y = _cases(attempt.rng)
    where = f"{_N} layers, w . u = 2.5 and -0.8 in turn, d = {_D}, float64"
    close(_called(attempt, layers, y, where), z, T64, where=where, what="z", says="the point that is carried to y")


exercise = Exercise(
    planar_inverse,
    question="6.3",
    minutes=18,
    difficulty=2,
    hints=(
        "If you knew how far the point was moved along u, you could move it back. On which single number of z does "
        "that depend?",
        "Multiply the equation of the layer by w from the left. What is left is an equation for w . z alone. Why does "
        "its left side rise, and between which two numbers must the root lie?",
        "The tanh is between -1 and 1, so the root is within |w . u| of w . y. Halve that interval sixty times in a "
        "`jax.lax.fori_loop`, choose the half by comparing the left side at its middle with w . y, and move y back.",
    ),
    checks=(
        one_point_comes_back,
        it_undoes_layers,
        it_undoes_them_far_out_as_well,
        it_does_so_to_the_last_digits,
    ),
)
