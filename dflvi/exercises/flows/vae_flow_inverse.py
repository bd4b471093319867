"""5.2  The two layers, undone."""

# Built from solutions/flows/vae_flow_inverse.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import T64, close, fields, has_shape
from dflvi.checking.exercise import Exercise


def vae_flow_inverse(
    e: Float[Array, " D"], z: Float[Array, " d"], enc: Callable, dec: Callable
) -> tuple[Float[Array, " D"], Float[Array, " d"]]:
    """The pair (x, eps) that `vae_flow_forward` takes to (e, z).

    Args:
        e: the unexplained part, [D].
        z: the latent, [d].
        enc: x -> (mu, logsigma), each [d]; logsigma is the log of a standard deviation.
        dec: z -> the mean of x given z, [D].

    Returns:
        x: the observation, [D].
        eps: the noise, [d].

    Neither network is inverted. JAX must be able to differentiate it.
    """
    raise NotImplementedError("yours to write")


def enc(x):
    return jnp.stack([jnp.sin(x[0] - x[2]), 0.5 * x[1]]), jnp.stack([0.3 * x[0] - 0.8, -0.5 * jnp.cos(x[1] * x[2])])


def dec(z):
    return jnp.stack([z[0] * z[1], jnp.tanh(2 * z[0]), z[1] ** 2 - z[0]])


def _pair(rng):
    """(x, eps) and the (e, z) that it becomes."""
    x, eps = (rng.normal(size=n).astype(np.float32).astype(np.float64) for n in (3, 2))
    mu = np.array([np.sin(x[0] - x[2]), 0.5 * x[1]])
    logsigma = np.array([0.3 * x[0] - 0.8, -0.5 * np.cos(x[1] * x[2])])
    z = eps * np.exp(logsigma) + mu
    return x, eps, x - np.array([z[0] * z[1], np.tanh(2 * z[0]), z[1] ** 2 - z[0]]), z

_WHERE = "D = 3, d = 2, a random pair (x, eps), carried forward"


def _back(attempt, e, z):
    x, eps = fields(attempt.float64(e, z, enc, dec), "x", "eps")
    return has_shape(x, (3,), where=_WHERE, what="x"), has_shape(eps, (2,), where=_WHERE, what="eps")


def x_comes_back(attempt):
    for _ in range(3):
        x, _, e, z = _pair(attempt.rng)
        close(_back(attempt, e, z)[0], x, T64, where=_WHERE, says="x comes back", what="x")


def the_noise_comes_back(attempt):
    for _ in range(3):
        _, eps, e, z = _pair(attempt.rng)
        close(_back(attempt, e, z)[1], eps, T64, where=_WHERE, says="eps comes back", what="eps")


exercise = Exercise(
    vae_flow_inverse,
    question="5.2",
    minutes=6,
    difficulty=1,
    differentiable=True,
    hints=(
        "Which phase came last? It is undone first.",
        "z is there in clear, so the decoder can be run again and x found. With x in hand, what does the encoder tell?",
        "First x from e and the decoder at z. Then the encoder at that x, and eps as z less the mean, over the "
        "standard deviation.",
    ),
    checks=(x_comes_back, the_noise_comes_back),
)
