"""200 steps of the VAE with K planar layers behind its encoder: our readable answers of 6.5 in `train.fit`.

Arguments: K, and perhaps `remat`: then a layer's inner results are computed again on the way back instead of kept.
"""

import sys
import time

import jax
import jax.numpy as jnp
import optax
from serve import digits, serve

from dflvi import train
from solutions.nfvi import sample_posterior
from solutions.nfvi.init_nfvae import init_nfvae
from solutions.nfvi.neg_elbo_nf import neg_elbo_nf

K, BATCH, STEPS = int(sys.argv[1]), 128, 200
if "remat" in sys.argv:
    sample_posterior._layer = jax.checkpoint(sample_posterior._layer)

X = jnp.asarray(digits(5_000))
PARAMS, KEY, ADAM = init_nfvae(jax.random.key(0), 784, 400, 20, K), jax.random.key(1), optax.adam(1e-3)


def loss(params, key, x):
    return neg_elbo_nf(key, params, x)


def steps(params, key):
    return train.fit(loss, params, key, STEPS, ADAM, data=X, batch=BATCH)


began = time.perf_counter()
compiled = jax.jit(steps).lower(PARAMS, KEY).compile()
compile_s = time.perf_counter() - began
memory = jax.jit(jax.value_and_grad(loss)).lower(PARAMS, KEY, X[:BATCH]).compile().memory_analysis()
told = {"steps": STEPS, "temporary": memory.temp_size_in_bytes}


def job():
    jax.block_until_ready(compiled(PARAMS, KEY))
    return told


serve(job, compile_s, ("jax",))
