"""The one training loop of the course: Optax steps in a `lax.scan`, compiled as a whole; and how long to run."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from dflvi.types import Key, Scalar


@partial(jax.jit, static_argnames=("loss", "steps", "optimizer", "numbered"))
def fit(
    loss: Callable[..., Scalar],
    params: Any,
    key: Key,
    steps: int,
    optimizer: optax.GradientTransformation,
    numbered: bool = False,
) -> tuple[Any, Float[Array, " steps"]]:
    """Minimise `loss` by stochastic gradient steps.

    Args:
        loss: (params, key) -> a number to be made small. A loss without randomness ignores the key.
        params: where to start, any pytree of floating arrays.
        key: split once into a key for each step.
        steps: how many.
        optimizer: from Optax, `optax.adam(1e-3)` for example.
        numbered: the loss changes with time: it is called as (params, key, t), t the number of the step, 0.0 at first.

    Returns:
        params: after the last step, in the structure of the first.
        losses: the loss before each step, [steps].

    The loop is compiled anew for each new `loss`: define it once, outside of any loop of your own.
    """

    def step(carry, key_and_number):
        params, state = carry
        value, grads = jax.value_and_grad(loss)(params, *key_and_number)
        updates, state = optimizer.update(grads, state, params)
        return (optax.apply_updates(params, updates), state), value

    keys = jax.random.split(key, steps)
    every = (keys, jnp.arange(float(steps))) if numbered else (keys,)
    (params, _), losses = jax.lax.scan(step, (params, optimizer.init(params)), every)
    return params, losses


def full_or_quick(full: Any, quick: Any) -> Any:
    """`full`, or `quick` where DFLVI_QUICK=1 asks for a short run of the notebooks."""
    return quick if os.environ.get("DFLVI_QUICK") == "1" else full


def mapped(f: Callable[[Array], Any], xs: Array) -> Any:
    """What f gives at each entry of xs, stacked: all at once, or one after the other if JAX cannot trace f."""
    try:
        return jax.vmap(f)(xs)
    except TypeError:  # JAX's errors about tracers are: a float() or an if within f
        results = [f(x) for x in xs]
        return jax.tree.map(lambda *parts: jnp.stack([jnp.asarray(part) for part in parts]), *results)


def compiled(f: Callable, *static: int) -> Callable:
    """The function compiled as a whole, or as it is if JAX cannot trace it.

    Args:
        f: a function of positional arguments.
        static: places of arguments that are no arrays; f is compiled anew for each of their values.
    """
    whole = jax.jit(f, static_argnums=static)

    def run(*args):
        try:
            return whole(*args)
        except TypeError:  # as in `mapped`
            return f(*args)

    return run
