"""One epoch of the VAE: our readable answer in `train.fit`, or solutions/vae_fast.py. Argument: fit | fast."""

import sys
import time

import jax
import jax.numpy as jnp
import optax
from serve import digits, serve

from dflvi import train
from solutions import vae_fast
from solutions.vae.init_vae import init_vae
from solutions.vae.neg_elbo import neg_elbo

X = jnp.asarray(digits(60_000))
PARAMS, KEY = jax.block_until_ready(init_vae(jax.random.key(0), 784, 400, 20)), jax.random.key(1)
ADAM, STEPS = optax.adam(1e-3), 60_000 // 128


def loss(params, key, x):
    return neg_elbo(key, params, x)


def fit():
    jax.block_until_ready(train.fit(loss, PARAMS, KEY, STEPS, ADAM, data=X))


class Fast:
    """Goes on from epoch to epoch, since an epoch uses up what it starts from."""

    def __init__(self):
        self.run, self.key = vae_fast.start(PARAMS), KEY
        began = time.perf_counter()
        self.epoch = vae_fast.epoch.lower(self.run, KEY, X).compile()
        self.compile_s = time.perf_counter() - began

    def __call__(self):
        self.key, key = jax.random.split(self.key)
        self.run, mean = self.epoch(self.run, key, X)
        mean.block_until_ready()


if sys.argv[1] == "fast":
    job = Fast()
    serve(job, job.compile_s, ("jax", "optax"))
else:
    order = jax.random.key(2)
    state = ADAM.init(PARAMS)
    ts, keys = jnp.arange(STEPS), jax.random.split(KEY, STEPS)
    began = time.perf_counter()
    train.run_steps.lower(loss, ADAM, 128, False, (PARAMS, state), ts, keys, X, order).compile()
    serve(fit, time.perf_counter() - began, ("jax", "optax"))
