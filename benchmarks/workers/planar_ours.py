"""The planar flow of `solutions/planar_fast.py`, or with the word `readable` that of the exercises of 5.6.

Arguments: the free energy that counts as reached, and perhaps `readable`.
"""

import sys
import time
from functools import partial

import jax
import jax.numpy as jnp
import optax
from densities import blocks, steps_until, u1
from serve import serve

from dflvi import train
from dflvi.types import Planar
from solutions import planar_fast
from solutions.flows.free_energy import free_energy

K, N, STEPS, LONGER = 32, 512, 4000, 4000
READABLE = "readable" in sys.argv
U, ADAM = partial(u1, xp=jnp), optax.adam(1e-3)


def start(key):
    """Layers as `fit_energy` starts with, and N(0, I) under them."""
    key_u, key_w = jax.random.split(key)
    layers = Planar(0.1 * jax.random.normal(key_u, (K, 2)), jax.random.normal(key_w, (K, 2)), jnp.zeros(K))
    return {"mean": jnp.zeros(2), "log_s": jnp.zeros(2), "layers": layers}


def loss(params, key):
    if READABLE:
        return free_energy(key, params, U, N)
    return planar_fast.free_energy(params, jax.random.normal(key, (2, N)), U)


def fit(params, key, steps):
    return train.fit(loss, params, key, steps, ADAM)[1]


def run(seed):
    key_start, key_fit = jax.random.split(jax.random.key(seed))
    return blocks(fit(start(key_start), key_fit, LONGER))


params, key = start(jax.random.key(0)), jax.random.key(1)
begun = time.perf_counter()
jax.jit(partial(fit, steps=STEPS)).lower(params, key).compile()
seconds = time.perf_counter() - begun
told = {"steps": STEPS, "until": steps_until(float(sys.argv[1]), run), "at_most": LONGER}
serve(lambda: (jax.block_until_ready(fit(params, key, STEPS)), told)[1], seconds, ("jax",))
