"""5.2  What the VAE maximises: the ELBO from one sample."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import T64, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    mu, logsigma = enc(x)
    z = mu + jnp.exp(logsigma) * eps
    log_q = norm.logpdf(z, mu, jnp.exp(logsigma)).sum()
    return norm.logpdf(x, dec(z)).sum() + norm.logpdf(z).sum() - log_q


# ---- other right answers ----------------------------------------------------------------------


def written_out(x, eps, enc, dec):
    """Log q through the noise, all constants gathered."""
    mu, logsigma = enc(x)
    z = mu + jnp.exp(logsigma) * eps
    squares = -jnp.sum((x - dec(z)) ** 2) - jnp.sum(z**2) + jnp.sum(eps**2)
    return squares / 2 + logsigma.sum() - x.size / 2 * jnp.log(2 * jnp.pi)


# ---- checks: cheap to deep --------------------------------------------------------------------


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


# ---- mistakes ---------------------------------------------------------------------------------


def _closed(x, eps, enc, dec):
    mu, logsigma = enc(x)
    kl = 0.5 * jnp.sum(mu**2 + jnp.exp(2 * logsigma) - 1 - 2 * logsigma)
    return norm.logpdf(x, dec(mu + jnp.exp(logsigma) * eps)).sum() - kl


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
    variants=(written_out,),
    mistakes=(
        Mistake(
            "log-q-added",
            one_edit(".sum() - log_q", ".sum() + log_q"),
            "A q that is sure of itself is rewarded twice here. Which sign does the entropy have in an ELBO?",
            also=lambda x, eps, enc, dec: written_out(x, eps, enc, dec)
            + 2 * (norm.logpdf(eps).sum() - enc(x)[1].sum()),
            caught_by=is_log_p_where_q_is_the_posterior,
        ),
        Mistake(
            "density-of-the-noise-for-that-of-z",
            one_edit("norm.logpdf(z, mu, jnp.exp(logsigma)).sum()", "norm.logpdf(eps).sum()"),
            "Your log q is the density of the noise. z lies in other units: what does a change of variables say?",
            caught_by=is_log_p_where_q_is_the_posterior,
        ),
        Mistake(
            "variance-for-standard-deviation",
            one_edit("norm.logpdf(z, mu, jnp.exp(logsigma))", "norm.logpdf(z, mu, jnp.exp(2 * logsigma))"),
            "The scale in your log q is the square of that with which z was drawn.",
            caught_by=is_log_p_where_q_is_the_posterior,
        ),
        Mistake(
            "kl-in-closed-form",
            lambda x, eps, enc, dec: _closed(x, eps, enc, dec),
            "Right on average and not draw by draw: part of yours is a mean over z already. Here every term is asked "
            "for at the z that was drawn.",
            caught_by=is_log_p_where_q_is_the_posterior,
        ),
        Mistake(
            "mean-over-coordinates",
            one_edit("norm.logpdf(z).sum()", "norm.logpdf(z).mean()"),
            "In one dimension you are right. With two latents the prior counts for half.",
            caught_by=is_what_three_densities_say,
        ),
        Mistake(
            "decoder-at-the-mean",
            one_edit("norm.logpdf(x, dec(z))", "norm.logpdf(x, dec(mu))"),
            "Your decoder never sees the noise. Where q is the posterior, the result should be the same for every eps.",
            caught_by=is_log_p_where_q_is_the_posterior,
        ),
    ),
    answer="""
Three normal log densities at the drawn z. With q the true posterior the ratio p(x, z) / q(z | x) is p(x) whatever z
is, so the estimate has no variance there.
""",
    afterword="No term was replaced by its mean. That is what makes a comparison draw by draw possible.",
)
