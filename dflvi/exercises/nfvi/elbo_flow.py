"""6.1  The ELBO of one draw, with a flow behind the Gaussian."""

# Built from solutions/nfvi/elbo_flow.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import T64, close, has_shape
from dflvi.checking.exercise import Exercise
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
    raise NotImplementedError("yours to write")


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
)
