"""4.5 a  New images."""

# Built from solutions/vae/sample_images.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import vae_oracles
from dflvi.checking.compare import finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def sample_images(key: Key, params: Any, n: int) -> Float[Array, "n D"]:
    """New images from the model, as probabilities of ink.

    Args:
        key: a PRNG key; every image has a latent of its own.
        params: what your `init_vae` made, with any numbers in it.
        n: how many, a Python int.

    Returns:
        the probability of ink of every pixel, [n, D], between 0 and 1. The pixels themselves are not drawn: a picture
        of the probabilities shows more.

    Where the width of z comes from is up to you. `params` holds it in some shape; `jax.eval_shape` tells without
    computing how wide an answer of `encode` is.
    """
    raise NotImplementedError("yours to write")

_D, _H, _LATENT, _N = vae_oracles.PIXELS, vae_oracles.UNITS, 2, 500

_WHERE = f"n = {_N}, D, H, d = {_D}, {_H}, {_LATENT}, random parameters"


def _images(attempt, params, n=_N, where=_WHERE):
    return finite(has_shape(attempt(attempt.key(), params, n), (n, _D), where=where), where=where).astype(np.float64)


def gives_probabilities(attempt):
    x = _images(attempt, vae_oracles.tiny(attempt, _LATENT, 1.0))
    holds(bool(np.all((x >= 0) & (x <= 1))), "Some of your numbers are no probabilities.",
          value=[min(x.min(), 0.0), max(x.max(), 1.0)], tolerance=0.2, where=_WHERE,
          expected="from 0 to 1", got=f"from {x.min():.3g} to {x.max():.3g}")  # fmt: skip


def images_differ(attempt):
    params = vae_oracles.tiny(attempt, _LATENT, 1.0)
    first, second = (_images(attempt, params) for _ in range(2))
    apart = float(np.ptp(first, axis=0).max())
    holds(apart > 1e-3, "All images of one call are the same.", value=min(apart / 1e-3, 1.0), tolerance=0.05,
          where=_WHERE)  # fmt: skip
    moved = not np.allclose(first, second)
    holds(moved, "Two keys give the same images.", value=float(moved), where=f"two keys, {_WHERE}")


def probabilities_have_the_law_of_the_model(attempt):
    params = vae_oracles.tiny(attempt, _LATENT, 1.0)
    x = np.concatenate([_images(attempt, params) for _ in range(4)])
    points, weights = vae_oracles.grid(_LATENT, 81)
    p = 1 / (1 + np.exp(-vae_oracles.decoded(attempt, params, points)))
    for power, says in ((1, "the mean of each pixel's probability"), (2, "the mean of its square")):
        want = weights @ p**power
        sd = np.sqrt(weights @ (p**power - want) ** 2)
        # Between 0 and 1, and 2,000 of them: near normal unless a pixel is hardly ever inked, for which there is slack.
        mean_is(x**power, want, sd=1.1 * sd, comparisons=2 * _D, slack=5e-3, where=f"2,000 images, {_WHERE}",
                says=f"{says} over draws of the prior, through your own `decode`")  # fmt: skip


exercise = Exercise(
    sample_images,
    question="4.5",
    minutes=6,
    difficulty=1,
    needs=("init_vae", "encode", "decode"),
    hints=(
        "The model is a story of how an image comes about: which step is first? Does the encoder have a part in it?",
        "Draw z from the prior, ask the decoder, and turn its logits into probabilities.",
        "A table of standard normals, one row an image; `decode` mapped over its rows; `jax.nn.sigmoid`.",
    ),
    checks=(
        gives_probabilities,
        images_differ,
        probabilities_have_the_law_of_the_model,
    ),
)
