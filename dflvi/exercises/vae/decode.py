"""4.5  The decoder: from a latent to the logits of an image."""

# Built from solutions/vae/decode.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise


def decode(params: Any, z: Float[Array, " d"]) -> Float[Array, " D"]:
    """Logits of the pixels of p(x | z), from a network that reads one latent.

    Args:
        params: what your `init_vae` made, with any numbers in it.
        z: one latent, [d].

    Returns:
        for each pixel the logit of ink, log p - log(1 - p), [D]: any real numbers. `bernoulli_logprob` reads them.

    One hidden layer of H ReLU units reads z, and an affine layer reads the hidden layer. With all parameters zero every
    logit is zero. JAX must be able to differentiate it in the parameters and in z (Kingma and Welling 2013, appendix
    C.1).
    """
    raise NotImplementedError("yours to write")

_SIZES = 784, 24, 3  # D, H, d

_WHERE = f"your own init_vae with d_in, d_hidden, d_latent = {_SIZES}"

_FILLS, _LINES, _POINTS = 4, 2, 121


def _params(attempt):
    return attempt.companion("init_vae").keep(attempt.key(), *_SIZES)


def _filled(attempt, spread=0.5):
    return _params(attempt).filled(lambda shape: spread * attempt.rng.normal(size=shape))


def _lines(rng):
    """Points on straight ways through latent space, [lines, points, d], and their directions."""
    start, end = rng.normal(size=(2, _LINES, _SIZES[2])) * 2
    t = np.linspace(0, 1, _POINTS)[:, None]
    return start[:, None] + t * (end - start)[:, None], end - start


def _logits(attempt, params, z):
    """Logits of latents [lines, points, d], in float64."""
    flat = z.reshape(-1, _SIZES[2])
    where = f"{len(flat)} latents, mapped over"
    result = has_shape(attempt.float64.vmap(None, 0)(params, flat), (len(flat), _SIZES[0]), where=where)
    return finite(result, where=where).astype(np.float64).reshape(*z.shape[:-1], -1)


def _enough(amount, needed, says, **more):
    # The trace is 1 for whatever is enough, so that it depends neither on the structure nor on its numbers.
    holds(amount >= needed, says, value=np.clip(amount / needed, 0, 1), tolerance=0.05, **more)


def gives_a_logit_for_each_pixel(attempt):
    z = attempt.rng.normal(size=_SIZES[2]).astype(np.float32)
    finite(has_shape(attempt(_params(attempt), z), (_SIZES[0],), where=_WHERE), where=_WHERE)


def parameters_of_zero_give_logits_of_zero(attempt):
    zero = _params(attempt).filled(lambda shape: np.zeros(shape))
    z, _ = _lines(attempt.rng)
    logits = _logits(attempt, zero, z)
    close(logits, np.zeros_like(logits), where="every floating leaf set to zero", says="the logits")


def logits_reach_both_signs(attempt):
    z, _ = _lines(attempt.rng)
    logits = _logits(attempt, _filled(attempt, 1.0), z)
    where = f"random parameters, {_LINES * _POINTS} latents"
    _enough(-logits.min(), 1.5, "No logit is far below zero.", where=where, got=f"at least {logits.min():.3g}")
    _enough(logits.max(), 1.5, "No logit is far above zero.", where=where, got=f"at most {logits.max():.3g}")


def follows_z(attempt):
    z, _ = _lines(attempt.rng)
    logits = _logits(attempt, _filled(attempt), z[:, :: _POINTS - 1]).reshape(2 * _LINES, -1)
    moved = float(np.ptp(logits, axis=0).max())
    says = "The logits are the same for all latents."
    _enough(moved, 1e-3, says, where=f"random parameters, {2 * _LINES} random latents", got=f"a spread of {moved:.3g}")


def bends_at_the_kinks_of_its_units_and_nowhere_else(attempt):
    z, _ = _lines(attempt.rng)
    bends = []
    for _ in range(_FILLS):
        logits = _logits(attempt, _filled(attempt), z)
        # ReLU units are straight but where one switches: second differences are zero but near a kink.
        bends.append(np.abs(np.diff(logits, 2, axis=1)).max(axis=-1) / (1 + np.abs(logits).max()) > 1e-5)
    where = f"{_FILLS} random fillings, {_LINES} straight ways through latent space, {_POINTS - 1} steps each"
    says = "The logits are a linear function of z: is there anything between the two layers?"
    _enough(int(np.sum(bends)), 1, says, where=where, got="no bend")
    straight = float(1 - np.mean(bends))
    says = "The logits are curved all along; with ReLU units they are straight between a few kinks."
    _enough(straight, 0.5, says, where=where, got=f"straight in {100 * straight:.0f} % of the steps")


def autodiff_finds_its_slopes(attempt):
    params = _filled(attempt)
    z, directions = _lines(attempt.rng)
    logits = _logits(attempt, params, z)
    for line in range(_LINES):
        i = int(np.argmin(np.abs(np.diff(logits[line], 2, axis=0)).max(axis=-1)))  # a straight piece
        slope = has_shape(attempt.float64.jacobian(1)(params, z[line, i + 1]), (_SIZES[0], _SIZES[2]), what="JAX")
        want = (logits[line, i + 2] - logits[line, i]) / (2 / (_POINTS - 1))
        close(slope.astype(np.float64) @ directions[line], want, Tolerance(1e-3, 1e-3), what="JAX",
              where="random parameters, along a straight way through latent space",
              says="the slope in z against two values of your own")  # fmt: skip


exercise = Exercise(
    decode,
    question="4.5",
    minutes=8,
    difficulty=1,
    differentiable=True,
    needs=("init_vae",),
    hints=(
        "The encoder, turned round: which widths does z pass on its way to the pixels?",
        "Hidden layer, ReLU, affine layer, and then stop. What would a function that squashes do to a logit?",
        "If your structure holds the decoder as `nets.init_mlp` made it, one call of `nets.apply_mlp` is all.",
    ),
    checks=(
        gives_a_logit_for_each_pixel,
        parameters_of_zero_give_logits_of_zero,
        logits_reach_both_signs,
        follows_z,
        bends_at_the_kinks_of_its_units_and_nowhere_else,
        autodiff_finds_its_slopes,
    ),
)
