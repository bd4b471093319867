"""5.2  What the flow maximises: the log-likelihood of a pair."""

# Built from solutions/flows/vae_flow_loglik.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import T64, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def vae_flow_loglik(x: Float[Array, " D"], eps: Float[Array, " d"], enc: Callable, dec: Callable) -> Scalar:
    """The log density, in nats, of one pair (x, eps) under the flow of `vae_flow_forward` with base N(0, I) on (e, z).

    Args:
        x: one observation, [D].
        eps: one draw of noise, [d].
        enc: x -> (mu, logsigma), each [d]; logsigma is the log of a standard deviation.
        dec: z -> the mean of x given z, [D].

    Returns:
        log p(x, eps), a number. JAX must be able to differentiate it in every array that enters.
    """
    raise NotImplementedError("yours to write")


def encoder(x):
    return jnp.stack([jnp.sin(x[0] - x[2]), 0.5 * x[1]]), jnp.stack([0.3 * x[0] - 0.8, -0.5 * jnp.cos(x[1] * x[2])])


def decoder(z):
    return jnp.stack([z[0] * z[1], jnp.tanh(2 * z[0]), z[1] ** 2 - z[0]])


def enc_line(x):
    return 0.5 * x, 0.0 * x - 0.7


def dec_line(z):
    return jnp.sin(2 * z)


def _case(rng):
    """x, eps, and mu, logsigma, z, e, in float64."""
    x, eps = (rng.normal(size=n).astype(np.float32).astype(np.float64) for n in (3, 2))
    mu = np.array([np.sin(x[0] - x[2]), 0.5 * x[1]])
    logsigma = np.array([0.3 * x[0] - 0.8, -0.5 * np.cos(x[1] * x[2])])
    z = eps * np.exp(logsigma) + mu
    return x, eps, mu, logsigma, z, x - np.array([z[0] * z[1], np.tanh(2 * z[0]), z[1] ** 2 - z[0]])

_WHERE = "D = 3, d = 2, random x and eps"


def is_a_density_of_pairs(attempt):
    # In the plane, D = d = 1, where the flow bends the grid. The integrand is smooth and dies out within the box.
    t = np.linspace(-9, 9, 91)
    pairs = np.stack(np.meshgrid(t, t, indexing="ij"), axis=-1).reshape(-1, 2)[:, :, None]
    log_p = attempt.float64.vmap(0, 0, None, None)(pairs[:, 0], pairs[:, 1], enc_line, dec_line)
    log_p = finite(has_shape(log_p, (len(pairs),), where="D = d = 1, 91 x 91 pairs"), where="D = d = 1, 91 x 91 pairs")
    mass = float(np.exp(np.minimum(log_p.astype(np.float64), 50)).sum() * (t[1] - t[0]) ** 2)
    close(mass, 1.0, Tolerance(2e-3, 0), where="D = d = 1, the integral over x and eps in [-9, 9]",
          says="it is a density of pairs")  # fmt: skip


def is_the_density_of_what_the_map_was_undone_to(attempt):
    for _ in range(3):
        x, eps, mu, logsigma, z, e = _case(attempt.rng)
        want = oracles.normal_logpdf(x, x - e).sum() + oracles.normal_logpdf(z).sum() + logsigma.sum()
        got = has_shape(attempt.float64(x, eps, encoder, decoder), (), where=_WHERE)
        close(got, want, T64, where=_WHERE, says="log p(x, eps)", known={"the logdet": float(logsigma.sum())})


exercise = Exercise(
    vae_flow_loglik,
    question="5.2",
    minutes=6,
    difficulty=1,
    differentiable=True,
    hints=(
        "It is the log density of a flow, as in 5.4. What are its base points, and how many coordinates do they have?",
        "Two parts of the base, e and z, both standard normal, and one log-determinant.",
        "Call `vae_flow_forward`; add up the log densities of all entries of e and of z under N(0, 1), and the "
        "log-determinant as it came.",
    ),
    checks=(is_a_density_of_pairs, is_the_density_of_what_the_map_was_undone_to),
)
