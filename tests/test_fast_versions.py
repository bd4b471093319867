"""The fast versions in solutions/ against the readable answers that they stand in for."""

import jax
import jax.numpy as jnp
import numpy as np

from solutions import vae_fast
from solutions.vae.init_vae import init_vae
from solutions.vae.neg_elbo import neg_elbo
from solutions.vae.train_vae import train_vae

# ---- the VAE of 4.5 ---------------------------------------------------------------------------


def vae(n=12, D=9):
    rng = np.random.default_rng(5)
    params = init_vae(jax.random.key(3), D, 7, 3)
    params = jax.tree.map(lambda leaf: leaf + 0.3 * rng.normal(size=leaf.shape).astype(np.float32), params)
    return params, (rng.uniform(size=(n, D)) < 0.4).astype(np.float32)


def test_vae_loss_and_slopes_are_those_of_the_exercise():
    params, x = vae()
    key = jax.random.key(8)
    eps = jax.random.normal(key, (len(x), 3))
    want, want_slopes = jax.value_and_grad(neg_elbo, argnums=1)(key, params, x)
    loss, slopes = jax.value_and_grad(vae_fast.neg_elbo)(params, eps, x)
    np.testing.assert_allclose(loss, want, rtol=1e-5)
    for a, b in zip(jax.tree.leaves(slopes), jax.tree.leaves(want_slopes), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5 * float(jnp.abs(b).max()))


def test_vae_score_and_slope_are_exact_far_out():
    logits, x = jnp.array([[-200.0, -200.0, 0.0, 90.0, 90.0]]), jnp.array([[0.0, 1.0, 1.0, 0.0, 1.0]])
    loss, slope = jax.value_and_grad(vae_fast.minus_log_prob)(logits, x)
    np.testing.assert_allclose(loss, 200 + np.log(2) + 90, rtol=1e-6)
    np.testing.assert_allclose(slope, [[0, -1, -0.5, 1, 0]], atol=1e-6)


def test_vae_epoch_is_that_of_train_vae_from_floats_and_from_bytes():
    params, x = vae(n=3 * 128 + 5)
    key = jax.random.key(4)
    want = train_vae(key, params, x, 3)
    for dtype in (np.float32, np.uint8):
        run, loss = vae_fast.epoch(vae_fast.start(params), key, jnp.asarray(x.astype(dtype)))
        for a, b, start in zip(*map(jax.tree.leaves, (run.params, want, params)), strict=True):
            np.testing.assert_allclose(a, b, atol=2e-5)
            assert float(jnp.abs(b - start).max()) > 1e-3
        assert abs(float(loss) - float(neg_elbo(key, params, x))) < 0.5
