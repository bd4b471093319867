"""4.5  What the decoder is scored by: the log-probability of a binary image."""

# Built from solutions/vae/bernoulli_logprob.py by `python -m solutions build`. Edit that file, not this one.

import itertools
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import T32_LOOSE, T64, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def bernoulli_logprob(logits: Float[Array, " D"], x: Float[Array, " D"]) -> Scalar:
    """The log-probability in nats of one binary image whose pixels are independent.

    Args:
        logits: log p - log(1 - p) for each pixel, where p is the probability of ink; any real numbers, [D].
        x: the image, zeros and ones as floats, [D].

    Returns:
        one number: the sum over the pixels of their log-probabilities.

    Logits of a trained decoder grow large, and the answer has to be exact there, in float32. JAX must be able to
    differentiate it in the logits, everywhere (Kingma and Welling 2013, appendix C.1).
    """
    raise NotImplementedError("yours to write")

_IMAGES = np.array(list(itertools.product((0.0, 1.0), repeat=3)))  # all eight of three pixels


def _expected(logits, x):
    """Pixel by pixel, over the number that is never large."""
    of_what_is_shown = np.where(x > 0.5, logits, -logits).astype(np.float64)
    return np.sum(np.minimum(of_what_is_shown, 0) - np.log1p(np.exp(-np.abs(of_what_is_shown))), axis=-1)


def all_images_together_have_probability_one(attempt):
    logits = attempt.rng.uniform(-3, 3, 3)
    result = has_shape(attempt.float64.vmap(None, 0)(logits, _IMAGES), (8,), where="the 8 images of 3 pixels")
    finite(result, where="moderate logits, the 8 images of 3 pixels")
    total = np.exp(result.astype(np.float64)).sum()
    close(total, 1.0, T64, where="the 8 images of 3 pixels", says="the probabilities of all images add up to one",
          what="their sum")  # fmt: skip


def ink_is_likely_where_the_logit_is_high(attempt):
    logits = attempt.rng.uniform(0.5, 3, 3) * np.array([1, -1, 1])
    result = attempt.float64.vmap(None, 0)(logits, _IMAGES)
    where = f"logits {np.round(logits, 2)}, the 8 images of 3 pixels"
    close(result, _expected(logits, _IMAGES), T64, where=where, says="the log-probability of each image")


def logits_of_any_size_keep_their_worth(attempt):
    signs = np.array([[1, -1, 1], [-1, -1, 1]], np.float32)
    size = np.array([[30.0], [90.0], [1e4]], np.float32)
    for row in signs:
        logits = (size * row * attempt.rng.uniform(0.9, 1.1, (3, 3))).astype(np.float32)
        for x in (np.array([1, 0, 1], np.float32), np.array([0, 1, 0], np.float32)):
            result = attempt.vmap(0, None)(logits, x)
            where = f"logits near {', '.join(f'{s:g}' for s in row)} times 30, 90 and 10,000; x = {x.astype(int)}"
            close(result, _expected(logits, x), T32_LOOSE, where=where, says="the log-probability")


def its_slope_pulls_towards_the_image(attempt):
    logits = np.concatenate([attempt.rng.uniform(-3, 3, 3), [25.0, -25.0, 120.0, -120.0, 9e3, -9e3]])
    logits = attempt.rng.permutation(logits).astype(np.float32)
    x = (attempt.rng.random(9) < 0.5).astype(np.float32)
    slope = attempt.grad(0)(logits, x)
    want = x - 1 / (1 + np.exp(-logits.astype(np.float64)))
    close(slope, want, T32_LOOSE, where=f"logits {logits}, x = {x.astype(int)}", says="the gradient in the logits",
          what="JAX")  # fmt: skip


exercise = Exercise(
    bernoulli_logprob,
    question="4.5",
    minutes=12,
    difficulty=2,
    differentiable=True,
    hints=(
        "One pixel first: what is log p if it shows ink, and log(1 - p) if it shows paper, when p is the sigmoid "
        "of a logit?",
        "log p of the sigmoid of l is minus softplus(-l), without ever forming p. Ink and paper differ in the sign "
        "of l. Can one expression, linear in x, serve both?",
        "softplus(-l) and softplus(l) differ by l. So both cases share a softplus of the logit, and ink adds the "
        "logit itself. `jax.nn.softplus` is safe at any size.",
    ),
    checks=(
        all_images_together_have_probability_one,
        ink_is_likely_where_the_logit_is_high,
        logits_of_any_size_keep_their_worth,
        its_slope_pulls_towards_the_image,
    ),
)
