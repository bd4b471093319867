"""6.2  New images from a VAE whose encoder puts out a flow."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi import nets
from dflvi.checking import nfvi_oracles
from dflvi.checking.attempt import LearnerError
from dflvi.checking.compare import fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key
from solutions.nfvi.encode_nf import encode_nf


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
    d = len(params["decoder"][0][0])
    z = jax.random.normal(key, (n, d))
    logits = jax.vmap(partial(nets.apply_mlp, params["decoder"]))(z)
    return jax.nn.sigmoid(logits)


# ---- other right answers ----------------------------------------------------------------------


def one_key_an_image(key, params, n):
    """A latent and an image for each key, matrix by matrix."""
    (W, b), (V, c) = params["decoder"]

    def draw(key):
        z = jax.random.normal(key, W.shape[:1])
        return 1 / (1 + jnp.exp(-(jnp.maximum(z @ W + b, 0) @ V + c)))

    return jax.vmap(draw)(jax.random.split(key, n))


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def _from(z_of):
    """Decodes other latents, of (key, params, n, d)."""

    def wrong(key, params, n):
        d = len(params["decoder"][0][0])
        return jax.nn.sigmoid(nets.apply_mlp(params["decoder"], z_of(key, params, n, d)))

    return wrong


def _bent(key, params, n, d):
    """Prior noise through the flow of a blank image."""
    z = jax.random.normal(key, (n, d))
    _, _, flow = encode_nf(params, jnp.full(len(params["decoder"][-1][1]), 0.5))
    for u, w, b in zip(*flow, strict=True):
        z = z + jnp.tanh(z @ w + b)[:, None] * u
    return z


def _encoded(key, params, n, d):
    """Latents of one image."""
    mu, logvar, _ = encode_nf(params, jnp.ones(len(params["decoder"][-1][1])))
    return mu + jnp.exp(0.5 * logvar) * jax.random.normal(key, (n, d))


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
    variants=(one_key_an_image,),
    mistakes=(
        Mistake(
            "logits-for-probabilities",
            one_edit("jax.nn.sigmoid(logits)", "logits"),
            "Numbers below 0 and above 1 come out. The decoder speaks of log-odds; what turns them into chances?",
            caught_by=gives_probabilities_a_row_for_each_image,
        ),
        Mistake(
            "pixels-drawn",
            lambda key, params, n: (generate(key, params, n) > 0.5).astype(jnp.float32),
            "Black and white: you have decided about every pixel. Asked for is how likely ink is at each.",
            also=lambda key, params, n: jax.random.bernoulli(
                jax.random.fold_in(key, 1), generate(key, params, n)
            ).astype(jnp.float32),
            caught_by=gives_probabilities_a_row_for_each_image,
        ),
        Mistake(
            "one-latent-for-all",
            _from(lambda key, params, n, d: jnp.broadcast_to(jax.random.normal(key, (d,)), (n, d))),
            "One image, many times over. How many latents have you drawn?",
            caught_by=gives_probabilities_a_row_for_each_image,
        ),
        Mistake(
            "encodes-an-image-first",
            _from(_encoded),
            "To draw something new you ask the encoder about an image. Whoever has only the model has no image yet.",
            also=_from(lambda key, params, n, d: encode_nf(params, jnp.ones(len(params["decoder"][-1][1])))[0]
                       + jax.random.normal(key, (n, d))),
            caught_by=an_encoder_of_nan_does_no_harm,
        ),
        Mistake(
            "noise-through-the-flow",
            _from(_bent),
            "A draw of the prior is sent through layers. Layers bend q(z | x) towards the posterior of one x; the "
            "prior is where the decoder expects its latents as it is.",
            caught_by=a_flow_of_nan_does_no_harm,
        ),
        Mistake(
            "prior-too-narrow",
            _from(lambda key, params, n, d: 0.5 * jax.random.normal(key, (n, d))),
            "Your images keep to the middle of the latent space: good ones, perhaps, and not those of this model. What "
            "is the spread of its prior?",
            caught_by=its_images_are_those_of_the_model,
        ),
        Mistake(
            "uniform-latents",
            _from(lambda key, params, n, d: jax.random.uniform(key, (n, d))),
            "Your latents fill a box evenly. The density p(z) of this model is another one.",
            caught_by=its_images_are_those_of_the_model,
        ),
    ),
    answer="""
z ~ N(0, I), then the probabilities of p(x | z). Encoder and flow define q(z | x): they need an x, and p(x) = INT p(z)
p(x | z) dz holds no q. So with NaN in every weight of encoder and flow the samples are what they were.

Nothing changes in the procedure nor in its cost. What changes is the decoder that comes out of training. A tighter
bound gives gradients for theta that are closer to those of log p(x), and there is less pull towards posteriors that a
Gaussian can follow; so the decoder is better, and the latents of the data together may fit the prior better.
Reconstruction, x to z and back, and the representation of an image do use the flow. (A flow as the *prior* would be
used when sampling.)

**Rubric.** Same procedure; names p(z) and p(x | z); encoder and flow unused since they need x; indirect effect through
theta; same cost; where the flow is used; contrast with a flow prior.
""",
    afterword="Half of what was trained is not needed to draw. It was needed to train.",
)
