"""The learner's flow as a guide of NumPyro: any model, the right density, and no inverse in training."""

import sys

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
import optax
import pytest
from numpyro.infer import SVI, Trace_ELBO
from numpyro.infer.autoguide import AutoDiagonalNormal
from numpyro.infer.initialization import init_to_feasible
from numpyro.infer.reparam import NeuTraReparam
from numpyro.infer.util import log_density

from dflvi import guides
from solutions.nfvi.chain import chain
from solutions.nfvi.constrain_planar import constrain_planar
from solutions.nfvi.planar_inverse import planar_inverse


def guide_of(model, n_layers=3, **kwargs):
    kwargs = {"chain": chain, "constrain": constrain_planar, "init_loc_fn": init_to_feasible} | kwargs
    return guides.AutoPlanar(model, n_layers=n_layers, **kwargs)


def started(model, guide, seed=0):
    """SVI, its first state, and the parameters of it."""
    svi = SVI(model, guide, optax.adam(0.02), Trace_ELBO(num_particles=4))
    state = svi.init(jax.random.key(seed))
    return svi, state, svi.get_params(state)


def sorts_of_sites():
    """Scalars and vectors, bounded and not, in plates and batches, and an observation."""
    scale = numpyro.sample("scale", dist.HalfNormal(2.0))
    numpyro.sample("weights", dist.Dirichlet(jnp.ones(3)))
    numpyro.sample("chol", dist.LKJCholesky(2))
    with numpyro.plate("rows", 2, dim=-1):
        share = numpyro.sample("share", dist.Beta(2.0, 3.0))
        with numpyro.plate("columns", 4, dim=-2):
            effect = numpyro.sample("effect", dist.Normal(jnp.zeros(3), scale).to_event(1))
    numpyro.deterministic("twice", 2 * share)
    numpyro.sample("y", dist.Normal(effect.sum(), scale), obs=1.5)


def two(a=1.0):
    """Two latent numbers, a banana."""
    x = numpyro.sample("x", dist.Normal(0.0, 1.0))
    numpyro.sample("y", dist.Normal(a * x**2, 0.3))


def one():
    numpyro.sample("x", dist.Gamma(2.0, 1.0))


SHAPES = {"scale": (), "weights": (3,), "chol": (2, 2), "share": (2,), "effect": (4, 2, 3), "twice": (2,)}


def test_a_model_with_all_sorts_of_sites():
    guide = guide_of(sorts_of_sites)
    svi, state, params = started(sorts_of_sites, guide)
    for _ in range(2):
        state, loss = jax.jit(svi.update)(state)
        assert np.isfinite(loss)
    for sample_shape in ((), (5,), (2, 3)):
        draws = guide.sample_posterior(jax.random.key(1), params, sample_shape=sample_shape)
        assert {name: draw.shape for name, draw in draws.items()} == {n: sample_shape + s for n, s in SHAPES.items()}
    np.testing.assert_allclose(draws["weights"].sum(-1), 1.0, rtol=1e-5)
    assert (draws["scale"] > 0).all()
    assert ((draws["share"] > 0) & (draws["share"] < 1)).all()
    np.testing.assert_allclose(draws["twice"], 2 * draws["share"], rtol=1e-6)


@pytest.mark.parametrize("n_layers", [0, 1, 8])
def test_one_latent_number(n_layers):
    svi, state, _ = started(one, guide_of(one, n_layers))
    _, loss = svi.update(state)
    assert np.isfinite(loss)


def test_its_density_is_that_of_its_draws():
    # log q as training sees it (from what the forward pass left), by the way back, and from a Jacobian.
    guide = guide_of(two, 4, inverse=planar_inverse, init_scale=0.7)
    _, _, params = started(two, guide, seed=3)
    posterior = guide.get_posterior(params)
    z, between = posterior.sample_with_intermediates(jax.random.key(1), (20,))
    eps = between[0][0]
    slopes = jax.vmap(jax.jacfwd(guide.get_transform(params)))(eps)
    want = dist.Normal(0, 1).log_prob(eps).sum(-1) - np.linalg.slogdet(np.asarray(slopes, np.float64))[1]
    np.testing.assert_allclose(posterior.log_prob(z, between), want, atol=1e-3)
    np.testing.assert_allclose(posterior.log_prob(z), want, atol=1e-3)


def test_its_density_at_any_point_integrates_to_one():
    guide = guide_of(two, 4, inverse=planar_inverse, init_scale=0.7)
    _, _, params = started(two, guide, seed=3)
    posterior = guide.get_posterior(params)
    centre = posterior.sample(jax.random.key(0), (500,)).mean(0)
    axis = np.linspace(-6, 6, 201)
    grid = centre + np.stack(np.meshgrid(axis, axis), -1).astype(np.float32)
    mass = np.exp(np.asarray(posterior.log_prob(grid), np.float64)).sum() * (axis[1] - axis[0]) ** 2
    assert abs(mass - 1) < 5e-3


def test_without_the_way_back_it_says_what_to_hand_over():
    guide = guide_of(two)
    svi, state, params = started(two, guide)
    svi.update(state)
    with pytest.raises(NotImplementedError, match="planar_inverse"):
        guide.get_posterior(params).log_prob(jnp.zeros(2))


def test_training_and_drawing_never_go_back():
    def inverse(layer, y):
        raise AssertionError("the inverse was called")

    guide = guide_of(two, inverse=inverse)
    svi, state, params = started(two, guide)
    svi.update(state)
    guide.sample_posterior(jax.random.key(0), params, sample_shape=(3,))


def test_without_layers_it_is_numpyros_diagonal_normal():
    bounds = []
    for guide in (guide_of(sorts_of_sites, 0), AutoDiagonalNormal(sorts_of_sites, init_loc_fn=init_to_feasible)):
        started(sorts_of_sites, guide)
        centre = jnp.linspace(-0.5, 0.5, guide.latent_dim)
        params = {"auto_loc": centre[None], "auto_scale": 0.2 + 0.1 * jnp.abs(centre)[None]}
        _, draws = guides.weighed(guide, params, jax.random.key(len(bounds)), 4000)
        bounds.append((draws.mean(), draws.std() / 4000**0.5))
    (a, sd_a), (b, sd_b) = bounds
    assert abs(a - b) < 5 * np.hypot(sd_a, sd_b)


def test_layers_bend_where_a_normal_cannot():
    found = {}
    for n_layers in (0, 4):
        guide = guide_of(two, n_layers)
        params, losses = guides.fit_seeds(guide, jax.random.split(jax.random.key(1), 2), 600, rate=0.03)
        assert losses.shape == (2, 600)
        draws, log_weights = guides.weighed(guide, params, jax.random.key(2), 2000)
        assert draws["y"].shape == log_weights.shape == (2, 2000)
        found[n_layers] = log_weights.mean(-1)
    assert (found[0] < found[4] - 0.2).all()
    assert (found[4] < 0.05).all()  # the model is a density: its log-evidence is 0


def test_any_right_way_to_write_the_layers():
    def in_a_loop(kind, layers, z):
        assert kind == "planar"
        total = 0.0
        for u, w, b in zip(*layers, strict=True):
            h = jnp.tanh(w @ z + b)
            z, total = z + u * h, total + jnp.log(1 + (1 - h**2) * (u @ w))
        return {"y": z, "logdet": total}

    bounds = []
    for how in (chain, in_a_loop):
        guide = guide_of(two, chain=how)
        _, _, params = started(two, guide)
        params = jax.tree.map(lambda leaf: leaf[None], params)
        bounds.append(guides.weighed(guide, params, jax.random.key(2), 10)[1])
    np.testing.assert_allclose(*bounds, rtol=1e-4, atol=1e-4)


def test_layers_in_numpy_are_refused_with_a_sentence():
    for by_hand in ({"chain": lambda kind, layers, z: (np.asarray(z), 0.0)}, {"constrain": lambda u, w: np.asarray(u)}):
        with pytest.raises(guides.NotTraced, match="cannot trace"):
            started(two, guide_of(two, **by_hand))


def test_quantiles_say_what_to_do_instead():
    guide = guide_of(two)
    _, _, params = started(two, guide)
    with pytest.raises(NotImplementedError, match="sample_posterior"):
        guide.median(params)
    with pytest.raises(NotImplementedError, match="sample_posterior"):
        guide.quantiles(params, [0.1, 0.9])


def test_numpyro_can_walk_in_its_coordinates():
    guide = guide_of(two)
    _, _, params = started(two, guide)
    neutra = NeuTraReparam(guide, params)
    latent = {"auto_shared_latent": jnp.array([0.3, -0.4])}
    value, _ = log_density(neutra.reparam(two), (), {}, latent)
    assert np.isfinite(value)


def test_pareto_k(monkeypatch):
    monkeypatch.setitem(sys.modules, "arviz_stats.base", None)
    assert guides.pareto_k(np.zeros(10)) is None
    monkeypatch.undo()
    pytest.importorskip("arviz_stats.base")
    rng = np.random.default_rng(0)
    for shape in (0.3, 1.2):
        log_weights = np.log1p(rng.pareto(1 / shape, 20_000)) - 900  # small weights: no under- or overflow
        assert abs(guides.pareto_k(log_weights.astype(np.float32)) - shape) < 0.25
