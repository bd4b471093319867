"""A flow of the learner's as a guide of NumPyro, and how to judge a guide. The flow itself is handed in."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
import optax
from jax import random
from numpyro import handlers
from numpyro.distributions.transforms import IndependentTransform
from numpyro.infer import SVI, Trace_ELBO
from numpyro.infer.autoguide import AutoContinuous
from numpyro.infer.initialization import init_to_uniform
from numpyro.infer.util import log_density

from dflvi.checking.here import compiler_options
from dflvi.types import Key, Planar


class NotTraced(TypeError):
    """A flow that JAX cannot look into, and so not train."""


class StackTransform(dist.transforms.Transform):
    """K layers of a flow as one transform of vectors.

    Fields:
        layers: their parameters, a leading axis K on every field.
        chain: ("planar", layers, z) -> (y, log|det|) for one z, [d].
        inverse: (one layer, y) -> z for one y, [d]; None if there is none.
    """

    domain = codomain = dist.constraints.real_vector

    def __init__(self, layers: Planar, chain: Callable, inverse: Callable | None = None):
        self.layers, self.chain, self.inverse = layers, chain, inverse

    def call_with_intermediates(self, z):
        """Where z goes, and the log-determinant on the way."""
        def push(z):
            result = self.chain("planar", self.layers, z)
            return tuple(result.values()) if isinstance(result, dict) else tuple(result)

        return jnp.vectorize(push, signature="(d)->(d),()")(z)

    def __call__(self, z):
        """Where z goes, leading axes allowed."""
        return self.call_with_intermediates(z)[0]

    def log_abs_det_jacobian(self, z, y, intermediates=None):
        """Of the map from z to y; nothing is computed again where the way there is remembered."""
        return self.call_with_intermediates(z)[1] if intermediates is None else intermediates

    def _inverse(self, y):
        if self.inverse is None:
            raise NotImplementedError(
                "The density at a point that was not drawn here needs the way back. Hand your planar_inverse to the "
                "guide: AutoPlanar(..., inverse=planar_inverse)."
            )

        def back(y):
            return jax.lax.scan(lambda y, one: (self.inverse(one, y), None), y, self.layers, reverse=True)[0]

        return jnp.vectorize(back, signature="(d)->(d)")(y)

    def tree_flatten(self):
        """For JAX: the layers are numbers, the functions are not."""
        return (self.layers,), (("layers",), {"chain": self.chain, "inverse": self.inverse})


class AutoPlanar(AutoContinuous):
    """A guide for any NumPyro model whose latent variables are continuous: planar layers, then scale and shift.

    Args:
        model: of NumPyro.
        chain: ("planar", layers, z) -> (y, log|det|), a stack of lawful planar layers at one z, [d].
        constrain: (u, w) -> the u of a lawful layer, for one layer.
        n_layers: K. With 0 this is NumPyro's AutoDiagonalNormal.
        inverse: (one layer, y) -> z. Only needed for the density at points that the guide did not draw.
        prefix, init_loc_fn, init_scale: as in AutoDiagonalNormal.

    All latent variables are carried to the real line, as NumPyro does it, and stacked to one vector. The layers bend a
    standard normal, and a scale and a shift for each coordinate bring it to size and place. (Scale and shift first and
    layers afterwards, as in the paper, are the same family: a planar layer seen through a scale is a planar layer.)
    """

    def __init__(
        self,
        model: Callable,
        chain: Callable,
        constrain: Callable,
        *,
        n_layers: int = 8,
        inverse: Callable | None = None,
        prefix: str = "auto",
        init_loc_fn: Callable = init_to_uniform,
        init_scale: float = 0.1,
    ):
        self.chain, self.constrain, self.inverse = chain, constrain, inverse
        self.n_layers, self._init_scale = n_layers, init_scale
        super().__init__(model, prefix=prefix, init_loc_fn=init_loc_fn)

    def _setup_prototype(self, *args, **kwargs):
        super()._setup_prototype(*args, **kwargs)
        row = jnp.ones((1, self.latent_dim))
        try:
            jax.eval_shape(lambda u, b: self._stack(u, u, b)(u[0]), row, jnp.ones(1))
        except TypeError as problem:
            raise NotTraced(
                "JAX cannot trace your chain or your constrain_planar, so that nothing can be trained through them. "
                "Look for np. where jnp. should be, for float(), and for an `if` about values."
            ) from problem

    def _stack(self, u, w, b):
        return StackTransform(Planar(jax.vmap(self.constrain)(u, w), w, b), self.chain, self.inverse)

    def get_base_dist(self):
        """What the layers bend."""
        return dist.Normal(jnp.zeros(self.latent_dim), 1).to_event(1)

    def _get_posterior(self):
        def param(name, *start, **kwargs):
            return numpyro.param(f"{self.prefix}_{name}", *start, **kwargs)

        loc = param("loc", self._init_latent)
        scale = param(
            "scale", jnp.full(self.latent_dim, self._init_scale), constraint=dist.constraints.softplus_positive
        )
        transforms = [IndependentTransform(dist.transforms.AffineTransform(loc, scale), 1)]
        if self.n_layers:
            shape = (self.n_layers, self.latent_dim)
            w = param("w", lambda key: random.normal(key, shape) / self.latent_dim**0.5)  # w.z of order 1: tanh bends
            u = param("u", lambda key: 0.1 * random.normal(key, shape))
            transforms = [self._stack(u, w, param("b", jnp.zeros(self.n_layers))), *transforms]
        return dist.TransformedDistribution(self.get_base_dist(), transforms)

    def median(self, params):
        """Not offered."""
        raise NotImplementedError(
            "A flow has no formula for its quantiles. Take draws, guide.sample_posterior(key, params, "
            "sample_shape=(1000,)), and jnp.median or jnp.quantile of them."
        )

    def quantiles(self, params, quantiles):
        """Not offered."""
        self.median(params)


# ---- fits, and how good they are ----------------------------------------------------------------


def fit_seeds(
    guide: AutoContinuous, keys: Key, steps: int, rate: float = 0.02, particles: int = 8
) -> tuple[dict[str, Any], jax.Array]:
    """Fit a guide to its model by SVI, once for each key, all at once in one compiled program.

    Args:
        guide: any autoguide of NumPyro; its model takes no arguments.
        keys: [s], each for the start (where the guide draws it) and the noise of one fit.
        steps: of Adam.
        rate: of Adam at the start; it falls to 0 along a cosine.
        particles: draws of the guide a step.

    Returns:
        params: those of the guide after the last step, a leading axis s on each.
        losses: minus the estimated ELBO at each step in nats, [s, steps].
    """
    optimizer = optax.adam(optax.cosine_decay_schedule(rate, steps))
    svi = SVI(guide.model, guide, optimizer, Trace_ELBO(num_particles=particles))
    if guide.prototype_trace is None:  # the guide looks at its model; not under vmap, where it would keep tracers
        with handlers.seed(rng_seed=0):
            guide._setup_prototype()

    def fit(key):
        state, losses = jax.lax.scan(lambda state, _: svi.update(state), svi.init(key), length=steps)
        return svi.get_params(state), losses

    return quickly_compiled(jax.vmap(fit), keys)


def weighed(guide: AutoContinuous, params: dict[str, Any], key: Key, n: int) -> tuple[dict[str, jax.Array], jax.Array]:
    """Draws of a fitted guide, and what each of them says about it.

    Args:
        guide: any autoguide of NumPyro that has been started; its model takes no arguments.
        params: of s fits, as `fit_seeds` gives them.
        key: for the draws.
        n: how many.

    Returns:
        draws: of every latent and deterministic site of the model, leading axes s and n on each.
        log_weights: log p(x, z) - log q(z) for each draw in nats, [s, n]. Their mean over n estimates the ELBO.
    """

    def one(key, params):
        log_q, drawn = log_density(handlers.seed(guide, key), (), {}, params)
        latents = {name: site["value"] for name, site in drawn.items() if site["type"] == "sample"}
        log_p, sites = log_density(guide.model, (), {}, {**params, **latents})
        kept = {n: s["value"] for n, s in sites.items() if s["type"] == "deterministic" or n in latents}
        return kept, log_p - log_q

    return quickly_compiled(jax.vmap(jax.vmap(one, (0, None)), (None, 0)), random.split(key, n), params)


def quickly_compiled(f: Callable, *arguments: Any) -> Any:
    """The result of f, run once as one program: XLA takes a fifth of the time to compile it, and the run is slower."""
    return jax.jit(f).lower(*arguments).compile(compiler_options())(*arguments)


def pareto_k(log_weights: np.ndarray) -> float | None:
    """The k-hat of Pareto smoothed importance sampling, by ArviZ; None where `arviz-stats` is not installed.

    Args:
        log_weights: log p(x, z) - log q(z) for draws z of q, [n].
    """
    try:
        from arviz_stats.base import array_stats
    except ImportError:
        return None
    log_weights = np.asarray(log_weights, np.float64)
    weights = np.exp(log_weights - log_weights.max())
    return float(array_stats.pareto_khat(weights, r_eff=1, tail="right", chain_axis=None))


def table(fits: dict[str, Any], log_evidence: float, reference: dict[str, tuple[float, float]]) -> str:
    """A comparison of guides, one line each, for all seeds together.

    Args:
        fits: name -> (draws of the quantity of interest [s, n], their log weights [s, n]) of s fits.
        log_evidence: log p(x) in nats: no ELBO is above it.
        reference: name -> mean and standard deviation of the quantity, from elsewhere.
    """
    head = ("ELBO, nats, by seed", "se", "gap", "k-hat", "mean", "sd")
    lines = ["{:<22} {:<25} {:>5} {:>5} {:>11} {:>13} {:>11}".format("", *head)]
    for name, (draws, log_weights) in fits.items():
        values, weights = np.asarray(draws, np.float64), np.asarray(log_weights, np.float64)
        elbos, se = weights.mean(-1), weights.std(-1).max() / weights.shape[-1] ** 0.5
        ks = [pareto_k(one) for one in weights]
        k_hat = "-" if None in ks else _span(ks)
        lines.append(
            f"{name:<22} {' '.join(f'{elbo:.2f}' for elbo in elbos):<25} {se:5.2f} {log_evidence - elbos.mean():5.2f} "
            f"{k_hat:>11} {_span(values.mean(-1)):>13} {_span(values.std(-1)):>11}"
        )
    lines += [f"{name:<22} {'':<49} {mean:13.2f} {sd:11.2f}" for name, (mean, sd) in reference.items()]
    if find_spec("arviz_stats") is None:
        lines.append("k-hat is ArviZ's; to have it here: pip install arviz-stats")
    return "\n".join(lines)


def _span(values) -> str:
    low, high = f"{min(values):.2f}", f"{max(values):.2f}"
    return low if low == high else f"{low}..{high}"
