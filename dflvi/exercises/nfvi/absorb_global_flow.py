"""6.1  A flow that is the same for all images, taken into the prior and the decoder."""

# Built from solutions/nfvi/absorb_global_flow.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import planar_flows
from dflvi.checking.compare import T64, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Planar, Scalar


def absorb_global_flow(
    flow: Callable[[Float[Array, " d"]], Float[Array, " d"]], logdet: Callable[[Float[Array, " d"]], Scalar],
    log_prior: Callable[[Float[Array, " d"]], Scalar], decoder: Callable[[Float[Array, " d"]], Float[Array, " D"]],
) -> tuple[Callable, Callable]:  # fmt: skip
    """The VAE without a flow that a VAE with one flow for all images really is: its prior and its decoder.

    Args:
        flow: z0 -> z, an invertible map of [d], the same for every image.
        logdet: z0 -> log |det d flow / d z0| there, a number.
        log_prior: z -> log p(z), a number.
        decoder: z -> logits of the D pixels, [D].

    Returns:
        log_prior0: z0 -> the log of a density of z0, a number.
        decoder0: z0 -> logits of the D pixels, [D].

    Together they are such that log p(x | z0) + log p(z0) - log q0(z0 | x), the ELBO's integrand with z0 as the
    latent, is what the flow model has for the same draw, for every x, every z0 and every q0. Both are functions of
    one z0. (The pair may come as a tuple in this order, or by name.)
    """
    raise NotImplementedError("yours to write")

_U, _W, _B = ((1.2, -0.4), (-0.5, 0.9), (0.6, 1.0)), ((0.9, 0.7), (1.1, -0.2), (-0.8, 0.9)), (0.2, -0.4, 0.3)

_NAMES = "log_prior0", "decoder0"


def _layers(z):
    return zip(*(jnp.asarray(part, z.dtype) for part in (_U, _W, _B)), strict=True)


def warp(z):
    for u, w, b in _layers(z):
        z = z + jnp.tanh(z @ w + b)[..., None] * u
    return z


def warp_logdet(z):
    total = 0.0
    for u, w, b in _layers(z):
        h = jnp.tanh(z @ w + b)
        total, z = total + jnp.log1p((1 - h**2) * (u @ w)), z + h[..., None] * u
    return total


def off_centre(z):
    a, b = (z[..., 0] - 0.4) / 1.2, (z[..., 1] + 0.3) / 0.8
    return -0.5 * (a**2 + b**2) - jnp.log(2 * jnp.pi * 1.2 * 0.8)


def pixels(z):
    return jnp.stack([2 * z[..., 0] * z[..., 1], jnp.tanh(z[..., 0]) - z[..., 1], 1.5 * z[..., 1] + 0.3], axis=-1)

_GIVEN = warp, warp_logdet, off_centre, pixels

_WHERE = "three planar layers in the plane, a normal off the middle as prior, a decoder of three pixels"


def _made(attempt, part):
    return attempt.returned(*_GIVEN, part=part, of=_NAMES).float64


def _points(rng):
    """Points z0 [9, 2], where the flow takes them, and its log-determinants."""
    z0 = rng.normal(size=(9, 2)).astype(np.float32).astype(np.float64)
    return z0, *planar_flows.chain("planar", Planar(*map(np.array, (_U, _W, _B))), z0)


def decoder0_reads_the_base_and_draws_the_same_image(attempt):
    z0, z, _ = _points(attempt.rng)
    a, b = z.T
    want = np.stack([2 * a * b, np.tanh(a) - b, 1.5 * b + 0.3], axis=1)
    got = has_shape(_made(attempt, "decoder0").vmap(0)(z0), (9, 3), where=_WHERE, what="decoder0")
    close(got, want, T64, where=f"{_WHERE}; nine z0", what="decoder0", says="the logits at z0")


def prior0_has_mass_one(attempt):
    ticks, cell = np.linspace(-7.5, 7.5, 121), 0.125**2
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    log_p = has_shape(_made(attempt, "log_prior0").vmap(0)(grid), (len(grid),), where=_WHERE, what="log_prior0")
    heights = finite(log_p, where=_WHERE, what="log_prior0").astype(np.float64)
    mass = float(np.sum(np.exp(np.minimum(heights, 50))) * cell)
    says = "exp(log_prior0) is no density: its integral over z0 is not 1."
    holds(abs(mass - 1) < 2e-3, says, value=np.log(mass + 1e-9), tolerance=1e-3,
          where=f"{_WHERE}; a grid of 121 by 121 points on [-7.5, 7.5] squared", expected="1, to within 0.002",
          got=f"{mass:.4g}")  # fmt: skip


def prior0_is_what_makes_the_objectives_agree(attempt):
    z0, z, volume = _points(attempt.rng)
    log_p = -0.5 * np.sum(((z - [0.4, -0.3]) / [1.2, 0.8]) ** 2, axis=1) - np.log(2 * np.pi * 1.2 * 0.8)
    got = has_shape(_made(attempt, "log_prior0").vmap(0)(z0), (9,), where=_WHERE, what="log_prior0")
    close(got, log_p + volume, T64, where=f"{_WHERE}; nine z0", what="log_prior0",
          says="log_prior0 against what the flow model has in its place, draw by draw")  # fmt: skip


exercise = Exercise(
    absorb_global_flow,
    question="6.1",
    minutes=12,
    difficulty=2,
    hints=(
        "Write the integrand of the flow model with z0 as the only variable. Which of its terms hold x, and which do "
        "not?",
        "Rename: what stands where the likelihood of a VAE would stand, and what stands where the log of its prior "
        "would? The second has to be a density of z0; which theorem makes one from p(z) and z = flow(z0)?",
        "The decoder becomes the old one after the flow. The log prior is the old one after the flow, and one more "
        "term that does not hold x.",
    ),
    checks=(
        decoder0_reads_the_base_and_draws_the_same_image,
        prior0_has_mass_one,
        prior0_is_what_makes_the_objectives_agree,
    ),
)
