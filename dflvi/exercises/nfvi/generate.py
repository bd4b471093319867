"""6.2  New images from a VAE whose encoder puts out a flow."""

# Built from solutions/nfvi/generate.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import nfvi_oracles
from dflvi.checking.attempt import LearnerError
from dflvi.checking.compare import fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def generate(key: Key, params: Any, n: int) -> Float[Array, "n D"]:
    """New images from the model: for each, the probability of ink at every pixel.

    Args:
        key: a PRNG key for all draws; every image has a latent of its own.
        params: what your `init_nfvae` made, with any numbers in it.
        n: how many, a Python int.

    Returns:
        probabilities, [n, D], a row for each new image: those of p(x | z) at one z that is drawn from the model. They
        are not rounded, and no pixel is drawn.
    """
    raise NotImplementedError("yours to write")

_D = nfvi_oracles.PIXELS

_MANY = 20000


def _drawn(attempt, key, params, n, where):
    return has_shape(attempt(key, params, n), (n, _D), where=where).astype(np.float64)


def gives_probabilities_a_row_for_each_image(attempt):
    where = f"K = 2, d = 2, random parameters, n = 200 images of {_D} pixels"
    drawn = finite(_drawn(attempt, attempt.key(), nfvi_oracles.tiny(attempt, 2, 2), 200, where), where=where)
    share = float(np.mean((drawn >= 0) & (drawn <= 1)))
    holds(share == 1, "Some of your numbers are not between 0 and 1.", value=share, tolerance=0.05, where=where,
          expected="probabilities", got=f"numbers from {drawn.min():.3g} to {drawn.max():.3g}")  # fmt: skip
    between = float(np.mean((drawn > 0) & (drawn < 1)))
    holds(between > 0.5, "Your images are zeros and ones: the probabilities themselves are asked for.",
          value=float(between > 0.5), where=where)  # fmt: skip
    different = len(np.unique(drawn.round(6), axis=0))
    says = "Most of your images are copies of each other. Each has a latent of its own."
    holds(different > 100, says, value=min(different, 100), tolerance=0.01, where=where, got=f"{different} differ")


def _encoders(attempt, params):
    """A mask for each leaf, true at the numbers on which the learner's `encode_nf` hangs: where nan gives nan."""
    leaves, x = params.leaves(), np.ones(_D, np.float32)
    sizes = [leaf.size if leaf.dtype.kind == "f" else 0 for leaf in leaves]
    starts = np.cumsum([0, *sizes])
    copies = [np.repeat(leaf[None], starts[-1], axis=0) for leaf in leaves]  # in each of them another number is nan
    for copy, start, size in zip(copies, starts, sizes):
        copy.reshape(len(copy), -1)[range(start, start + size), range(size)] = np.nan
    encode = attempt.companion("encode_nf")
    try:
        seen = encode.vmap(0, None).keep(params.with_leaves(copies), x).leaves()
        hangs = [np.isnan(part).reshape(len(part), -1).any(axis=1) for part in seen if part.dtype.kind == "f"]
    except LearnerError:  # of a structure that cannot be mapped over: one after the other
        each = [encode.keep(params.with_leaves([copy[i] for copy in copies]), x).leaves() for i in range(starts[-1])]
        hangs = [np.array([any(np.isnan(part).any() for part in seen if part.dtype.kind == "f") for seen in each])]
    read = np.any(hangs, axis=0)
    return [read[start : start + size].reshape(leaf.shape) if size else np.zeros(leaf.shape, bool)
            for leaf, start, size in zip(leaves, starts, sizes)]  # fmt: skip


def _with(params, masks, make):
    """The same parameters with other numbers under the masks."""
    pairs = zip(params.leaves(), masks, strict=True)
    return params.with_leaves([np.where(mask, make(leaf), leaf).astype(leaf.dtype) for leaf, mask in pairs])


def _does_without(attempt, K, what):
    params, key, n = nfvi_oracles.tiny(attempt, 2, K), attempt.key(), 20
    where = f"K = {K}, d = 2, random parameters; all numbers on which your `encode_nf` hangs replaced by nan"
    masks = _encoders(attempt, params)
    before = _drawn(attempt, key, params, n, where)
    after = _drawn(attempt, key, _with(params, masks, lambda leaf: np.nan), n, where)
    bad = float(np.mean(np.isnan(after)))
    holds(bad == 0, f"Without {what} no image can be drawn from your model.", value=bad, tolerance=0.01, where=where,
          got=f"{100 * bad:.0f} % of the numbers are nan")  # fmt: skip
    moved = float(np.abs(after - before).max())
    holds(moved == 0, f"Your images change with {what}, at one and the same key.", value=float(moved > 0), where=where)
    return params, key, masks, before


def an_encoder_of_nan_does_no_harm(attempt):
    params, key, masks, before = _does_without(attempt, 0, "the encoder")
    floating = [leaf.dtype.kind == "f" and leaf.size > 0 for leaf in params.leaves()]
    rest = [np.zeros(mask.shape, bool) if not f else ~mask for mask, f in zip(masks, floating, strict=True)]
    other = _with(params, rest, lambda leaf: attempt.rng.normal(size=leaf.shape))
    moved = float(np.abs(_drawn(attempt, key, other, len(before), "another decoder") - before).max())
    holds(moved > 1e-3, "Another decoder draws the same images.", value=float(moved > 1e-3),
          where="K = 0, d = 2, all numbers but the encoder's drawn anew, the same key")  # fmt: skip


def a_flow_of_nan_does_no_harm(attempt):
    _does_without(attempt, 2, "encoder and flow")


def its_images_are_those_of_the_model(attempt):
    # With K = 0 and an encoder of zeros q is the prior, so that `evaluate` and `generate` average the same likelihoods.
    params, x = nfvi_oracles.tiny(attempt, 2, 0), nfvi_oracles.images(attempt.rng, 1)
    params = _with(params, _encoders(attempt, params), np.zeros_like)
    where = f"K = 0, d = 2, encoder of zeros, decoder random, one image, {_MANY} draws"
    drawn = np.clip(_drawn(attempt, attempt.key(), params, _MANY, where), 1e-12, 1 - 1e-7)
    log_lik = np.sum(np.log(np.where(x > 0.5, drawn, 1 - drawn)), axis=1)
    told = attempt.companion("evaluate")(attempt.key(), params, x, _MANY)
    elbo, iwae = (has_shape(part, (), what="evaluate") for part in fields(told, "elbo", "iwae", what="evaluate"))
    # Both sides are means of so many draws from one law, of the logs (nearly quadratic in normals) and of numbers
    # between 0 and 1.
    lik = np.exp(log_lik)
    statistic_is(log_lik.mean() - float(elbo), 0.0, log_lik.std() * np.sqrt(2 / _MANY), comparisons=2, slack=2e-4,
                 where=where, says="the mean log-likelihood of the image, less the elbo of `evaluate`")  # fmt: skip
    statistic_is(np.log(lik.mean()) - float(iwae), 0.0, lik.std() / lik.mean() * np.sqrt(2 / _MANY), comparisons=2,
                 slack=2e-4, where=where,
                 says="the log of the image's mean likelihood, less the iwae of `evaluate`")  # fmt: skip


exercise = Exercise(
    generate,
    question="6.2",
    minutes=10,
    difficulty=1,
    needs=("init_nfvae", "encode_nf", "evaluate"),
    hints=(
        "Which of the model's distributions need an x, and which do not?",
        "Write p(x) as an integral over z. Which two densities stand in it? Sample from the first, then go on to the "
        "second.",
        "n latents of N(0, I) with d coordinates, through the decoder, and the logits to probabilities. d is the "
        "number of rows of the decoder's first matrix.",
    ),
    checks=(
        gives_probabilities_a_row_for_each_image,
        an_encoder_of_nan_does_no_harm,
        a_flow_of_nan_does_no_harm,
        its_images_are_those_of_the_model,
    ),
)
