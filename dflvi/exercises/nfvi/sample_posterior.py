"""6.5  Draws from the posterior of an image, with their log density."""

# Built from solutions/nfvi/sample_posterior.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import nfvi_oracles, planar_flows
from dflvi.checking.compare import T32_LOOSE, T64, close, fields, finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def sample_posterior(
    key: Key, params: Any, x: Float[Array, "*m D"], n: int
) -> tuple[Float[Array, "n *m d"], Float[Array, "n ..."]]:
    """Draw z from q(z | x): noise, the Gaussian of the encoder, then its planar layers, with the account of density.

    Args:
        key: a PRNG key for all draws.
        params: what your `init_nfvae` made, with any numbers in it.
        x: one binary image, [D]. (Ours takes leading axes too. A check maps over images.)
        n: how many draws, a Python int.

    Returns:
        z: the n points z_K at the end of the flow, independent draws, [n, d].
        logq: their log densities under q(z | x), in nats, [n].

    Along the way, log q_K(z_K) = log q0(z0) less the log |det| of every layer, each taken at the point that goes into
    it. With K = 0 it is a draw of a Gaussian and its log density. JAX must be able to differentiate both results in
    params (Rezende and Mohamed 2015, equation 13).
    """
    raise NotImplementedError("yours to write")

_N = 4000


def _drawn(attempt, params, x, n, d, where):
    z, logq = fields(attempt(attempt.key(), params, x, n), "z", "logq")
    z = finite(has_shape(z, (n, d), where=where, what="z"), where=where, what="z")
    return z, finite(has_shape(logq, (n,), where=where, what="logq"), where=where, what="logq")


def gives_points_and_their_log_densities(attempt):
    for d, K, n in ((2, 3, 7), (1, 0, 3)):
        x = nfvi_oracles.images(attempt.rng, 1)[0]
        where = f"one image, d = {d}, K = {K}, n = {n}, random parameters"
        z, _ = _drawn(attempt, nfvi_oracles.tiny(attempt, d, K), x, n, d, where)
        apart = float(np.abs(z[0] - z[1]).max())
        holds(apart > 0, "The draws of one call are all the same.", value=float(apart > 0), where=where)


def _densities(attempt, d, K, where):
    """Draws and logq of a few images, in float64, and the density at z by way of the inverse."""
    params, x = nfvi_oracles.tiny(attempt, d, K), nfvi_oracles.images(attempt.rng, 6)
    drawn = attempt.float64.vmap(0, None, 0, None)(attempt.keys(6), params, x.astype(np.float64), 5)
    z, logq = fields(drawn, "z", "logq")
    z = finite(has_shape(z, (6, 5, d), where=where, what="z"), where=where, what="z").astype(np.float64)
    logq = finite(has_shape(logq, (6, 5), where=where, what="logq"), where=where, what="logq")
    mu, logvar, flow = (_beside(part) for part in nfvi_oracles.encoded(attempt, params, x, d, K))
    before = planar_flows.chain_inverse("planar", flow, z)
    eps = (before - mu) * np.exp(-0.5 * logvar)
    base = planar_flows.standard_normal(eps) - 0.5 * np.sum(logvar, axis=-1)
    return logq, base - planar_flows.chain("planar", flow, before)[1]


def _beside(part):
    """With an axis for the draws of an image behind that of the images."""
    if isinstance(part, tuple):
        return type(part)(*(field[:, None] for field in part))
    return part[:, None]


def without_layers_it_is_a_gaussian(attempt):
    where = "K = 0, d = 2, six images, five draws each"
    logq, want = _densities(attempt, 2, 0, where)
    close(logq, want, T64, where=where, says="logq against the log density of the Gaussian at z", what="logq")


def its_log_density_is_that_of_the_whole_flow(attempt):
    for d, K in ((2, 3), (1, 2)):
        where = f"K = {K}, d = {d}, six images, five draws each"
        logq, want = _densities(attempt, d, K, where)
        # A layer with a slope near zero costs its inverse some digits.
        close(logq, want, T32_LOOSE, where=where, what="logq",
              says="logq against the density at z, found by way of the inverse of your own flow")  # fmt: skip


def the_noise_behind_it_is_standard(attempt):
    d, K = 2, 3
    params, x = nfvi_oracles.tiny(attempt, d, K), nfvi_oracles.images(attempt.rng, 1)
    where = f"one image, K = {K}, d = {d}, {_N} draws"
    z, _ = _drawn(attempt, params, x[0], _N, d, where)
    mu, logvar, flow = nfvi_oracles.encoded(attempt, params, x, d, K)
    before = planar_flows.chain_inverse("planar", type(flow)(*(field[0] for field in flow)), z.astype(np.float64))
    eps = (before - mu[0]) * np.exp(-0.5 * logvar[0])
    # Means, and second moments of normals (kurtosis 3): near enough normal for 4,000. Float32 and the inverse: 1e-3.
    moments = np.stack([*eps.T, *(eps**2).T, eps[:, 0] * eps[:, 1]], axis=1)
    sd = np.sqrt([1, 1, 2, 2, 1])
    mean_is(moments, [0, 0, 1, 1, 0], sd=sd, slack=2e-3, where=where,
            says="means, mean squares and mean product of the noise that leads to your z, through the inverse of your "
            "own flow")  # fmt: skip


def its_slopes_reach_both_results(attempt):
    d, K = 2, 2
    params, x = nfvi_oracles.tiny(attempt, d, K), nfvi_oracles.images(attempt.rng, 1)[0].astype(np.float64)
    key, where, step = attempt.key(), f"one image, K = {K}, d = {d}, in the pixels", 1e-6
    way = attempt.rng.normal(size=len(x))
    slopes = fields(attempt.float64.jacobian(2)(key, params, x, 2), "z", "logq")
    ends = [fields(attempt.float64(key, params, x + sign * step * way, 2), "z", "logq") for sign in (1, -1)]
    for name, slope, up, down, shape in zip(("z", "logq"), slopes, *ends, ((2, d), (2,)), strict=True):
        slope = finite(has_shape(slope, (*shape, len(x)), where=where, what="JAX"), where=where, what="JAX")
        want = (np.asarray(up, np.float64) - np.asarray(down, np.float64)) / (2 * step)
        # A kink of a unit may lie in between once in a million times.
        close(slope.astype(np.float64) @ way, want, T32_LOOSE._replace(rel=1e-2, abs=1e-3), what="JAX", where=where,
              says=f"the slope of {name} against two values of your own at one key")  # fmt: skip


exercise = Exercise(
    sample_posterior,
    question="6.5",
    minutes=20,
    difficulty=2,
    differentiable=True,
    needs=("init_nfvae", "encode_nf"),
    hints=(
        "Two numbers travel together: where the draw is, and what its log density is. What is each of them before the "
        "first layer?",
        "Write it for one draw. The layers are the steps of a `lax.scan` over the stack, with the pair as its carry. "
        "Then map it over n rows of noise.",
        "A layer subtracts the log of its slope, and the slope is taken at the point that comes in, before it is "
        "moved. The base has its own volume: half of the sum of the log-variances.",
    ),
    checks=(
        gives_points_and_their_log_densities,
        without_layers_it_is_a_gaussian,
        its_log_density_is_that_of_the_whole_flow,
        the_noise_behind_it_is_standard,
        its_slopes_reach_both_results,
    ),
)
