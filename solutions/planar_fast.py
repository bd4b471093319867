"""A planar flow fitted to an energy, fast: what question 5.6 asks for, laid out for the machine.

The readable answer maps one point at a time through K layers, and `vmap` makes rows [n, 2] of it. Here the two
coordinates are two vectors of n numbers each, so that every operation of a layer runs over contiguous numbers and no
product of tiny matrices is left. Whatever depends on the parameters alone is taken out of the loop over layers: there
it would be done K times, forwards and backwards, for numbers that are the same for all points.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from dflvi.types import Key, Scalar
from solutions.flows.planar_push import invertible


class Layers(NamedTuple):
    """What a layer does to points, ready for the loop: each field has a leading axis K."""

    u: Float[Array, "K 2"]
    w: Float[Array, "K 2"]
    b: Float[Array, " K"]
    slope: Float[Array, " K"]


def prepared(layers: Any) -> Layers:
    """Lawful u, and w . u, for the whole stack at once."""
    u, w, b = invertible(layers)
    return Layers(u, w, b, jnp.sum(w * u, axis=-1))


def push(params: Any, eps: Float[Array, "2 n"]) -> tuple[Float[Array, "2 n"], Float[Array, " n"]]:
    """`planar_push` for n draws, a row for each coordinate."""
    mean, log_s = params["mean"], params["log_s"]
    x, y = jnp.expand_dims(mean, 1) + jnp.expand_dims(jnp.exp(log_s), 1) * eps
    base = -jnp.log(2 * jnp.pi) - 0.5 * (eps[0] ** 2 + eps[1] ** 2) - jnp.sum(log_s)

    def layer(carry, one):
        x, y, volume = carry
        (u1, u2), (w1, w2), b, slope = one
        h = jnp.tanh(w1 * x + w2 * y + b)
        return (x + u1 * h, y + u2 * h, volume + jnp.log1p((1 - h * h) * slope)), None

    (x, y, volume), _ = jax.lax.scan(layer, (x, y, jnp.zeros_like(x)), prepared(params["layers"]))
    return jnp.stack([x, y]), base - volume


def free_energy(params: Any, eps: Float[Array, "2 n"], U: Callable, beta: float | Scalar = 1.0) -> Scalar:
    """The mean of log q + beta U over the points that the draws are carried to. U takes one point."""
    z, log_q = push(params, eps)
    return jnp.mean(log_q + beta * jax.vmap(U, 1)(z))


@partial(jax.jit, static_argnames=("U", "steps", "n", "rate"))
def fit(params: Any, key: Key, U: Callable, steps: int, n: int = 256, rate: float = 0.01) -> Any:
    """All steps in one program, with annealing over the first quarter and a rate that falls to zero."""
    optimizer = optax.adam(optax.cosine_decay_schedule(rate, steps))

    def step(carry, now):
        params, state = carry
        key, beta = now
        slopes = jax.grad(free_energy)(params, jax.random.normal(key, (2, n)), U, beta)
        updates, state = optimizer.update(slopes, state, params)
        return (optax.apply_updates(params, updates), state), None

    betas = jnp.minimum(1.0, 0.01 + 4 * jnp.linspace(0, 1, steps))
    start = params, optimizer.init(params)
    return jax.lax.scan(step, start, (jax.random.split(key, steps), betas))[0][0]
