"""4.6  Reconstruction and nothing else."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import vae_oracles
from dflvi.checking.compare import T32_LOOSE, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar
from solutions.vae.bernoulli_logprob import bernoulli_logprob
from solutions.vae.decode import decode
from solutions.vae.encode import encode


def nlpca_loss(params: Any, x: Float[Array, "n D"]) -> Scalar:
    """What is left of the loss of the VAE when the noise and the KL are gone.

    Args:
        params: what your `init_vae` made, with any numbers in it.
        x: binary images, a row each, [n, D].

    Returns:
        one number in nats: the mean over images of minus the log-probability of the image at its own code, the mean
        that `encode` gives. The log-variances are not used, and so get no gradient. JAX must be able to differentiate
        it in the parameters.
    """
    mu, _ = jax.vmap(encode, in_axes=(None, 0))(params, x)
    logits = jax.vmap(decode, in_axes=(None, 0))(params, mu)
    return -jnp.mean(jax.vmap(bernoulli_logprob)(logits, x))


# ---- other right answers ----------------------------------------------------------------------


def image_by_image(params, x):
    """The loss of one image, mapped and averaged."""

    def of_one(image):
        mu, _ = encode(params, image)
        logits = decode(params, mu)
        return jnp.sum(jnp.logaddexp(0, logits) - image * logits)

    return jax.vmap(of_one)(x).mean()


def by_signs(params, x):
    """A log-sigmoid of the logit of what is shown."""
    codes = jax.vmap(lambda image: encode(params, image)[0])(x)
    logits = jax.vmap(lambda code: decode(params, code))(codes)
    return jax.nn.softplus(jnp.where(x > 0.5, -logits, logits)).sum() / len(x)


# ---- checks: cheap to deep --------------------------------------------------------------------

_N = 6


def it_is_the_price_of_the_image_at_its_code(attempt):
    params, x = vae_oracles.tiny(attempt, 2, 0.6), vae_oracles.images(attempt.rng, _N)
    mu, _ = vae_oracles.encoded(attempt, params, x, 2)
    want = -vae_oracles.log_likelihood(vae_oracles.decoded(attempt, params, mu), x).mean()
    where = f"{_N} images of 5 pixels, d = 2, random parameters"
    close(has_shape(attempt(params, x), (), where=where), want, T32_LOOSE, where=where,
          says="the loss, against your own `encode` and `decode`")  # fmt: skip


def its_slope_is_that_of_its_values(attempt):
    params, x = vae_oracles.tiny(attempt, 2, 0.6), vae_oracles.images(attempt.rng, _N).astype(np.float64)
    vae_oracles.slope_is_that_of_its_values(attempt, params, (), (x,), f"{_N} images", 0.6)


# ---- known wrong answers ----------------------------------------------------------------------


def _with(term, stop=False):
    def wrong(params, x):
        mu, logvar = jax.vmap(encode, in_axes=(None, 0))(params, x)
        logits = jax.vmap(decode, in_axes=(None, 0))(params, jax.lax.stop_gradient(mu) if stop else mu)
        return term(mu, logvar) - jnp.mean(jax.vmap(bernoulli_logprob)(logits, x))

    return wrong


def _still_noisy(params, x):
    mu, logvar = jax.vmap(encode, in_axes=(None, 0))(params, x)
    z = mu + jnp.exp(0.5 * logvar) * jax.random.normal(jax.random.key(0), mu.shape)
    return -jnp.mean(jax.vmap(bernoulli_logprob)(jax.vmap(decode, in_axes=(None, 0))(params, z), x))


exercise = Exercise(
    nlpca_loss,
    question="4.6",
    minutes=6,
    difficulty=1,
    differentiable=True,
    needs=("init_vae", "encode", "decode"),
    hints=(
        "Take the loss of 4.5 and cross out what needs a variance. What is left?",
        "Encode, keep the mean, decode it, score the image. Nothing is drawn, so no key comes in.",
        "Three mapped calls and a mean over images, with the sign of a loss.",
    ),
    checks=(it_is_the_price_of_the_image_at_its_code, its_slope_is_that_of_its_values),
    variants=(image_by_image, by_signs),
    mistakes=(
        Mistake(
            "kl-kept",
            _with(lambda mu, logvar: jnp.mean(0.5 * jnp.sum(jnp.exp(logvar) + mu**2 - 1 - logvar, axis=1))),
            "The noise is gone and the KL has stayed, with a log-variance that nothing else reads. For a variance of "
            "zero this term is infinite; what could it mean here?",
            caught_by=it_is_the_price_of_the_image_at_its_code,
        ),
        Mistake(
            "penalty-on-the-means",
            _with(lambda mu, logvar: jnp.mean(0.5 * jnp.sum(mu**2, axis=1))),
            "There is still a price on codes far from zero. That is a regularised autoencoder, a fine thing and not "
            "the one asked for.",
            caught_by=it_is_the_price_of_the_image_at_its_code,
        ),
        Mistake(
            "still-noisy",
            _still_noisy,
            "The KL is gone and the noise has stayed. The code that is decoded is not the one that `encode` gives.",
            caught_by=it_is_the_price_of_the_image_at_its_code,
        ),
        Mistake(
            "mean-over-pixels",
            one_edit("-jnp.mean(jax", "-1 / x.shape[1] * jnp.mean(jax"),
            "Too small by a factor of the number of pixels. Compared with the VAE's numbers, which are nats an image, "
            "it would look wonderful.",
            also=lambda params, x: nlpca_loss(params, x) / x.shape[-1],
            caught_by=it_is_the_price_of_the_image_at_its_code,
        ),
        Mistake(
            "gradient-cut",
            _with(lambda mu, logvar: 0.0, stop=True),
            "The value agrees and the encoder has no slope: codes have been declared constants on their way to the "
            "decoder.",
            caught_by=its_slope_is_that_of_its_values,
        ),
    ),
    answer="""
$-\\frac1n\\sum_i \\log p(x_i\\mid z = \\mu(x_i))$: a deterministic autoencoder. With identity activations and squared
loss its codes span the plane of ordinary PCA, which gave this model its name.

Both changes belong together. A q with variance 0 is a point, and the KL of a point to a density is infinite.
""",
    afterword="Nothing in this loss says where codes should lie. You will see where they go.",
)
