"""4.6  Reconstruction and nothing else."""

# Built from solutions/vae/nlpca_loss.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import vae_oracles
from dflvi.checking.compare import T32_LOOSE, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


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
    raise NotImplementedError("yours to write")

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
)
