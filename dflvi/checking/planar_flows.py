"""The judge's planar and radial flows, in NumPy float64: forwards, backwards, and their densities.

A layer's fields have leading axes or none; points are [..., d], and the two broadcast. A stack has its layers along
the last axis but one of u, w and z_ref, and along the last of b, alpha and beta: `Planar(u [..., K, d], w, b)`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from dflvi.types import Planar, Radial

Array = np.ndarray


def standard_normal(z: Array) -> Array:
    """The log density of N(0, I) at points [..., d], in nats."""
    z = np.asarray(z, np.float64)
    return -0.5 * np.sum(z**2 + np.log(2 * np.pi), axis=-1)


# ---- lawful parameters ------------------------------------------------------------------------


def softplus(a: Array) -> Array:
    """log(1 + exp(a)), without overflow."""
    return np.logaddexp(0.0, np.asarray(a, np.float64))


def m_paper(a: Array) -> Array:
    """The paper's m: above -1, and log 2 - 1 at 0."""
    return softplus(a) - 1


def m_shifted(a: Array) -> Array:
    """The same with its argument moved, so that m(0) = 0."""
    return softplus(np.asarray(a, np.float64) + np.log(np.e - 1)) - 1


def constrained(u: Array, w: Array, m: Callable = m_paper) -> Array:
    """u, moved along w until w . u is m(w . u). u and w are [..., d]."""
    u, w = np.asarray(u, np.float64), np.asarray(w, np.float64)
    wu = np.sum(w * u, axis=-1)
    return u + ((m(wu) - wu) / np.sum(w**2, axis=-1))[..., None] * w


def lawful_planar(raw: Any, m: Callable = m_paper) -> Planar:
    """A planar layer or stack whose u is made lawful."""
    u, w, b = (np.asarray(field, np.float64) for field in raw)
    return Planar(constrained(u, w, m), w, b)


def random_planar(rng: np.random.Generator, d: int, K: int | None = None, size: float = 1.0) -> Planar:
    """Lawful random layers in float64, with w . u between -0.8 and 2.5. K None: one layer without that axis.

    `size` is that of u across w. Numbers are such as float32 has, so that an answer is given exactly these.
    """
    lead = () if K is None else (K,)
    w = rng.normal(size=(*lead, d))
    w *= rng.uniform(0.7, 1.8, size=(*lead, 1)) / np.linalg.norm(w, axis=-1, keepdims=True)
    u, length2 = size * rng.normal(size=(*lead, d)), np.sum(w**2, axis=-1, keepdims=True)
    u += (rng.uniform(-0.8, 2.5, size=(*lead, 1)) - np.sum(w * u, axis=-1, keepdims=True)) / length2 * w
    return Planar(*(_as_float32(field) for field in (u, w, rng.normal(size=lead))))


def random_radial(rng: np.random.Generator, d: int, K: int | None = None, size: float = 1.0) -> Radial:
    """Lawful random layers in float64, with beta on both sides of zero and at least -0.9 alpha."""
    lead = () if K is None else (K,)
    alpha = np.exp(0.4 * rng.normal(size=lead))
    beta = alpha * (-0.9 + 2.5 * rng.uniform(size=lead))
    return Radial(*(_as_float32(field) for field in (size * rng.normal(size=(*lead, d)), alpha, beta)))


def _as_float32(numbers: Any) -> Array:
    return np.asarray(numbers, np.float32).astype(np.float64)


# ---- forwards ---------------------------------------------------------------------------------


def planar(layer: Any, z: Array) -> tuple[Array, Array]:
    """Points [..., d] one planar layer further, and log |det| of it there [...]."""
    u, w, b = (np.asarray(field, np.float64) for field in layer)
    z = np.asarray(z, np.float64)
    h = np.tanh(np.sum(w * z, axis=-1) + b)
    slope = 1 + (1 - h**2) * np.sum(w * u, axis=-1)
    return z + u * h[..., None], _log_abs(slope)


def radial(layer: Any, z: Array) -> tuple[Array, Array]:
    """Points [..., d] one radial layer further, and log |det| of it there [...]."""
    centre, alpha, beta = (np.asarray(field, np.float64) for field in layer)
    z = np.asarray(z, np.float64)
    r = np.linalg.norm(z - centre, axis=-1)
    across = 1 + beta / (alpha + r)  # by which directions across the ray are stretched ...
    along = 1 + alpha * beta / (alpha + r) ** 2  # ... and the one along it
    return centre + across[..., None] * (z - centre), (z.shape[-1] - 1) * _log_abs(across) + _log_abs(along)


FORWARD = {"planar": planar, "radial": radial}


def chain(kind: str, stack: Any, z: Array) -> tuple[Array, Array]:
    """Points [..., d] through all layers, and the sum of the log |det|s on the way [...]."""
    z, total = np.asarray(z, np.float64), 0.0
    for layer in layers(stack):
        z, one = FORWARD[kind](layer, z)
        total = total + one
    return z, np.broadcast_to(total, z.shape[:-1])


def layers(stack: Any) -> Iterator[Any]:
    """The layers of a stack, each with the leading axes that the stack has before the axis of layers."""
    fields = [np.asarray(field, np.float64) for field in stack]
    vector = [field.ndim == max(one.ndim for one in fields) for field in fields]
    for k in range(fields[-1].shape[-1]):
        yield type(stack)(*(f[..., k, :] if is_vector else f[..., k] for f, is_vector in zip(fields, vector)))


def _log_abs(numbers: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.log(np.abs(numbers))


# ---- backwards --------------------------------------------------------------------------------


def planar_inverse(layer: Any, y: Array) -> Array:
    """The points that a lawful planar layer carries to y [..., d], by bisection along w."""
    u, w, b = (np.asarray(field, np.float64) for field in layer)
    y = np.asarray(y, np.float64)
    wu, c = np.sum(w * u, axis=-1), np.sum(w * y, axis=-1)
    wu, c, b = np.broadcast_arrays(wu, c, b)
    low, high = c - np.abs(wu), c + np.abs(wu)  # a + wu tanh(a + b) = c, and a tanh is between -1 and 1
    for _ in range(80):
        middle = 0.5 * (low + high)
        above = middle + wu * np.tanh(middle + b) > c
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return y - u * np.tanh(0.5 * (low + high) + b)[..., None]


def radial_inverse(layer: Any, y: Array) -> Array:
    """The points that a lawful radial layer carries to y [..., d], from a quadratic equation for the radius."""
    centre, alpha, beta = (np.asarray(field, np.float64) for field in layer)
    y = np.asarray(y, np.float64)
    after = np.linalg.norm(y - centre, axis=-1)
    p = after - alpha - beta
    root = np.sqrt(p**2 + 4 * alpha * after)
    # the second form of the same root loses no digits where p is negative
    before = np.where(p >= 0, 0.5 * (p + root), 2 * alpha * after / np.where(p >= 0, 1.0, root - p))
    at_centre = after == 0
    share = np.where(at_centre, 0.0, before / np.where(at_centre, 1.0, after))
    return centre + share[..., None] * (y - centre)


INVERSE = {"planar": planar_inverse, "radial": radial_inverse}


def chain_inverse(kind: str, stack: Any, y: Array) -> Array:
    """The points that all layers together carry to y [..., d]."""
    for layer in reversed(list(layers(stack))):
        y = INVERSE[kind](layer, y)
    return np.asarray(y, np.float64)


def log_density(kind: str, stack: Any, y: Array, base: Callable = standard_normal) -> Array:
    """The log density [...] at any points y [..., d] of what the layers make of the base."""
    before = chain_inverse(kind, stack, y)
    return base(before) - chain(kind, stack, before)[1]
