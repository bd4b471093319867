"""The coupling flow of `solutions/coupling_fast.py`, or with the word `readable` that of the exercises of 5.4.

Arguments: the mean NLL of an epoch that counts as reached, and perhaps `readable`.
"""

import sys
import time
from functools import partial

import jax
import jax.numpy as jnp
import optax
from densities import blocks, moons, steps_until
from serve import serve

from dflvi import nets, train
from solutions import coupling_fast
from solutions.flows.nice_logprob import nice_logprob

LAYERS, HIDDEN, BATCH, STEPS, LONGER = 8, 64, 512, 500, 1500
READABLE = "readable" in sys.argv
X, ADAM = jnp.asarray(moons(100 * BATCH)), optax.adam(1e-3)  # an epoch has 100 steps


def start(key):
    """Networks as `init_nice` makes them, with a second hidden layer."""
    made = [nets.init_mlp(one, (1, HIDDEN, HIDDEN, 2)) for one in jax.random.split(key, LAYERS)]
    return [[*hidden, (0 * W, b)] for *hidden, (W, b) in made]


def readable(params, key, rows):
    return -jnp.mean(jax.vmap(nice_logprob, (None, 0))(params, rows))


def fit(params, key, steps):
    if READABLE:
        return train.fit(readable, params, key, steps, ADAM, data=X, batch=BATCH)[1]
    return coupling_fast.fit(params, key, X, steps, ADAM, BATCH)[1]


def run(seed):
    key_start, key_fit = jax.random.split(jax.random.key(seed))
    return blocks(fit(start(key_start), key_fit, LONGER))


params, key = start(jax.random.key(0)), jax.random.key(1)
begun = time.perf_counter()
jax.jit(partial(fit, steps=STEPS)).lower(params, key).compile()
seconds = time.perf_counter() - begun
told = {"steps": STEPS, "until": steps_until(float(sys.argv[1]), run), "at_most": LONGER}
serve(lambda: (jax.block_until_ready(fit(params, key, STEPS)), told)[1], seconds, ("jax",))
