"""A flow of coupling layers in the plane, fast: what questions 5.4 and 5.5 ask for, laid out for the machine.

The readable answer takes one point, cuts it in two, and `vmap` makes rows [n, 2] of it. Here each coordinate is one
long vector, and a network's hidden units are rows over all n points: no array is two numbers wide, and nothing is cut
or glued. The layers take turns by exchanging the names of the two vectors. In the plane all networks have one shape, so
that they can be stacked; the loop over them is compiled once, however deep the chain is. The parameters stay those of
`init_nice`, with any number of hidden layers.
"""

from typing import Any

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float

from dflvi import train
from dflvi.types import Key, Scalar


def prepared(params: Any) -> Any:
    """The networks stacked, all weights as [layers, n_out, n_in] and all biases as [layers, n_out, 1]."""
    stack = jax.tree.map(lambda *parts: jnp.stack(parts), *params)
    return [(jnp.swapaxes(W, 1, 2), jnp.expand_dims(b, 2)) for W, b in stack]


def forward(params: Any, x: Float[Array, "2 n"]) -> tuple[Float[Array, "2 n"], Float[Array, " n"]]:
    """`nice_forward` for n points of the plane, a row for each coordinate."""
    if not params:
        return x, jnp.zeros(x.shape[1])

    def layer(carry, net):
        still, moved, logdet = carry
        (W, b), *hidden, (V, c) = net
        h = jax.nn.relu(W * still + b)  # one input: no product of matrices
        for A, a in hidden:
            h = jax.nn.relu(A @ h + a)
        s, t = V @ h + c
        s = 2 * jnp.tanh(s / 2)
        return (moved * jnp.exp(s) + t, still, logdet + s), None

    start = x[0], x[1], jnp.zeros_like(x[0])
    (a, b, logdet), _ = jax.lax.scan(layer, start, prepared(params))
    return jnp.stack([a, b] if len(params) % 2 == 0 else [b, a]), logdet


def logprob(params: Any, x: Float[Array, "2 n"]) -> Float[Array, " n"]:
    """`nice_logprob` for n points of the plane."""
    z, logdet = forward(params, x)
    return logdet - 0.5 * (z[0] ** 2 + z[1] ** 2) - jnp.log(2 * jnp.pi)


def mean_nll(params: Any, key: Key, columns: tuple[Float[Array, " n"], Float[Array, " n"]]) -> Scalar:
    """The loss of a batch, for `train.fit`. The key is not used."""
    return -jnp.mean(logprob(params, jnp.stack(columns)))


def fit(
    params: Any,
    key: Key,
    X: Float[Array, "n 2"],
    steps: int,
    optimizer: optax.GradientTransformation,
    batch: int = 512,
) -> tuple[Any, Float[Array, " steps"]]:
    """All steps in one program, with a shuffle an epoch. Returns parameters and losses, as `train.fit` does."""
    return train.fit(mean_nll, params, key, steps, optimizer, data=tuple(X.T), batch=batch)
