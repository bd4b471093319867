"""A small multilayer perceptron: its parameters are a list of (W, b), and a pure function applies them."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dflvi.types import Key

Mlp = list[tuple[Float[Array, "n_in *window n_out"], Float[Array, "*window n_out"]]]


def init_mlp(key: Key, sizes: Sequence[int]) -> Mlp:
    """Random weights on He's scale, and biases 0.

    Args:
        key: for all the draws.
        sizes: widths from the input to the output: (784, 400, 20) has one hidden layer of 400 units.

    Returns:
        a pair (W [n_in, n_out], b [n_out]) for each layer. The entries of W have standard deviation
        sqrt(2 / n_in), so that a layer of ReLU units keeps the size of what goes in, however wide it is.
    """
    if min(sizes) < 1:
        raise ValueError(f"A layer without units: the widths are {tuple(sizes)}. Each has to be at least 1.")
    keys = jax.random.split(key, len(sizes) - 1)
    return [
        (jax.random.normal(key, (n_in, n_out)) * (2 / n_in) ** 0.5, jnp.zeros(n_out))
        for key, n_in, n_out in zip(keys, sizes[:-1], sizes[1:], strict=True)
    ]


def apply_mlp(params: Mlp, x: Float[Array, "... n_in"]) -> Float[Array, "... n_out"]:
    """The network at x: a ReLU after every layer but the last.

    Args:
        params: what `init_mlp` made. A hidden layer with an axis more, W [n_in, window, n_out] and b [window, n_out],
            has maxout units in place of ReLUs: each is the largest of its window of affine functions.
        x: one input, or a batch of them in leading axes.
    """
    *hidden, last = params
    for layer in hidden:
        y = _affine(layer, x)
        x = jax.nn.relu(y) if layer[0].ndim == 2 else jnp.max(y, axis=-2)
    return _affine(last, x)


def _affine(layer, x):
    W, b = layer
    y = (x @ W.reshape(len(W), -1)).reshape(*x.shape[:-1], *W.shape[1:])
    return y + jnp.broadcast_to(b, y.shape)
