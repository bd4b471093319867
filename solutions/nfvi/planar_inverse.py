"""6.3  A planar layer, backwards."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import planar_flows
from dflvi.checking.compare import T64, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake
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
    u, w, b = params
    c, wu = w @ y, w @ u

    def halve(_, bounds):
        low, high = bounds
        middle = 0.5 * (low + high)
        too_far = middle + wu * jnp.tanh(middle + b) > c
        return jnp.where(too_far, low, middle), jnp.where(too_far, middle, high)

    low, high = jax.lax.fori_loop(0, 60, halve, (c - jnp.abs(wu), c + jnp.abs(wu)))
    return y - u * jnp.tanh(0.5 * (low + high) + b)


# ---- other right answers ----------------------------------------------------------------------


def with_newton(params, y):
    """A few halvings, and then Newton's steps."""
    u, w, b = params
    c, wu = jnp.sum(w * y), jnp.sum(w * u)
    low, high = c - jnp.abs(wu) - 1, c + jnp.abs(wu) + 1
    for _ in range(8):
        a = (low + high) / 2
        low, high = jnp.where(a + wu * jnp.tanh(a + b) < c, jnp.array([a, high]), jnp.array([low, a]))
    a = (low + high) / 2
    for _ in range(6):
        h = jnp.tanh(a + b)
        a = a - (a + wu * h - c) / (1 + wu * (1 - h * h))
    return y - u * jnp.tanh(a + b)


def in_numpy(params, y):
    """NumPy, with steps of half the size from the left end, and the rest of y as it is."""
    u, w, b = (np.asarray(one, np.float64) for one in params)
    y = np.asarray(y, np.float64)
    c, wu = float(w @ y), float(w @ u)
    a, step = c - abs(wu), abs(wu)
    while step > 1e-13 * (1 + abs(c)):
        if a + step + wu * np.tanh(a + step + b) <= c:
            a += step
        step /= 2
    return y - u * np.tanh(a + b)


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def _by_halving(params, y, bounds, n=60, c=None, b=None):
    """The reference with other bounds, steps, right side or bias."""
    u, w, own = params
    c, b, wu = w @ y if c is None else c, own if b is None else b, w @ u
    low, high = bounds(c, jnp.abs(wu))
    for _ in range(n):
        middle = 0.5 * (low + high)
        too_far = middle + wu * jnp.tanh(middle + b) > c
        low, high = jnp.where(too_far, low, middle), jnp.where(too_far, middle, high)
    return y - u * jnp.tanh(0.5 * (low + high) + own)


def _wide(c, wu):
    return c - wu, c + wu


def _by_repeating(params, y, n=40):
    """The fixed-point iteration that does not converge where w . u is large."""
    u, w, b = params
    z = y
    for _ in range(n):
        z = y - u * jnp.tanh(w @ z + b)
    return z


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
    variants=(with_newton, in_numpy),
    mistakes=(
        Mistake(
            "the-number-along-w",
            lambda params, y: params.w @ planar_inverse(params, y),
            "You have found w . z, which is the hard part, and you return it. The point itself is one line further.",
            caught_by=one_point_comes_back,
        ),
        Mistake(
            "taken-back-from-where-it-is-now",
            lambda params, y: y - params.u * jnp.tanh(params.w @ y + params.b),
            "You move the point back by what the layer would do to it *now*. It was moved by what the layer did "
            "where it came from.",
            also=lambda params, y: _by_repeating(params, y, 1),
            caught_by=it_undoes_layers,
        ),
        Mistake(
            "repeated-substitution",
            _by_repeating,
            "Putting the result in again and again settles for weak layers only. With w . u = 2.5 it jumps to and fro "
            "for ever; something is needed that cannot overshoot.",
            caught_by=it_undoes_layers,
        ),
        Mistake(
            "bias-forgotten",
            lambda params, y: _by_halving(params, y, _wide, b=0.0),
            "With b = 0 your root is right. The layer bends at w . z = -b, and the equation on the line has to know.",
            caught_by=it_undoes_layers,
        ),
        Mistake(
            "a-bracket-around-zero",
            lambda params, y: _by_halving(params, y, lambda c, wu: (-10.0 - 0 * c, 10.0 + 0 * c)),
            "With b near 0 all is well. A layer with b = -25 bends at w . z = 25, and your interval does not reach "
            "there: where the root lies depends on y.",
            caught_by=it_undoes_them_far_out_as_well,
        ),
        Mistake(
            "too-few-halvings",
            lambda params, y: _by_halving(params, y, _wide, 12),
            "Your points are right to three digits. Every halving gives one binary digit, and a double has 53.",
            caught_by=it_does_so_to_the_last_digits,
        ),
    ),
    answer="""
Multiplied by w, the layer reads a + (w . u) tanh(a + b) = c with a = w . z and c = w . y. The left side has the slope
1 + (w . u)(1 - tanh^2) >= 0 for lawful parameters, so there is one root, and it lies between c - |w . u| and
c + |w . u|. Then z = y - u tanh(a + b).

Sixty tanhs for one point, in sequence, where the way there took one: that is what it means that a planar flow is hard
to invert. It can be done, and nobody wants it in the inner loop of a training. Newton's method takes fewer steps and
can leave the interval where w . u is near -1.
""",
    afterword="One unknown number, however many dimensions: but sixty steps for it.",
)
