"""6.5  The decoder by itself."""

# Built from solutions/nfvi/decode_nf.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import nfvi_oracles, vae_oracles
from dflvi.checking.compare import close, finite, has_shape, statistic_is
from dflvi.checking.exercise import Exercise


def decode_nf(params: Any, z: Float[Array, "*n d"]) -> Float[Array, "*n D"]:
    """The logits of the pixels at one latent: the decoder of your model by itself.

    Args:
        params: what your `init_nfvae` made, with any numbers in it.
        z: one latent, [d], wherever it comes from: the prior, the end of a flow, a point of a grid.

    Returns:
        the logits of p(x | z), [D]. With all parameters zero they are zero.

    The figures that follow sum over a grid of z, and ask nothing else of the inside of your model. `neg_elbo_nf` and
    `evaluate` hold the same network already.
    """
    raise NotImplementedError("yours to write")

_MANY = 20000


def parameters_of_zero_give_fair_coins(attempt):
    zero = nfvi_oracles.tiny(attempt, 2, 3, 0.0)
    where = "all leaves zero"
    logits = attempt(zero, attempt.rng.normal(size=2).astype(np.float32))
    close(logits, np.zeros(nfvi_oracles.PIXELS), where=where, says="the logits")


def it_is_the_decoder_that_evaluate_uses(attempt):
    d, K = 2, 2
    params, x = nfvi_oracles.under_a_wide_q(attempt, d, K)
    points, weights = vae_oracles.grid(d, 61)
    where = f"random parameters, d = 2, K = {K}, one image"
    logits = has_shape(attempt.float64.vmap(None, 0)(params, points), (len(points), nfvi_oracles.PIXELS), where=where)
    logits = finite(logits, where=where).astype(np.float64)
    log_p = np.log(np.exp(vae_oracles.log_likelihood(logits, x.astype(np.float64))) @ weights)
    bounds = attempt.companion("evaluate")(attempt.key(), params, x, _MANY)
    iwae = float(has_shape(bounds["iwae"] if isinstance(bounds, dict) else bounds[1], (), what="evaluate"))
    # As in `evaluate`: weights with a second moment of a few times their squared mean.
    statistic_is(np.float64(log_p - iwae), 0.0, 3 / np.sqrt(_MANY), where=where,
                 says=f"log p(x) from a grid of your logits, less the iwae of `evaluate` at k = {_MANY}")  # fmt: skip


exercise = Exercise(
    decode_nf,
    question="6.5",
    minutes=3,
    difficulty=1,
    needs=("init_nfvae", "encode_nf", "sample_posterior", "neg_elbo_nf", "train_nfvae", "evaluate", "generate"),
    hints=(
        "It is in your `neg_elbo_nf` already. Which line makes logits of z?",
        "Logits, not probabilities: any real numbers, and zero for a fair coin.",
        "One call of `nets.apply_mlp` with the decoder's part of the parameters.",
    ),
    checks=(parameters_of_zero_give_fair_coins, it_is_the_decoder_that_evaluate_uses),
)
