"""4.5  What the decoder is scored by: the log-probability of a binary image."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T32_LOOSE, T64, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    return jnp.sum(x * logits - jax.nn.softplus(logits))


# ---- other right answers ----------------------------------------------------------------------


def by_signs(logits, x):
    """Each pixel has a logit for what it shows; the log of its probability is a log-sigmoid."""
    return jax.nn.log_sigmoid((2 * x - 1) * logits).sum()


def as_two_classes(logits, x):
    """Paper and ink as two classes whose scores are normalised, pixel by pixel."""
    scores = jnp.stack([jnp.zeros_like(logits), logits], axis=-1)
    shown = jnp.stack([1 - x, x], axis=-1)
    return jnp.vdot(jax.nn.log_softmax(scores), shown)


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def _through_the_probability(logits, x):
    p = jax.nn.sigmoid(logits)
    return jnp.sum(x * jnp.log(p) + (1 - x) * jnp.log(1 - p))


def _as_if_probabilities(logits, x):
    return jnp.sum(jnp.where(x > 0.5, jnp.log(logits), jnp.log(1 - logits)))


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
    variants=(by_signs, as_two_classes),
    mistakes=(
        Mistake(
            "mean-over-the-pixels",
            one_edit("jnp.sum", "jnp.mean"),
            "With three pixels the probabilities of the eight images add up to more than one. An image is as probable "
            "as all its pixels at once: how do the logs of independent things combine?",
            also=lambda logits, x: -jnp.mean(jax.nn.softplus(jnp.where(x > 0.5, -logits, logits))),
            caught_by=all_images_together_have_probability_one,
        ),
        Mistake(
            "loss-instead-of-log-probability",
            one_edit("x * logits - jax.nn.softplus(logits)", "jax.nn.softplus(logits) - x * logits"),
            "Your numbers are positive, and no binary image has a probability above one. It is the quantity that a "
            "training loop would make small; here the other one is asked for.",
            caught_by=all_images_together_have_probability_one,
        ),
        Mistake(
            "logits-taken-for-probabilities",
            _as_if_probabilities,
            "A logit of -2 goes straight into a logarithm, and nan comes out. What is a logit, and what has to happen "
            "to it before it is a probability?",
            caught_by=all_images_together_have_probability_one,
        ),
        Mistake(
            "without-the-normaliser",
            one_edit(" - jax.nn.softplus(logits)", ""),
            "At a logit of 2 a pixel of ink gets log-probability 2, more than certainty. Which part makes ink and "
            "paper share a probability of one?",
            caught_by=all_images_together_have_probability_one,
        ),
        Mistake(
            "ink-and-paper-exchanged",
            one_edit("x * logits - jax.nn.softplus(logits)", "-x * logits - jax.nn.softplus(-logits)"),
            "Your probabilities add up to one, but a pixel with a logit of 3 is thought to be paper. Follow the sign "
            "of the logit through the case x = 1.",
            caught_by=ink_is_likely_where_the_logit_is_high,
        ),
        Mistake(
            "sigmoid-of-a-sigmoid",
            one_edit("return jnp", "logits = jax.nn.sigmoid(logits); return jnp"),
            "However large the logit, your probability of ink stays between 0.5 and 0.73. Something is squashed twice "
            "on its way; where is the other time?",
            caught_by=ink_is_likely_where_the_logit_is_high,
        ),
        Mistake(
            "small-number-inside-the-log",
            lambda logits, x: jnp.sum(
                x * jnp.log(jax.nn.sigmoid(logits) + 1e-7) + (1 - x) * jnp.log(jax.nn.sigmoid(-logits) + 1e-7)
            ),
            "No nan, but at three pixels the total is not quite one, and in a hopeless pixel, a logit of -10,000 under "
            "ink, you stop counting at -16. Can you get the log of p without forming p first?",
            caught_by=all_images_together_have_probability_one,
        ),
        Mistake(
            "log-of-a-sigmoid",
            _through_the_probability,
            "Fine for logits of moderate size. In float32 a sigmoid is exactly 1 from 17 on, and the log of what is "
            "left is infinite or nan; see a logit of 90.",
            caught_by=logits_of_any_size_keep_their_worth,
        ),
        Mistake(
            "logits-clipped",
            one_edit("return jnp", "logits = jnp.clip(logits, -15, 15); return jnp"),
            "Beyond some size all logits count the same for you. A decoder that is certain and wrong then pays too "
            "little, and gets no slope that would bring it back.",
            caught_by=logits_of_any_size_keep_their_worth,
        ),
        Mistake(
            "nan-behind-a-where",
            lambda logits, x: jnp.sum(
                x * logits - jnp.where(logits > 30, logits, jnp.log1p(jnp.exp(logits)))
            ),
            "All values are right, and the slope at a logit of 120 is nan. JAX differentiates both branches of a "
            "`where` and multiplies the unused one by zero; what is zero times infinity?",
            caught_by=its_slope_pulls_towards_the_image,
        ),
    ),
    answer="""
With $p = \\sigma(l)$, $\\log p = -\\mathrm{softplus}(-l)$ and $\\log(1-p) = -\\mathrm{softplus}(l)$. Since
$\\mathrm{softplus}(l) - \\mathrm{softplus}(-l) = l$, both cases are $x\\,l - \\mathrm{softplus}(l)$; then sum over
pixels.

Its slope in the logits is $x - \\sigma(l)$: what is there minus what was expected. It is never larger than one,
whatever the logits, which is half of why this loss trains so well.
""",
    afterword="Its slope is the image minus the expected image; you will meet it again in the training loop.",
)
