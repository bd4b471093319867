"""6.1  The ELBO of one draw, with a flow behind the Gaussian."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T64, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def elbo_flow(
    x: Float[Array, " D"], z0: Float[Array, " d"], log_q0: Scalar | float, flow: Callable, logdet: Callable,
    log_prior: Callable, decoder: Callable,
) -> Scalar:  # fmt: skip
    """What one draw contributes to the ELBO, in nats: log p(x | z) + log p(z) - log q(z | x), where z = flow(z0).

    Args:
        x: one binary image, D zeros and ones as floats.
        z0: a draw from the base, [d].
        log_q0: log q0(z0 | x), the log density of that draw under the base, a number.
        flow: z0 -> z, an invertible map of [d].
        logdet: z0 -> log |det d flow / d z0| there, a number.
        log_prior: z -> log p(z), a number.
        decoder: z -> logits of the D pixels, [D]; pixels are independent given z.

    Returns:
        the number. JAX must be able to differentiate it in z0 and log_q0.
    """
    z = flow(z0)
    logits = decoder(z)
    log_lik = jnp.sum(x * jax.nn.log_sigmoid(logits) + (1 - x) * jax.nn.log_sigmoid(-logits))
    log_q = log_q0 - logdet(z0)
    return log_lik + log_prior(z) - log_q


# ---- other right answers ----------------------------------------------------------------------


def in_one_line(x, z0, log_q0, flow, logdet, log_prior, decoder):
    """With signs in the place of zeros and ones, and no name for log q."""
    lik = -jax.nn.softplus((1 - 2 * x) * decoder(flow(z0))).sum()
    return lik + log_prior(flow(z0)) + logdet(z0) - log_q0


def pixel_by_pixel(x, z0, log_q0, flow, logdet, log_prior, decoder):
    """A sum over pixels, one after the other."""
    z = flow(z0)
    total = log_prior(z) - (log_q0 - logdet(z0))
    for ink, logit in zip(x, decoder(z), strict=True):
        total = total + ink * logit - jnp.logaddexp(0.0, logit)
    return total


# ---- checks: cheap to deep --------------------------------------------------------------------
# Functions of no flow in particular, so that each has a share of its own in the result.


def bent(z):
    return jnp.stack([z[..., 0] + 0.7 * jnp.sin(z[..., 1]), 1.5 * z[..., 1]], axis=-1)


def reported(z):
    return 0.3 * z[..., 0] - jnp.cos(z[..., 1])


def uneven(z):
    return -jnp.abs(z[..., 0] - 0.4) - 0.8 * z[..., 1] ** 2


def pixels(z):
    return jnp.stack([2 * z[..., 0], z[..., 0] * z[..., 1] - 1, 1.5 - z[..., 1]], axis=-1)


def _case(rng):
    """x, z0, log_q0; and its four parts, in float64: log p(x | z), log p(z), the log-determinant, log q0."""
    x = rng.permutation(np.array([0.0, 1.0, 1.0] if rng.random() < 0.5 else [1.0, 0.0, 0.0]))
    z0, log_q0 = rng.normal(size=2).astype(np.float32).astype(np.float64), float(np.float32(rng.normal() - 2))
    a, b = z0[0] + 0.7 * np.sin(z0[1]), 1.5 * z0[1]
    ink = 1 / (1 + np.exp(-np.array([2 * a, a * b - 1, 1.5 - b])))
    log_lik = float(np.sum(np.log(np.where(x > 0.5, ink, 1 - ink))))
    return x, z0, log_q0, log_lik, -abs(a - 0.4) - 0.8 * b**2, 0.3 * z0[0] - np.cos(z0[1]), log_q0


def it_is_the_sum_of_its_four_parts(attempt):
    for _ in range(3):
        x, z0, log_q0, log_lik, log_p, volume, _ = _case(attempt.rng)
        where = "D = 3, d = 2, random x, z0 and log_q0, a flow, a prior and a decoder of ours"
        got = has_shape(attempt.float64(x, z0, log_q0, bent, reported, uneven, pixels), (), where=where)
        close(got, log_lik + log_p + volume - log_q0, T64, where=where, says="the contribution of this draw",
              known={"log p(z)": log_p, "the log-determinant": volume, "log q0": log_q0})  # fmt: skip


# ---- mistakes ---------------------------------------------------------------------------------


exercise = Exercise(
    elbo_flow,
    question="6.1",
    minutes=8,
    difficulty=1,
    differentiable=True,
    hints=(
        "At which of the two points does each of the densities belong, at z0 or at z?",
        "Log q(z | x) is not log_q0. By a change of variables it is log_q0, corrected by how much the flow stretches.",
        "The likelihood and the prior read z = flow(z0). Of log q0 take the log-determinant off, and subtract the "
        "result.",
    ),
    checks=(it_is_the_sum_of_its_four_parts,),
    variants=(in_one_line, pixel_by_pixel),
    mistakes=(
        Mistake(
            "log-det-with-the-wrong-sign",
            one_edit("log_q0 - logdet(z0)", "log_q0 + logdet(z0)"),
            "Where your flow stretches, q becomes denser. Draws that are pulled apart should leave less density "
            "behind.",
            also=lambda x, z0, log_q0, flow, logdet, log_prior, decoder: (
                in_one_line(x, z0, log_q0, flow, logdet, log_prior, decoder) - 2 * logdet(z0)
            ),
            caught_by=it_is_the_sum_of_its_four_parts,
        ),
        Mistake(
            "log-det-forgotten",
            one_edit("log_q0 - logdet(z0)", "log_q0"),
            "You take the base's density for that of z. A flow that squeezes everything together would cost "
            "nothing.",
            caught_by=it_is_the_sum_of_its_four_parts,
        ),
        Mistake(
            "prior-at-the-base-point",
            one_edit("log_prior(z) - log_q", "log_prior(z0) - log_q"),
            "The prior is about the latent that the decoder reads. Which of your two points is that?",
            caught_by=it_is_the_sum_of_its_four_parts,
        ),
        Mistake(
            "decoder-at-the-base-point",
            one_edit("decoder(z)", "decoder(z0)"),
            "Your decoder never sees what the flow does.",
            caught_by=it_is_the_sum_of_its_four_parts,
        ),
        Mistake(
            "log-det-at-the-point-after",
            one_edit("log_q0 - logdet(z0)", "log_q0 - logdet(z)"),
            "You ask how much the flow stretches at the place where the point arrives. It is told at the place from "
            "which it starts.",
            caught_by=it_is_the_sum_of_its_four_parts,
        ),
        Mistake(
            "ink-only",
            one_edit("x * jax.nn.log_sigmoid(logits) + (1 - x) * jax.nn.log_sigmoid(-logits)",
                     "x * jax.nn.log_sigmoid(logits)"),
            "An image without ink would cost you nothing. The zeros have to be explained too.",
            caught_by=it_is_the_sum_of_its_four_parts,
        ),
    ),
    answer="""
log q(z | x) = log q0(z0 | x) - log |det d flow / d z0|, the change of variables of section 1 at the draw itself. So the
contribution is log p(x | z) + log p(z) + log |det| - log q0(z0 | x): four numbers, the first two at z and the last two
at z0.
""",
    afterword="Look at which of its parts know the flow. The next function only sorts them differently.",
)
