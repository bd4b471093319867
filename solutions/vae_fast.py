"""The training of question 4.5, fast: the same numbers as `train_vae`, laid out for the machine.

The readable answer scores one image at a time and lets JAX differentiate the score. Here the whole batch goes through
each layer as one matrix, and the slope of the Bernoulli score, p - x, is written down: what autodiff makes of a
softplus costs a second pass over all pixels. One epoch is one compiled program; it shuffles by itself, draws the noise
of all steps at once, and uses up what it is given to start from, so that no second copy of the state is made. Images
may stay bytes until their batch is read.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Shaped

from dflvi import nets
from dflvi.types import Key, Scalar

ADAM = optax.adam(1e-3)


class Run(NamedTuple):
    """Where a training stands: the parameters, and what Adam remembers."""

    params: Any
    state: Any


def start(params: Any) -> Run:
    """A run that has not begun. It holds a copy of params, so that these outlive the first epoch."""
    params = jax.tree.map(jnp.copy, params)
    return Run(params, ADAM.init(params))


@jax.custom_vjp
def minus_log_prob(logits: Float[Array, "n D"], x: Float[Array, "n D"]) -> Scalar:
    """The sum of -log p over all pixels of all images."""
    return jnp.sum(jnp.maximum(logits, 0) - x * logits + jnp.log1p(jnp.exp(-jnp.abs(logits))))


def _with_slope(logits, x):
    return minus_log_prob(logits, x), jax.nn.sigmoid(logits) - x


minus_log_prob.defvjp(_with_slope, lambda slope, weight: (weight * slope, None))


def neg_elbo(params: Any, eps: Float[Array, "n d"], x: Float[Array, "n D"]) -> Scalar:
    """`neg_elbo` of 4.5 for given noise."""
    mu, logvar = jnp.split(nets.apply_mlp(params["encoder"], x), 2, axis=1)
    logits = nets.apply_mlp(params["decoder"], mu + jnp.exp(0.5 * logvar) * eps)
    kl = 0.5 * jnp.sum(jnp.exp(logvar) + mu**2 - 1 - logvar)
    return (minus_log_prob(logits, x) + kl) / len(x)


@partial(jax.jit, static_argnames="batch", donate_argnames="run")
def epoch(run: Run, key: Key, X: Shaped[Array, "N D"], batch: int = 128) -> tuple[Run, Scalar]:
    """Every image once, less the last few that fill no batch. The order and the noise are those of `train_vae`.

    Args:
        run: from `start` or from the epoch before; it is gone afterwards.
        key: a PRNG key.
        X: binary images, as bytes or floats.
        batch: images a step.

    Returns:
        the run as it stands now, and the mean of the losses.
    """
    d = len(run.params["decoder"][0][0])
    order, key = jax.random.split(key)
    steps = len(X) // batch
    rows = jax.random.permutation(jax.random.fold_in(order, 0), len(X))[: steps * batch].reshape(steps, batch)
    noise = jax.vmap(lambda key: jax.random.normal(key, (batch, d)))(jax.random.split(key, steps))

    def step(run, now):
        rows, eps = now
        x = X.at[rows].get(mode="promise_in_bounds").astype(jnp.float32)
        loss, slopes = jax.value_and_grad(neg_elbo)(run.params, eps, x)
        updates, state = ADAM.update(slopes, run.state, run.params)
        return Run(optax.apply_updates(run.params, updates), state), loss

    run, losses = jax.lax.scan(step, run, (rows, noise))
    return run, jnp.mean(losses)
