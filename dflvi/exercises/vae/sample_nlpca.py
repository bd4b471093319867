"""4.6  New images from an autoencoder."""

# Built from solutions/vae/sample_nlpca.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import vae_oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


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
    raise NotImplementedError("yours to write")

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
)
