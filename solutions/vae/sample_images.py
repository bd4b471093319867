"""4.5 a  New images."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import vae_oracles
from dflvi.checking.compare import finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key
from solutions.vae.decode import decode
from solutions.vae.encode import encode


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
    z = jax.random.normal(key, (n, _width(params)))
    return jax.nn.sigmoid(jax.vmap(decode, in_axes=(None, 0))(params, z))


def _width(params):
    """Of z, read off the decoder's first matrix."""
    return params["decoder"][0][0].shape[0]


# ---- other right answers ----------------------------------------------------------------------


def one_after_the_other(key, params, n):
    """A key and a latent for each image."""

    def of_one(key):
        z = jax.random.normal(key, (_width(params),))
        return 0.5 * (1 + jnp.tanh(0.5 * decode(params, z)))

    return jax.lax.map(of_one, jax.random.split(key, n))


def asking_the_encoder_for_its_width(key, params, n):
    """The width of z from what `encode` would return, which is traced and never run."""
    pixels = jax.eval_shape(decode, params, jnp.zeros(_width(params)))
    mu, _ = jax.eval_shape(encode, params, pixels)
    z = jax.random.normal(key, (n, *mu.shape))
    return jnp.exp(-jnp.logaddexp(0, -jax.vmap(lambda one: decode(params, one))(z)))


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def _decoded(z, params):
    return jax.nn.sigmoid(jax.vmap(decode, in_axes=(None, 0))(params, z))


def _through_the_encoder(key, params, n):
    first, second = jax.random.split(key)
    z = jax.random.normal(first, (n, _width(params)))
    pixels = jnp.float32(jax.random.bernoulli(second, _decoded(z, params)))
    mu, _ = jax.vmap(encode, in_axes=(None, 0))(params, pixels)
    return _decoded(mu, params)


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
    variants=(one_after_the_other, asking_the_encoder_for_its_width),
    mistakes=(
        Mistake(
            "logits-shown",
            one_edit("jax.nn.sigmoid(jax", "(jax"),
            "Numbers below zero and above one: these are the logits. What turns them into probabilities?",
            caught_by=gives_probabilities,
        ),
        Mistake(
            "one-latent-for-all",
            one_edit("jax.random.normal(key, (n, _width(params)))", "jnp.tile(jax.random.normal(key, (1, 2)), (n, 1))"),
            "Five hundred images, all of them the same. Each wants a latent of its own.",
            also=lambda key, params, n: jax.vmap(
                lambda _: _decoded(jax.random.normal(key, (1, _width(params))), params)[0]
            )(jnp.arange(n)),
            caught_by=images_differ,
        ),
        Mistake(
            "same-images-for-every-key",
            one_edit("normal(key,", "normal(jax.random.key(0),"),
            "Another key, and the same pictures again. The argument is not used.",
            caught_by=images_differ,
        ),
        Mistake(
            "latents-from-a-cube",
            one_edit("jax.random.normal(key, (n, _width(params)))", "jax.random.uniform(key, (n, _width(params)))"),
            "Your latents fill the cube between 0 and 1, where the prior puts few of its own. The decoder has been "
            "trained on another cloud.",
            caught_by=probabilities_have_the_law_of_the_model,
        ),
        Mistake(
            "pixels-drawn",
            lambda key, params, n: jnp.float32(
                jax.random.bernoulli(jax.random.fold_in(key, 1), sample_images(key, params, n))
            ),
            "On average right, but every number is exactly 0 or 1: you drew the pixels too. Return what they are drawn "
            "with.",
            caught_by=probabilities_have_the_law_of_the_model,
        ),
        Mistake(
            "reconstructions-of-samples",
            _through_the_encoder,
            "These are images that went through the encoder once more. To make new ones nobody has to look at any; "
            "samples of the posterior of some data are not samples of the model.",
            caught_by=probabilities_have_the_law_of_the_model,
        ),
    ),
    answer="""
z from N(0, I), then the decoder, then a sigmoid. The encoder has no part in it: it was the helper that made training
possible. (Sending *data* through encoder and decoder gives reconstructions, which look better and are no samples.)
""",
    afterword="Prior and decoder are the model. The encoder was only ever an approximation of its posterior.",
)
