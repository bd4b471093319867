"""What section 6 says to input that nobody should give it: a sentence each, and no nan that is left unexplained."""

import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dflvi import plots, targets
from dflvi.checking.here import Here
from dflvi.types import Planar, Radial
from solutions.nfvi.absorb_global_flow import exercise as absorb
from solutions.nfvi.constrain_planar import constrain_planar
from solutions.nfvi.density_on_grid import density_on_grid, normal
from solutions.nfvi.evaluate import evaluate
from solutions.nfvi.grid_posterior import grid_posterior, leaning
from solutions.nfvi.init_nfvae import init_nfvae
from solutions.nfvi.neg_elbo_nf import neg_elbo_nf
from solutions.nfvi.radial import radial
from solutions.nfvi.sample_posterior import sample_posterior


def test_a_planar_layer_with_w_of_zero():
    u, w = jnp.array([0.3, -2.0]), jnp.zeros(2)
    assert np.allclose(constrain_planar(u, w), u)
    slopes = jax.jacobian(constrain_planar, argnums=(0, 1))(jnp.zeros(2), w)
    assert all(bool(jnp.isfinite(slope).all()) for slope in slopes)

    in_the_paper = u + (jax.nn.softplus(w @ u) - 1 - w @ u) * w / (w @ w)  # 0 / 0
    stack = Planar(in_the_paper[None], w[None], jnp.zeros(1))
    grid = jnp.stack(jnp.meshgrid(*2 * [jnp.linspace(-3, 3, 11)]), axis=-1)
    with pytest.raises(ValueError, match="planar, K = 1.*Is the w of a planar layer zero.*1e-12"):
        plots.flow_panel({"planar": {"K = 1": density_on_grid("planar", stack, normal, grid)}}, reach=3)


def test_a_point_at_the_centre_of_a_radial_layer():
    layer = Radial(jnp.array([0.5, -1.0]), jnp.asarray(0.7), jnp.asarray(-0.6))
    y, logdet = radial(layer, layer.z_ref)
    assert np.allclose(y, layer.z_ref)
    assert np.isclose(logdet, 2 * np.log1p(-0.6 / 0.7), rtol=1e-5)
    slopes = jax.jacobian(radial, argnums=(0, 1))(layer, layer.z_ref)
    assert all(bool(jnp.isfinite(slope).all()) for slope in jax.tree.leaves(slopes))


@pytest.mark.parametrize(("d", "K"), [(2, 0), (1, 3), (1, 0)])
def test_no_layers_and_one_latent_are_models_like_others(d, K):
    params = init_nfvae(jax.random.key(0), 6, 5, d, K)
    x = (jax.random.uniform(jax.random.key(1), (3, 6)) < 0.4).astype(jnp.float32)
    z, logq = sample_posterior(jax.random.key(2), params, x[0], 4)
    assert z.shape == (4, d)
    assert logq.shape == (4,)
    slopes = jax.grad(neg_elbo_nf, argnums=1)(jax.random.key(3), params, x)
    assert all(bool(jnp.isfinite(slope).all()) for slope in jax.tree.leaves(slopes))
    assert evaluate(jax.random.key(4), params, x, 5)["elbo"] < 0


def test_an_encoder_without_a_latent_or_with_minus_one_layer():
    for sizes in ((6, 5, 0, 2), (6, 5, 2, -1)):
        with pytest.raises(ValueError, match="K = 0 is the VAE without a flow"):
            init_nfvae(jax.random.key(0), *sizes)


def test_with_an_unlawful_u_the_bound_lies_above_the_evidence():
    z0 = np.linspace(-20, 20, 40_001)
    q0 = np.exp(-(z0**2) / 8) / np.sqrt(8 * np.pi)

    def elbo(u, w):
        h = np.tanh(w * z0)
        log_ratio = -0.5 * (z0 + u * h) ** 2 + z0**2 / 8 + np.log(2) + np.log(np.abs(1 + u * w * (1 - h**2)))
        return np.sum(q0 * log_ratio) * (z0[1] - z0[0])

    lawful = float(constrain_planar(jnp.array([-2.0]), jnp.array([4.0]))[0])
    assert elbo(-2.0, 4.0) > 0.5  # the log-evidence is 0
    assert elbo(lawful, 4.0) < 0


def test_posteriors_that_are_not_in_the_plane_are_not_drawn():
    with pytest.raises(ValueError, match="two latents.*have 3"):
        plots.posteriors_and_draws(np.zeros((1, 5, 5)), {"K = 0": np.zeros((1, 9, 3))}, np.zeros((5, 5, 2)))


@pytest.mark.parametrize("made", [lambda z0: 0.0, (lambda z0: 0.0,), {"log_prior0": lambda z0: 0.0}, None])
def test_one_function_where_a_pair_is_asked_for(made):
    verdict = absorb.judge_on(Here({"absorb_global_flow": lambda flow, logdet, log_prior, decoder: made}), 1)
    assert verdict.status == "crashed"
    assert "where 2 functions are asked for: log_prior0, decoder0" in verdict.message


def test_a_grid_too_small_for_the_posterior_names_the_mass_that_it_lost():
    says = r"on \[-1, 1\] squared is too small: \d\d.* % of the mass lies outside.*larger lim"
    with pytest.warns(targets.GridTooSmall, match=says):
        small = grid_posterior(leaning, 1.0, 21)
    assert float(small["logpx"]) < -3.8  # the evidence is -3.3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        grid_posterior(leaning, 6.0, 61)
        jax.jit(lambda lim: grid_posterior(leaning, lim, 21)["logpx"])(1.0)  # no numbers to look at
        targets.warn_if_cut(lambda z: -0.5 * (z[0] ** 2 + z[1] ** 2), 5.0)  # of one point only
