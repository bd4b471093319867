"""The fast coupling flow against the readable answers of 5.4 and 5.5."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from dflvi import data, nets, train
from solutions import coupling_fast
from solutions.flows.init_nice import init_nice
from solutions.flows.nice_forward import nice_forward
from solutions.flows.nice_logprob import nice_logprob


def flow(layers, hidden=(16,)):
    return [nets.init_mlp(key, (1, *hidden, 2)) for key in jax.random.split(jax.random.key(layers), layers)]


def points(n):
    return jax.random.normal(jax.random.key(n), (n, 2)) * jnp.array([0.7, 1.4]) + jnp.array([0.3, -0.5])


def close(got, want, tolerance=1e-4):
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(want), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * max(1.0, float(jnp.abs(b).max())))


def readable_nll(params, key, rows):
    return -jnp.mean(jax.vmap(nice_logprob, (None, 0))(params, rows))


def test_points_and_densities_are_those_of_the_exercise():
    for params in ([], flow(1), flow(5, (16, 12))):
        x = points(40)
        z, logdet = jax.jit(coupling_fast.forward)(params, x.T)
        close((z.T, logdet), jax.jit(nice_forward)(params, x))
        close(jax.jit(coupling_fast.logprob)(params, x.T), jax.jit(nice_logprob)(params, x))


def test_loss_and_slopes_are_those_of_the_exercise():
    params, x = flow(8, (64, 64)), points(300)
    want = jax.jit(jax.value_and_grad(readable_nll))(params, None, x)
    close(jax.jit(jax.value_and_grad(coupling_fast.mean_nll))(params, None, tuple(x.T)), want, 1e-3)


def test_a_few_steps_of_training_are_those_of_the_exercise():
    X, adam, key = jnp.asarray(data.standardised(data.two_moons(0, 400))[0]), optax.adam(3e-3), jax.random.key(1)
    start = init_nice(jax.random.key(0), 2, 4, 32)
    want = train.fit(readable_nll, start, key, 30, adam, data=X, batch=64)
    got = coupling_fast.fit(start, key, X, 30, adam, batch=64)
    close(got, want, 5e-3)
    assert float(got[1][-5:].mean()) < float(got[1][0]) - 0.1
