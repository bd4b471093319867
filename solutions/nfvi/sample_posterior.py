"""6.5  Draws from the posterior of an image, with their log density."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import nfvi_oracles, planar_flows
from dflvi.checking.compare import T32_LOOSE, T64, close, fields, finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise, Mistake
from dflvi.types import Key
from solutions.nfvi.encode_nf import encode_nf


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
    mu, logvar, flow = encode_nf(params, x)
    layers = jax.tree.map(lambda part: jnp.moveaxis(part, mu.ndim - 1, 0), flow)

    def draw(eps):
        z = mu + jnp.exp(0.5 * logvar) * eps
        logq = -0.5 * jnp.sum(eps**2 + logvar + jnp.log(2 * jnp.pi), axis=-1)
        return jax.lax.scan(_layer, (z, logq), layers)[0]

    return jax.vmap(draw)(jax.random.normal(key, (n, *mu.shape)))


def _layer(carry, layer):
    """One planar layer further: the point, and what is left of its log density."""
    z, logq = carry
    h = jnp.tanh(jnp.sum(layer.w * z, axis=-1) + layer.b)
    slope = 1 + (1 - h**2) * jnp.sum(layer.w * layer.u, axis=-1)
    # never below zero but by rounding
    return (z + layer.u * h[..., None], logq - jnp.log(jnp.maximum(slope, 1e-6))), None


# ---- other right answers ----------------------------------------------------------------------


def layer_by_layer(key, params, x, n):
    """All draws at once in a Python loop over layers, SciPy for the base, log |det|s collected."""
    mu, logvar, (u, w, b) = encode_nf(params, x)
    sd = jnp.exp(logvar / 2)
    z = mu + sd * jax.random.normal(key, (n, len(mu)))
    logq = jax.scipy.stats.norm.logpdf(z, mu, sd).sum(axis=1)
    for k in range(len(b)):
        a = z @ w[k] + b[k]
        logq = logq - jnp.log(jnp.abs(1 + jnp.dot(u[k], w[k]) / jnp.cosh(a) ** 2) + 1e-12)
        z = z + jnp.outer(jnp.tanh(a), u[k])
    return {"z": z, "logq": logq}


def with_a_jacobian(key, params, x, n):
    """A key for each draw; the log |det| of each layer from its matrix."""
    mu, logvar, flow = encode_nf(params, x)

    def draw(key):
        z = jax.random.multivariate_normal(key, mu, jnp.diag(jnp.exp(logvar)))
        logq = jax.scipy.stats.multivariate_normal.logpdf(z, mu, jnp.diag(jnp.exp(logvar)))
        for u, w, b in zip(*flow, strict=True):
            push = lambda z, u=u, w=w, b=b: z + u * jnp.tanh(w @ z + b)  # noqa: E731
            J = jax.jacfwd(push)(z)
            det = J[0, 0] if len(z) == 1 else J[0, 0] * J[1, 1] - J[0, 1] * J[1, 0]
            z, logq = push(z), logq - jnp.log(jnp.abs(det))
        return z, logq

    return jax.vmap(draw)(jax.random.split(key, n))


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def _with(key, params, x, n, sign=-1.0, at="before", last=False, scale=0.5, shared=False, moves=True, base=True,
          passes=True):  # fmt: skip
    mu, logvar, (u, w, b) = encode_nf(params, x)
    eps = jax.random.normal(key, (n, len(mu)))
    eps = jnp.broadcast_to(eps[:1], eps.shape) if shared else eps
    first = z = mu + jnp.exp(scale * logvar) * eps
    logq = start = -0.5 * jnp.sum(eps**2 + base * 2 * scale * logvar + jnp.log(2 * jnp.pi), axis=1)
    for k in range(len(b)):
        h = jnp.tanh((z if moves else first) @ w[k] + b[k])
        new = z + h[:, None] * u[k]
        seen = jnp.tanh(new @ w[k] + b[k]) if at == "after" else h
        change = sign * jnp.log(jnp.abs(1 + (1 - seen**2) * (u[k] @ w[k])))
        z, logq = new, (start if last else logq) + change
    return (z if passes else first), logq


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
    variants=(layer_by_layer, with_a_jacobian),
    mistakes=(
        Mistake(
            "one-draw-n-times",
            lambda key, params, x, n: _with(key, params, x, n, shared=True),
            "Two rows of z are equal. Each of the n draws wants noise of its own.",
            caught_by=gives_points_and_their_log_densities,
        ),
        Mistake(
            "one-log-density-for-all-draws",
            lambda key, params, x, n: (sample_posterior(key, params, x, n)[0],
                                       jnp.sum(sample_posterior(key, params, x, n)[1])),
            "Seven draws and one log density: the sum ran over everything. It should run over the coordinates of a "
            "draw.",
            caught_by=gives_points_and_their_log_densities,
        ),
        Mistake(
            "base-without-its-volume",
            lambda key, params, x, n: _with(key, params, x, n, base=False),
            "With no layers at all logq should be that of the encoder's Gaussian. Yours is the density of the noise, "
            "whatever the spread is.",
            caught_by=without_layers_it_is_a_gaussian,
        ),
        Mistake(
            "constant-forgotten",
            lambda key, params, x, n: (sample_posterior(key, params, x, n)[0],
                                       sample_posterior(key, params, x, n)[1] + jnp.log(2 * jnp.pi)),
            "The density behind your logq does not integrate to one: without layers it is 6.28 times too high.",
            caught_by=without_layers_it_is_a_gaussian,
        ),
        Mistake(
            "volumes-added",
            lambda key, params, x, n: _with(key, params, x, n, sign=1.0),
            "Right without layers. With one, draws that are pulled apart get a higher density than before, as if "
            "stretched dough became thicker.",
            also=lambda key, params, x, n: _with(key, params, x, n, sign=1.0)[:2],
            caught_by=its_log_density_is_that_of_the_whole_flow,
        ),
        Mistake(
            "volume-at-the-point-after",
            lambda key, params, x, n: _with(key, params, x, n, at="after"),
            "You ask each layer how much it stretches at the place where the point arrives. It was stretched where it "
            "set out.",
            caught_by=its_log_density_is_that_of_the_whole_flow,
        ),
        Mistake(
            "last-volume-only",
            lambda key, params, x, n: _with(key, params, x, n, last=True),
            "One layer is right, and with three only the last of them is in your account.",
            caught_by=its_log_density_is_that_of_the_whole_flow,
        ),
        Mistake(
            "all-layers-at-z0",
            lambda key, params, x, n: _with(key, params, x, n, moves=False),
            "With one layer all is well. With more, each of yours looks at the first point and not at the one that the "
            "layer before it has made.",
            caught_by=its_log_density_is_that_of_the_whole_flow,
        ),
        Mistake(
            "z0-handed-back",
            lambda key, params, x, n: _with(key, params, x, n, passes=False),
            "The log densities know of layers and the points do not: what you return as z is where the draws were "
            "before the flow.",
            caught_by=its_log_density_is_that_of_the_whole_flow,
        ),
        Mistake(
            "variance-for-the-spread",
            lambda key, params, x, n: _with(key, params, x, n, scale=1.0),
            "Your draws scatter by the square of what the encoder asked for. What is half of a log-variance?",
            caught_by=without_layers_it_is_a_gaussian,
        ),
        Mistake(
            "noise-that-is-no-noise",
            lambda key, params, x, n: _of_uniform_noise(key, params, x, n),
            "The density is right at every point, and the points are not drawn from it: the noise that leads to them "
            "has another spread than a standard normal.",
            caught_by=the_noise_behind_it_is_standard,
        ),
        Mistake(
            "draws-taken-for-constants",
            lambda key, params, x, n: (jax.lax.stop_gradient(sample_posterior(key, params, x, n)[0]),
                                       sample_posterior(key, params, x, n)[1]),
            "Values are right and the slope of z is zero everywhere. The draws have to follow the parameters, or "
            "nothing can be learnt through them.",
            caught_by=its_slopes_reach_both_results,
        ),
    ),
    answer="""
The pair of point and log density goes through all layers, and each layer takes the log of its slope away. No inverse is
ever asked for, since the density is wanted at points that we have just made ourselves: this is what makes flows that
are hard to invert useful here (6.4).

A detail. 1 + (1 - h^2) w . u is positive for a lawful layer, but it can be tiny, and float32 rounds. We take the log of
at least 1e-6, so that no rounding error can turn into nan in the middle of a training run.
""",
    afterword="Points with their own density: everything that the bound needs of q.",
)


def _of_uniform_noise(key, params, x, n):
    mu, logvar, (u, w, b) = encode_nf(params, x)
    eps = jax.random.uniform(key, (n, len(mu)), minval=-1, maxval=1)
    z = mu + jnp.exp(0.5 * logvar) * eps
    logq = -0.5 * jnp.sum(eps**2 + logvar + jnp.log(2 * jnp.pi), axis=1)
    for k in range(len(b)):
        h = jnp.tanh(z @ w[k] + b[k])
        z, logq = z + h[:, None] * u[k], logq - jnp.log(1 + (1 - h**2) * (u[k] @ w[k]))
    return z, logq
