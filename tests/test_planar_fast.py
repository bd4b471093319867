"""The fast planar flow against the readable answers of 5.6."""

import jax
import jax.numpy as jnp
import numpy as np

from dflvi import targets
from dflvi.types import Planar
from solutions import planar_fast
from solutions.flows.energy import energy
from solutions.flows.planar_push import planar_push


def flow(K, seed=0):
    rng = np.random.default_rng(seed)
    layers = Planar(*(rng.normal(size=shape).astype(np.float32) for shape in ((K, 2), (K, 2), (K,))))
    base = {"mean": jnp.array([0.3, -0.2]), "log_s": jnp.array([-0.4, 0.2])}
    return {**base, "layers": Planar(*map(jnp.asarray, layers))}


def test_points_and_densities_are_those_of_the_exercise():
    for K in (0, 1, 7):
        eps = np.random.default_rng(K).normal(size=(50, 2)).astype(np.float32)
        z, log_q = jax.vmap(planar_push, (None, 0))(flow(K), eps)
        fast_z, fast_log_q = planar_fast.push(flow(K), eps.T)
        np.testing.assert_allclose(fast_z.T, z, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(fast_log_q, log_q, rtol=1e-4, atol=1e-4)


def test_slopes_are_those_of_the_exercise():
    U, params = targets.windowed(energy("U2")), flow(5)
    eps = jax.random.normal(jax.random.key(1), (2, 300))

    def readable(params):
        z, log_q = jax.vmap(planar_push, (None, 0))(params, eps.T)
        return jnp.mean(log_q + jax.vmap(U)(z))

    want, got = jax.grad(readable)(params), jax.grad(planar_fast.free_energy)(params, eps, U)
    for a, b in zip(jax.tree.leaves(got), jax.tree.leaves(want), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-3, atol=2e-3 * float(jnp.abs(b).max()))


def test_a_fit_comes_close_to_its_target():
    U = targets.windowed(energy("U2"))
    params = flow(4)
    params = {**params, "layers": params["layers"]._replace(u=0.1 * params["layers"].u)}
    fitted = planar_fast.fit(params, jax.random.key(2), U, 800, rate=0.02)
    log_z = targets.log_normalizer(U)
    before, after = (targets.kl_without_inverse(planar_push, one, U, log_z) for one in (params, fitted))
    assert after < min(1.2, before)
