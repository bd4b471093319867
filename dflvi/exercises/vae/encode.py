"""4.5  The encoder: from an image to a Gaussian over its latent."""

# Built from solutions/vae/encode.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise


def encode(params: Any, x: Float[Array, " D"]) -> tuple[Float[Array, " d"], Float[Array, " d"]]:
    """Mean and log-variance of q(z | x) = N(mu, diag(exp(logvar))), from a network that reads one image.

    Args:
        params: what your `init_vae` made, with any numbers in it.
        x: one binary image, D zeros and ones as floats.

    Returns:
        mu: the mean of each latent coordinate, [d].
        logvar: the log of each variance (natural log), [d], any real numbers.

    One hidden layer of H ReLU units reads x, and two affine heads read the hidden layer: neither head has an
    activation. With all parameters zero q is the prior N(0, I). JAX must be able to differentiate it in the
    parameters and in x (Kingma and Welling 2013, appendix C.2, where the units are tanh).
    """
    raise NotImplementedError("yours to write")

_SIZES = 784, 24, 8

_WHERE = f"your own init_vae with d_in, d_hidden, d_latent = {_SIZES}"

_FILLS, _LINES, _POINTS = 4, 2, 121


def _params(attempt):
    return attempt.companion("init_vae").keep(attempt.key(), *_SIZES)


def _filled(attempt, params):
    # With sd 1/4 and about 100 inked pixels a unit sees N(0, 2.5^2), and heads put out numbers up to 5 or so.
    return params.filled(lambda shape: 0.25 * attempt.rng.normal(size=shape))


def _lines(rng):
    """Points on the way from one binary image to another, [lines, points, D], and the directions."""
    start, end = (rng.random((2, _LINES, _SIZES[0])) < 0.13).astype(np.float64)
    t = np.linspace(0, 1, _POINTS)[:, None]
    return start[:, None] + t * (end - start)[:, None], end - start


def _read(result, shape, where):
    mu, logvar = fields(result, "mu", "logvar")
    mu = finite(has_shape(mu, shape, where=where, what="mu"), where=where, what="mu")
    return mu, finite(has_shape(logvar, shape, where=where, what="logvar"), where=where, what="logvar")


def _both(attempt, params, images):
    """Means and log-variances of images [..., D], in float64."""
    n = int(np.prod(images.shape[:-1]))
    result = attempt.float64.vmap(None, 0)(params, images.reshape(n, -1))
    outs = _read(result, (n, _SIZES[2]), f"{n} images, mapped over")
    return [out.astype(np.float64).reshape(*images.shape[:-1], -1) for out in outs]


def _enough(amount, needed, says, **more):
    # The trace is 1 for whatever is enough, so that it depends neither on the structure nor on its numbers.
    holds(amount >= needed, says, value=np.clip(amount / needed, 0, 1), tolerance=0.05, **more)


def gives_two_vectors_of_moderate_size(attempt):
    D = _SIZES[0]
    params = _params(attempt)
    digit = (attempt.rng.random(D) < 0.13).astype(np.float64)
    for x, words in ((digit, "an image with 13 % of ink"), (np.ones(D), "an image all of ink")):
        where = f"{words}, {_WHERE}"
        outs = _both(attempt, params, np.broadcast_to(x, (_LINES, _POINTS, D)))  # of that size, for the same program
        largest = float(np.abs(outs).max())
        says = (
            "Before any training the numbers that come out are huge; an exp of them overflows. If `encode` "
            "is right, the weights that `init_vae` draws are too large for a sum over so many pixels."
        )
        got = f"{largest:.3g}"
        holds(largest <= 30, says, value=max(largest, 30.0), where=where, expected="at most 30", got=got)


def parameters_of_zero_give_the_prior(attempt):
    zero = _params(attempt).filled(lambda shape: np.zeros(shape))
    images, _ = _lines(attempt.rng)
    mu, logvar = _both(attempt, zero, images)
    where = "every floating leaf set to zero"
    close(mu, np.zeros_like(mu), where=where, says="the mean is not zero", what="mu")
    close(logvar, np.zeros_like(mu), where=where, says="the log-variance is not zero", what="logvar")


def both_heads_reach_both_signs(attempt):
    params = _params(attempt)
    images, _ = _lines(attempt.rng)
    drawn = [_both(attempt, _filled(attempt, params), images) for _ in range(_FILLS)]
    for name, outs in zip(("mu", "logvar"), zip(*drawn, strict=True), strict=True):
        where = f"{_FILLS} random fillings of the parameters, {_LINES * _POINTS} images each"
        lowest, highest = min(out.min() for out in outs), max(out.max() for out in outs)
        _enough(-lowest, 1e-3, f"{name} is never negative.", where=where, got=f"at least {lowest:.3g}")
        _enough(highest, 1e-3, f"{name} is never positive.", where=where, got=f"at most {highest:.3g}")


def each_image_has_a_mean_and_a_variance_of_its_own(attempt):
    params = _params(attempt)
    images, _ = _lines(attempt.rng)
    mu, logvar = (out[:, :: _POINTS - 1] for out in _both(attempt, _filled(attempt, params), images))
    where = f"random parameters, {2 * _LINES} random images"
    for out, says in (
        (mu, "mu is the same for all images."),
        (logvar, "logvar is the same for all images."),
    ):
        spread = float(out.reshape(-1, _SIZES[2]).std(axis=0).max())
        _enough(spread, 1e-3, says, where=where, got=f"a spread of {spread:.3g}")
    centred = (out.reshape(-1, _SIZES[2]) for out in (mu, logvar))
    m, v = (out - out.mean(axis=0) for out in centred)
    left = 1 - np.sum(m * v, axis=0) ** 2 / np.maximum(np.sum(m**2, axis=0) * np.sum(v**2, axis=0), 1e-300)
    says = "In each coordinate logvar is a linear function of mu, over all images: the two heads are one."
    _enough(float(left.max()), 1e-3, says, where=where, got="a correlation of 1 or -1 in each coordinate")


def bends_at_the_kinks_of_its_units_and_nowhere_else(attempt):
    params = _params(attempt)
    images, _ = _lines(attempt.rng)
    drawn = [_both(attempt, _filled(attempt, params), images) for _ in range(_FILLS)]
    where = f"{_FILLS} random fillings, {_LINES} straight ways from image to image, {_POINTS - 1} steps each"
    for name, outs in zip(("mu", "logvar"), zip(*drawn, strict=True), strict=True):
        # ReLU units are straight but where one switches: second differences are zero but near a kink. A way
        # has at most H kinks, each in two of the differences; float32 rounds to 1e-6.
        turns = [np.abs(np.diff(out, 2, axis=1)).max(axis=-1) / (1 + np.abs(out).max()) for out in outs]
        bends = np.array(turns) > 1e-5
        says = f"{name} is a linear function of the pixels: is there anything between the two layers?"
        _enough(int(np.sum(bends)), 1, says, where=where, got="no bend")
        straight = float(1 - np.mean(bends))
        says = f"{name} is curved all along; with ReLU units it is straight between a few kinks."
        _enough(straight, 0.5, says, where=where, got=f"straight in {100 * straight:.0f} % of the steps")


def units_that_are_off_are_silent(attempt):
    # An array gets numbers of one sign, drawn for each. With much ink, half of such fillings turn all
    # hidden units off, whichever array holds their weights: 24 without one have probability 1e-7.
    rng, params = attempt.rng, _params(attempt)
    images, _ = _lines(rng)
    spreads = []
    for _ in range(24):
        filled = params.filled(lambda shape: rng.choice((-1, 1)) * rng.uniform(0.1, 0.3, shape))
        outs = _both(attempt, filled, 1 - images / 4)
        spreads.append([out.std(axis=(0, 1)).max() / (1 + np.abs(out).max()) for out in outs])
    for name, spread in zip(("mu", "logvar"), np.min(spreads, axis=0), strict=True):
        holds(
            spread < 1e-6, f"{name} follows the image even where all hidden units are off.",
            value=min(spread, 1e-4), tolerance=1e-5,
            where="24 random fillings, in which each array has entries of one sign, and images of much ink",
            expected="the same for all images in some of them", got=f"a relative spread of {spread:.2g}",
        )  # fmt: skip


def autodiff_finds_its_slopes(attempt):
    params = _filled(attempt, _params(attempt))
    images, directions = _lines(attempt.rng)
    outs = _both(attempt, params, images)
    step = 2 / (_POINTS - 1)
    for line in range(2):
        bends = sum(np.abs(np.diff(out[line], 2, axis=0)).max(axis=-1) for out in outs)
        i = int(np.argmin(bends))  # a straight piece, around point i + 1
        slopes = fields(attempt.float64.jacobian(1)(params, images[line, i + 1]), "mu", "logvar")
        for name, slope, out in zip(("mu", "logvar"), slopes, outs, strict=True):
            slope = has_shape(slope, (_SIZES[2], _SIZES[0]), what=f"the Jacobian of {name}")
            want = (out[line, i + 2] - out[line, i]) / step
            close(
                slope.astype(np.float64) @ directions[line], want, Tolerance(1e-3, 1e-3), what="JAX",
                where="random parameters, along a straight way to another image",
                says=f"the slope of {name} against two values of your own",
            )  # fmt: skip


exercise = Exercise(
    encode,
    question="4.5",
    minutes=15,
    difficulty=1,
    differentiable=True,
    needs=("init_vae",),
    hints=(
        "Two networks in one: what do mean and log-variance have in common, and from where on do they part?",
        "Hidden layer first, its ReLU, then each head is one affine map of it. What has to be done to a "
        "number that may be anything, so that it can be called a log-variance? Think twice before you do "
        "something.",
        "If your structure holds the encoder as `nets.init_mlp` made it, one call of `nets.apply_mlp` gives "
        "a vector of length 2 d. Its first half is the mean and its second the log-variance, as they are.",
    ),
    checks=(
        gives_two_vectors_of_moderate_size,
        parameters_of_zero_give_the_prior,
        both_heads_reach_both_signs,
        each_image_has_a_mean_and_a_variance_of_its_own,
        bends_at_the_kinks_of_its_units_and_nowhere_else,
        units_that_are_off_are_silent,
        autodiff_finds_its_slopes,
    ),
)
