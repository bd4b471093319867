"""5.2  What the VAE maximises: the ELBO from one sample."""

# Built from solutions/flows/elbo_sample.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import T64, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def elbo_sample(x: Float[Array, " D"], eps: Float[Array, " d"], enc: Callable, dec: Callable) -> Scalar:
    """The one-sample estimate of the ELBO of a VAE, in nats: log p(x | z) + log p(z) - log q(z | x).

    Args:
        x: one observation, [D].
        eps: one draw of noise, [d], from which z = mu(x) + sigma(x) eps.
        enc: x -> (mu, logsigma), each [d]; logsigma is the log of a standard deviation; q(z | x) = N(mu, sigma^2).
        dec: z -> the mean of x given z, [D]; p(x | z) = N(dec(z), I), and p(z) = N(0, I).

    Returns:
        the estimate, a number: all three logs at the drawn z, none of them replaced by its mean. JAX must be able to
        differentiate it in every array that enters.
    """
    raise NotImplementedError("yours to write")


def enc(x):
    return jnp.stack([jnp.sin(x[0] - x[2]), 0.5 * x[1]]), jnp.stack([0.3 * x[0] - 0.8, -0.5 * jnp.cos(x[1] * x[2])])


def dec(z):
    return jnp.stack([z[0] * z[1], jnp.tanh(2 * z[0]), z[1] ** 2 - z[0]])


def _case(rng):
    """x, eps, and mu, logsigma, z, e, in float64."""
    x, eps = (rng.normal(size=n).astype(np.float32).astype(np.float64) for n in (3, 2))
    mu = np.array([np.sin(x[0] - x[2]), 0.5 * x[1]])
    logsigma = np.array([0.3 * x[0] - 0.8, -0.5 * np.cos(x[1] * x[2])])
    z = eps * np.exp(logsigma) + mu
    return x, eps, mu, logsigma, z, x - np.array([z[0] * z[1], np.tanh(2 * z[0]), z[1] ** 2 - z[0]])

_WHERE = "D = 3, d = 2, random x and eps"


def is_log_p_where_q_is_the_posterior(attempt):
    # dec(z) = 2 z in one dimension: the posterior is N(0.4 x, 1/5), and the ratio is p(x) for every draw.
    x = np.array([1.3])
    for eps in (-1.2, 0.5, 2.0):
        got = has_shape(attempt.float64(x, np.array([eps]), posterior, doubled), (), where=_WHERE)
        close(got, oracles.normal_logpdf(1.3, 0.0, 5.0), T64, where=f"D = d = 1, q the posterior, eps = {eps}",
              says="with q the posterior every draw gives log p(x)")  # fmt: skip


def posterior(x):
    return 0.4 * x, 0.0 * x - 0.5 * jnp.log(5.0)


def doubled(z):
    return 2 * z


def is_what_three_densities_say(attempt):
    for _ in range(3):
        x, eps, mu, logsigma, z, e = _case(attempt.rng)
        log_q = oracles.multivariate_normal_logpdf(z, mu, np.diag(np.exp(2 * logsigma)))
        want = oracles.normal_logpdf(x, x - e).sum() + oracles.normal_logpdf(z).sum() - log_q
        got = has_shape(attempt.float64(x, eps, enc, dec), (), where=_WHERE)
        close(got, want, T64, where=_WHERE, says="log p(x | z) + log p(z) - log q(z | x)",
              known={"log q(z | x)": float(log_q), "the sum of logsigma": float(logsigma.sum())})  # fmt: skip


exercise = Exercise(
    elbo_sample,
    question="5.2",
    minutes=6,
    difficulty=1,
    differentiable=True,
    hints=(
        "Three densities at one and the same z.",
        "Make z from the noise, then evaluate: the decoder's normal at x, the prior at z, the encoder's normal at z.",
        "`jax.scipy.stats.norm.logpdf` takes mean and standard deviation. Sum each over its coordinates; the third "
        "counts negative.",
    ),
    checks=(is_log_p_where_q_is_the_posterior, is_what_three_densities_say),
)
