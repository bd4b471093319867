"""6.1  The ELBO of one draw of a VAE without a flow, whose prior need not be normal."""

# Built from solutions/nfvi/elbo_absorbed.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import T64, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def elbo_absorbed(
    x: Float[Array, " D"], z0: Float[Array, " d"], log_q0: Scalar | float, log_prior0: Callable, decoder0: Callable
) -> Scalar:
    """What one draw contributes to the ELBO of an ordinary VAE, in nats: log p(x | z0) + log p(z0) - log q0(z0 | x).

    Args:
        x: one binary image, D zeros and ones as floats.
        z0: a draw from q0, [d]. There is no flow; this is the latent.
        log_q0: log q0(z0 | x), a number.
        log_prior0: z0 -> the log of its prior density, a number. It need not be a normal.
        decoder0: z0 -> logits of the D pixels, [D]; pixels are independent given z0.

    Returns:
        the number. JAX must be able to differentiate it in z0 and log_q0.
    """
    raise NotImplementedError("yours to write")


def uneven(z):
    return -jnp.abs(z[..., 0] - 0.4) - 0.8 * z[..., 1] ** 2


def pixels(z):
    return jnp.stack([2 * z[..., 0], z[..., 0] * z[..., 1] - 1, 1.5 - z[..., 1]], axis=-1)


def it_is_the_sum_of_its_three_parts(attempt):
    for _ in range(3):
        x = attempt.rng.permutation(np.array([0.0, 1.0, 1.0] if attempt.rng.random() < 0.5 else [1.0, 0.0, 0.0]))
        z0 = attempt.rng.normal(size=2).astype(np.float32).astype(np.float64)
        log_q0, (a, b) = float(np.float32(attempt.rng.normal() - 2)), z0
        ink = 1 / (1 + np.exp(-np.array([2 * a, a * b - 1, 1.5 - b])))
        log_p = -abs(a - 0.4) - 0.8 * b**2
        where = "D = 3, d = 2, random x, z0 and log_q0, a prior that is no normal and a decoder of ours"
        got = has_shape(attempt.float64(x, z0, log_q0, uneven, pixels), (), where=where)
        close(got, np.sum(np.log(np.where(x > 0.5, ink, 1 - ink))) + log_p - log_q0, T64, where=where,
              says="the contribution of this draw", known={"log p(z0)": log_p, "log q0": log_q0})  # fmt: skip


exercise = Exercise(
    elbo_absorbed,
    question="6.1",
    minutes=5,
    difficulty=1,
    differentiable=True,
    hints=(
        "It is the ELBO of section 4, with z0 as the name of the latent.",
        "Three numbers: likelihood, prior, and minus log q0. Which of them did section 4 fix to a formula?",
        "The prior is handed in: call log_prior0 at z0. Everything else is as in `elbo_flow`, with the flow left out.",
    ),
    checks=(it_is_the_sum_of_its_three_parts,),
)
