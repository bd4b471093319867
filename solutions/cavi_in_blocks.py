"""CAVI for a Gaussian mixture of many points: the update of 2.8 in D dimensions, block by block.

One iteration reads all points and keeps none of the N x K responsibilities, so its memory is that of the data and of
one block. A block is small enough to stay in a processor's cache, and within it the points are the last axis: sums
over components then run over contiguous numbers.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

BLOCK = 4096  # points: 40,000 numbers for 10 components, 160 kB


class Blocks(NamedTuple):
    """Points, padded to whole blocks.

    Fields:
        x: [blocks, D, BLOCK].
        weight: 1 for a point, 0 for padding, [blocks, BLOCK].
    """

    x: Float[Array, "blocks D n"]
    weight: Float[Array, "blocks n"]


class Means(NamedTuple):
    """Variational parameters of the component means, q(mu_k) = N(m_k, s2_k I).

    Fields:
        m: [K, D].
        s2: a variance each, [K].
    """

    m: Float[Array, "K D"]
    s2: Float[Array, " K"]


@functools.partial(jax.jit, static_argnames="block")
def in_blocks(x: Float[Array, "N D"], block: int = BLOCK) -> Blocks:
    """Cut points into blocks. Raises ValueError for an array that is not [N, D]."""
    if x.ndim != 2:
        raise ValueError(f"x has shape {x.shape}. Pass points as [N, D]; scalars are x[:, None].")
    n = -(-x.shape[0] // block)
    padded = jnp.pad(x, ((0, n * block - x.shape[0]), (0, 0)))
    weight = (jnp.arange(n * block) < x.shape[0]).astype(x.dtype)
    return Blocks(padded.reshape(n, block, x.shape[1]).transpose(0, 2, 1), weight.reshape(n, block))


def _totals(points: Blocks, q: Means) -> tuple[Float[Array, " K"], Float[Array, "K D"]]:
    """Responsibilities summed over the points, and the points so weighted."""
    m, s2 = q
    offset = -0.5 * (m.shape[1] * s2 + jnp.sum(m**2, axis=1))[:, None]

    def add(totals, block):
        x, weight = block
        logits = m @ x + offset
        phi = jnp.exp(logits - jnp.max(logits, axis=0))
        phi = phi * (weight / jnp.sum(phi, axis=0))
        return (totals[0] + jnp.sum(phi, axis=1), totals[1] + phi @ x.T), None

    return jax.lax.scan(add, (jnp.zeros_like(s2), jnp.zeros_like(m)), points)[0]


@functools.partial(jax.jit, static_argnames="iterations")
def fit(points: Blocks, q: Means, sigma2: float, iterations: int) -> Means:
    """That many iterations of CAVI from `q`, for mu_k ~ N(0, sigma2 I), uniform c and unit noise.

    Blei, Kucukelbir and McAuliffe 2017, algorithm 2, with a variance for all D coordinates of a mean.
    """

    def iterate(_, q):
        n, total = _totals(points, q)
        s2 = 1 / (1 / sigma2 + n)
        return Means(s2[:, None] * total, s2)

    return jax.lax.fori_loop(0, iterations, iterate, q)
