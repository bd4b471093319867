"""One epoch of the VAE with NumPyro's SVI, in a fori_loop as in its own VAE example; the decoder gives logits."""

import time

import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from jax.example_libraries import stax
from numpyro.infer import SVI, TraceMeanField_ELBO
from serve import digits, serve

N, BATCH, HIDDEN, LATENT = 60_000, 128, 400, 20
ENCODER = stax.serial(
    stax.Dense(HIDDEN),
    stax.Relu,
    stax.FanOut(2),
    stax.parallel(stax.Dense(LATENT), stax.serial(stax.Dense(LATENT), stax.Exp)),
)
DECODER = stax.serial(stax.Dense(HIDDEN), stax.Relu, stax.Dense(784))


def model(x):
    decode = numpyro.module("decoder", DECODER, (len(x), LATENT))
    with numpyro.plate("images", len(x)):
        z = numpyro.sample("z", dist.Normal(0, 1).expand([LATENT]).to_event(1))
        numpyro.sample("x", dist.Bernoulli(logits=decode(z), validate_args=False).to_event(1), obs=x)


def guide(x):
    encode = numpyro.module("encoder", ENCODER, (len(x), 784))
    mean, scale = encode(x)
    with numpyro.plate("images", len(x)):
        numpyro.sample("z", dist.Normal(mean, scale, validate_args=False).to_event(1))


svi = SVI(model, guide, numpyro.optim.Adam(1e-3), TraceMeanField_ELBO())
X = jnp.asarray(digits(N))


@jax.jit
def epoch(state, key):
    order = jax.random.permutation(key, N)

    def step(i, carry):
        total, state = carry
        state, loss = svi.update(state, X[jax.lax.dynamic_slice_in_dim(order, i * BATCH, BATCH)])
        return total + loss, state

    return jax.lax.fori_loop(0, N // BATCH, step, (0.0, state))


state, key = svi.init(jax.random.key(0), X[:BATCH]), jax.random.key(1)
began = time.perf_counter()
compiled = epoch.lower(state, key).compile()
compile_s = time.perf_counter() - began


def job():
    global state, key
    key, now = jax.random.split(key)
    total, state = compiled(state, now)
    total.block_until_ready()


serve(job, compile_s, ("numpyro", "jax"))
