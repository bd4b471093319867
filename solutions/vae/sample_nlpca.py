"""4.6  New images from an autoencoder."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import vae_oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key
from solutions.vae.decode import decode


def sample_nlpca(
    key: Key, params: Any, n: int, code_mean: Float[Array, " d"], code_cov: Float[Array, "d d"]
) -> Float[Array, "n D"]:
    """Images decoded from codes of a given Gaussian, as probabilities of ink.

    Args:
        key: a PRNG key; every image has a code of its own.
        params: what your `init_vae` made, with any numbers in it.
        n: how many, a Python int.
        code_mean: mean of the codes, [d].
        code_cov: covariance matrix of the codes, [d, d], positive definite.

    Returns:
        the probability of ink of every pixel, [n, D]. With zero and the unit matrix these are samples of the prior.
    """
    noise = jax.random.normal(key, (n, code_mean.size))
    codes = code_mean[None] + noise @ jnp.linalg.cholesky(code_cov).T
    return jax.nn.sigmoid(jax.vmap(decode, in_axes=(None, 0))(params, codes))


# ---- other right answers ----------------------------------------------------------------------


def with_jax_s_sampler(key, params, n, code_mean, code_cov):
    """`multivariate_normal`, and a sigmoid as a tanh."""
    codes = jax.random.multivariate_normal(key, code_mean, code_cov, (n,))
    return 0.5 + 0.5 * jnp.tanh(0.5 * jax.vmap(lambda z: decode(params, z))(codes))


def with_eigenvectors(key, params, n, code_mean, code_cov):
    """Noise stretched along the main directions."""
    values, vectors = jnp.linalg.eigh(code_cov)
    root = vectors * jnp.sqrt(jnp.maximum(values, 0))[None]

    def of_one(key):
        return jax.nn.sigmoid(decode(params, code_mean + root @ jax.random.normal(key, code_mean.shape)))

    return jax.vmap(of_one)(jax.random.split(key, n))


# ---- checks: cheap to deep --------------------------------------------------------------------

_LATENT, _N = 2, 1500
_WHERE = f"n = {_N}, 5 pixels, d = {_LATENT}, random parameters"


def _images(attempt, key, params, mean, cov):
    result = attempt(key, params, _N, mean.astype(np.float32), cov.astype(np.float32))
    return finite(has_shape(result, (_N, vae_oracles.PIXELS), where=_WHERE), where=_WHERE).astype(np.float64)


def _probability(logits):
    return 1 / (1 + np.exp(-logits))


def a_tiny_covariance_gives_the_mean_code(attempt):
    params, mean = vae_oracles.tiny(attempt, _LATENT, 0.7), attempt.rng.uniform(1, 2, 2) * np.array([1, -1])
    x = _images(attempt, attempt.key(), params, mean, 1e-8 * np.eye(2))
    want = np.broadcast_to(_probability(vae_oracles.decoded(attempt, params, mean[None]))[0], x.shape)
    close(x, want, Tolerance(2e-3, 0.0), where=f"code_cov = 1e-8 I, {_WHERE}", says="every row, decoded from code_mean")


def the_key_decides(attempt):
    params = vae_oracles.tiny(attempt, _LATENT, 0.7)
    first, second = (_images(attempt, attempt.key(), params, np.zeros(2), np.eye(2)) for _ in range(2))
    moved = not np.allclose(first, second)
    holds(moved, "Two keys give the same images.", value=float(moved), where=f"two keys, {_WHERE}")
    apart = float(np.ptp(first, axis=0).max())
    holds(apart > 1e-3, "All rows are the same.", value=min(apart / 1e-3, 1.0), tolerance=0.05, where=_WHERE)


def codes_have_the_covariance(attempt):
    params, mean = vae_oracles.tiny(attempt, _LATENT, 0.7), attempt.rng.uniform(-1, 1, 2)
    tilt = attempt.rng.choice((-1, 1)) * attempt.rng.uniform(0.75, 0.9)
    cov = np.array([[2.6, tilt * np.sqrt(2.6 * 0.5)], [tilt * np.sqrt(2.6 * 0.5), 0.5]])
    points, weights = vae_oracles.grid(2, 81)
    p = _probability(vae_oracles.decoded(attempt, params, mean + points @ np.linalg.cholesky(cov).T))
    x = np.concatenate([_images(attempt, attempt.key(), params, mean, cov) for _ in range(4)])
    pairs = np.triu_indices(vae_oracles.PIXELS)
    # Logits carry more of the tails than probabilities do; both are averages of 6,000 and near normal.
    for power, says in ((1, "the mean of each probability"), (2, "the mean of each product of two of them")):
        of = (lambda a: a) if power == 1 else (lambda a: a[:, pairs[0]] * a[:, pairs[1]])
        want = weights @ of(p)
        sd = np.sqrt(weights @ (of(p) - want) ** 2)
        mean_is(of(x), want, sd=1.1 * sd, comparisons=20, slack=2e-3, where=f"6,000 images, {_WHERE}",
                says=f"{says} over such codes, through your own `decode`")  # fmt: skip


exercise = Exercise(
    sample_nlpca,
    question="4.6",
    minutes=6,
    difficulty=2,
    needs=("init_vae", "decode"),
    hints=(
        "How do you make draws of N(m, C) from standard normals?",
        "Find a matrix L with L L^T = C. Noise times its transpose has covariance C; then move it, decode, squash.",
        "`jnp.linalg.cholesky` gives L. With noise in rows, each row is multiplied by the transpose of L from the "
        "right.",
    ),
    checks=(a_tiny_covariance_gives_the_mean_code, the_key_decides, codes_have_the_covariance),
    variants=(with_jax_s_sampler, with_eigenvectors),
    mistakes=(
        Mistake(
            "prior-in-place-of-the-codes",
            one_edit("code_mean[None] + noise @ jnp.linalg.cholesky(code_cov).T", "noise"),
            "With a covariance of nearly zero your images still differ: codes are drawn from the prior, whatever is "
            "handed in.",
            caught_by=a_tiny_covariance_gives_the_mean_code,
        ),
        Mistake(
            "mean-forgotten",
            one_edit("code_mean[None] + noise", "noise"),
            "With a tiny covariance every image should be that of `code_mean`; yours is that of the code zero.",
            caught_by=a_tiny_covariance_gives_the_mean_code,
        ),
        Mistake(
            "logits-returned",
            one_edit("jax.nn.sigmoid(jax.vmap(decode, in_axes=(None, 0))(params, codes))",
                     "jax.vmap(decode, in_axes=(None, 0))(params, codes)"),
            "These are logits, some of them negative. A probability of ink is asked for.",
            caught_by=a_tiny_covariance_gives_the_mean_code,
        ),
        Mistake(
            "same-key-inside",
            one_edit("normal(key,", "normal(jax.random.key(0),"),
            "Whatever key comes in, the same images come out.",
            caught_by=the_key_decides,
        ),
        Mistake(
            "covariance-as-its-own-root",
            one_edit("jnp.linalg.cholesky(code_cov).T", "code_cov"),
            "The codes are stretched too far in the long direction and too little in the short one: noise times C has "
            "another covariance than C. What has to be multiplied by its own transpose to give C?",
            also=lambda key, params, n, code_mean, code_cov: jax.nn.sigmoid(
                jax.vmap(lambda e: decode(params, code_mean + code_cov @ e))(
                    jax.random.normal(key, (n, len(code_mean)))
                )
            ),
            caught_by=codes_have_the_covariance,
        ),
        Mistake(
            "diagonal-alone",
            one_edit("jnp.linalg.cholesky(code_cov).T", "jnp.diag(jnp.sqrt(jnp.diag(code_cov)))"),
            "Each coordinate spreads as it should, and they do not hang together: the off-diagonal entries are not "
            "used.",
            caught_by=codes_have_the_covariance,
        ),
    ),
    answer="""
Codes $\\bar z + L\\varepsilon$ with $LL^\\top$ the covariance, then the decoder and a sigmoid.

This is the simplest repair of an autoencoder as a sampler: it fits a density to the codes afterwards, a Gaussian here.
Section 5 has better densities for it.
""",
    afterword="An autoencoder with a density fitted to its codes is a generative model after all.",
)
