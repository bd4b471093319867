"""6.3  A radial layer, backwards."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import planar_flows
from dflvi.checking.compare import T64, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    z_ref, alpha, beta = params
    after = jnp.sqrt(jnp.sum((y - z_ref) ** 2))
    p = after - alpha - beta
    before = 0.5 * (p + jnp.sqrt(p**2 + 4 * alpha * after))
    away = after > 0
    share = jnp.where(away, before / jnp.where(away, after, 1.0), 0.0)
    return z_ref + share * (y - z_ref)


# ---- other right answers ----------------------------------------------------------------------


def by_halving(params, y):
    """Sixty halvings of an interval for the old distance; the factor of the layer undone."""
    off = y - params.z_ref
    after = jnp.linalg.norm(off)

    def halve(bounds, _):
        middle = jnp.mean(bounds)
        too_far = middle * (1 + params.beta / (params.alpha + middle)) > after
        return jnp.where(too_far, bounds.at[1].set(middle), bounds.at[0].set(middle)), None

    ends = jnp.stack([0 * after, after + jnp.abs(params.beta)])
    r = jax.lax.scan(halve, ends, None, length=60)[0].mean()
    return params.z_ref + off / (1 + params.beta / (params.alpha + r))


def in_numpy(params, y):
    """NumPy, the root without a difference of like numbers."""
    centre, alpha, beta = (np.asarray(one) for one in params)
    off = np.asarray(y) - centre
    after = np.linalg.norm(off)
    p = after - alpha - beta
    root = np.sqrt(p * p + 4 * alpha * after)
    r = (p + root) / 2 if p > 0 else 2 * alpha * after / (root - p + 1e-300)
    return centre + off * (alpha + r) / (alpha + r + beta)


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------

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
    variants=(by_halving, in_numpy),
    mistakes=(
        Mistake(
            "the-distance-itself",
            one_edit("return z_ref + share * (y - z_ref)", "return before"),
            "The old distance to the centre is right, and it is a number. Which point lies at that distance, in the "
            "direction of y?",
            caught_by=one_point_comes_back,
        ),
        Mistake(
            "beta-with-a-minus",
            lambda params, y: y - params.beta / (params.alpha + jnp.linalg.norm(y - params.z_ref)) * (y - params.z_ref),
            "You take back what the layer would do at y. It was done at z, at another distance, and was another "
            "amount.",
            also=lambda params, y: params.z_ref + (y - params.z_ref) * (
                1 - params.beta / (params.alpha + jnp.sqrt(jnp.sum((y - params.z_ref) ** 2)))
            ),
            caught_by=it_undoes_layers,
        ),
        Mistake(
            "divided-by-the-factor-at-y",
            lambda params, y: params.z_ref
            + (y - params.z_ref) / (1 + params.beta / (params.alpha + jnp.linalg.norm(y - params.z_ref))),
            "You divide by the factor of the layer, and put the new distance into it. The factor was made from the "
            "old one, which is what you are looking for.",
            caught_by=it_undoes_layers,
        ),
        Mistake(
            "the-other-root",
            one_edit("0.5 * (p + jnp.sqrt", "0.5 * (p - jnp.sqrt"),
            "Your points land on the far side of the centre: a distance came out negative. The equation has two "
            "roots.",
            caught_by=it_undoes_layers,
        ),
        Mistake(
            "back-to-the-origin",
            one_edit("return z_ref + share * (y - z_ref)", "return share * (y - z_ref)"),
            "All your points are off by the centre. Distances were measured from there, so they start there too.",
            caught_by=it_undoes_layers,
        ),
        Mistake(
            "nan-at-the-centre",
            one_edit("share = jnp.where(away, before / jnp.where(away, after, 1.0), 0.0)", "share = before / after"),
            "At y = z_ref you return nan: zero over zero. The centre stays where it is, and its direction does not "
            "matter.",
            caught_by=the_centre_stays,
        ),
    ),
    answer="""
r' = r (1 + beta / (alpha + r)), so r' (alpha + r) = r (alpha + beta + r), and

r = 0.5 [p + sqrt(p^2 + 4 alpha r')] with p = r' - alpha - beta.

The other root is negative. Then z = z_ref + (y - z_ref) r / r'. Each layer costs two square roots on the way back and
one on the way there: a radial flow is as quick backwards as forwards, unlike a planar one. Where p is negative and
large, p + sqrt(...) loses digits; 2 alpha r' / (sqrt(...) - p) is the same root and does not.
""",
    afterword="A square root, and one could have both directions for the price of one.",
)
