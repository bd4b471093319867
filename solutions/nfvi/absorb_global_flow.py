"""6.1  A flow that is the same for all images, taken into the prior and the decoder."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import planar_flows
from dflvi.checking.compare import T64, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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

    def log_prior0(z0):
        return log_prior(flow(z0)) + logdet(z0)

    def decoder0(z0):
        return decoder(flow(z0))

    return log_prior0, decoder0


# ---- other right answers ----------------------------------------------------------------------


def by_name(flow, logdet, log_prior, decoder):
    """A dict; the prior as a density, and its log taken at the end."""
    return {
        "log_prior0": lambda z0: jnp.log(jnp.exp(log_prior(flow(z0))) * jnp.exp(logdet(z0))),
        "decoder0": lambda z0: decoder(flow(z0)),
    }


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- mistakes ---------------------------------------------------------------------------------


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
    variants=(by_name,),
    mistakes=(
        Mistake(
            "decoder-as-it-was",
            one_edit("decoder(flow(z0))", "decoder(z0)"),
            "Your new decoder takes z0 for z. The image that the flow model draws from this z0 is another one.",
            caught_by=decoder0_reads_the_base_and_draws_the_same_image,
        ),
        Mistake(
            "no-determinant",
            one_edit("log_prior(flow(z0)) + logdet(z0)", "log_prior(flow(z0))"),
            "Your prior of z0 takes the old density along to the other end of the map as it is. Add it up over z0: the "
            "map changes areas, and a density has to make up for it.",
            also=lambda flow, logdet, log_prior, decoder: (
                lambda z0: log_prior(flow(z0)) + 0 * logdet(z0), lambda z0: decoder(flow(z0))
            ),
            caught_by=prior0_has_mass_one,
        ),
        Mistake(
            "determinant-of-the-inverse",
            one_edit("log_prior(flow(z0)) + logdet(z0)", "log_prior(flow(z0)) - logdet(z0)"),
            "Where the flow stretches, a little square of z0 covers much of z, and so much prior mass. In yours it has "
            "less.",
            caught_by=prior0_has_mass_one,
        ),
        Mistake(
            "determinant-at-the-point-after",
            one_edit("logdet(z0)", "logdet(flow(z0))"),
            "The log-determinant is a function of the point that goes in, and you ask it about the point that comes "
            "out.",
            caught_by=prior0_has_mass_one,
        ),
        Mistake(
            "prior-as-it-was",
            one_edit("log_prior(flow(z0)) + logdet(z0)", "log_prior(z0)"),
            "A density it is, and not the right one: your prior for z0 is that of z, as if the flow did not move "
            "anything. Compare the two objectives for one draw.",
            caught_by=prior0_is_what_makes_the_objectives_agree,
        ),
        Mistake(
            "base-for-prior",
            one_edit("log_prior(flow(z0)) + logdet(z0)", "-0.5 * jnp.sum(z0**2) - jnp.log(2 * jnp.pi)"),
            "You gave z0 the prior N(0, I), since the flow's base often is one. Nobody says so here: which prior of z0 "
            "gives z the prior that it had?",
            caught_by=prior0_is_what_makes_the_objectives_agree,
        ),
    ),
    answer="""
With z = f(z0) the integrand of the flow model is

$$\\log p(x \\mid f(z_0)) + \\big[\\log p(f(z_0)) + \\log|\\det f'(z_0)|\\big] - \\log q_0(z_0 \\mid x) .$$

The first term is a decoder that reads z0, with f as its first layer. The bracket is the log density that z0 has if
f(z0) has the density p: a prior, without x. What is left is a Gaussian q0. So the model *is* an ordinary VAE with a
diagonal Gaussian for z0, a learnt prior and a deeper decoder. A KL does not change under a bijection, so its
inference gap is KL(q0(z0 | x) || p(z0 | x)), that of a diagonal Gaussian.

If f depends on x, the bracket does as well. There is no prior then that it could be, since a prior may not know the
image.

**The fair part.** A flow for all images is not useless: prior and decoder are richer, and the model can adapt so that
its posteriors, seen from z0, look more like Gaussians. It does not make the family of q richer. (That gradients would
not flow, or that f has to be invertible, are no reasons: both hold for flows of either kind.)

**Rubric.** Absorbs f into the decoder; into the prior, with the determinant; says that q0 stays a diagonal Gaussian; KL
invariant; one warp for all x against posteriors of different shapes; x-dependent f cannot be absorbed, and why; a
global flow is not useless.
""",
    afterword="Nothing was approximated: the two models are one, under two names.",
)
