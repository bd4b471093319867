"""What no JAX program can beat: the eleven matrix products of each step of the epoch, in XLA, and nothing else.

The numbers mean nothing, the shapes are those of a step forwards and backwards (no slope is taken in the images). All
depend on the images of the step and all are kept, so that none can be moved out of the loop or left away.
"""

import time

import jax
import jax.numpy as jnp
from serve import digits, serve

N, BATCH = 60_000, 128
X = jnp.asarray(digits(N))
SIZES = (784, 400), (400, 40), (20, 400), (400, 784)
WEIGHTS = [
    jax.random.normal(jax.random.fold_in(jax.random.key(0), i), size) / size[0] ** 0.5 for i, size in enumerate(SIZES)
]


@jax.jit
def epoch(X, weights):
    W1, W2, W3, W4 = weights

    def step(i, _):
        x = jax.lax.dynamic_slice_in_dim(X, i * BATCH, BATCH)
        h = x @ W1
        s = h @ W2
        z = s[:, :20]
        g = z @ W3
        y = g @ W4
        d_g = y @ W4.T
        d_z = d_g @ W3.T
        d_h = s @ W2.T
        return [x.T @ d_h, h.T @ s, z.T @ d_g, g.T @ y], d_z

    return jax.lax.fori_loop(0, N // BATCH, lambda i, kept: step(i, kept), (weights, jnp.zeros((BATCH, 20))))


began = time.perf_counter()
compiled = epoch.lower(X, WEIGHTS).compile()
compile_s = time.perf_counter() - began
serve(lambda: jax.block_until_ready(compiled(X, WEIGHTS)) and None, compile_s, ("jax",))
