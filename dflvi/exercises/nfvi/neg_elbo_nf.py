"""6.5  The free energy of a VAE with a flow behind its encoder."""

# Built from solutions/nfvi/neg_elbo_nf.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import nfvi_oracles, vae_oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def neg_elbo_nf(key: Key, params: Any, x: Float[Array, "n D"], beta: float | Scalar = 1.0) -> Scalar:
    """The annealed free energy in nats an image, from one draw of z for each image.

    Args:
        key: a PRNG key for the draws; every image has noise of its own.
        params: what your `init_nfvae` made, with any numbers in it.
        x: binary images, a row each, [n, D]; n may be 1.
        beta: the factor of the log joint, a number that JAX may trace. With 1 this is the negative ELBO.

    Returns:
        one number, the mean over the n images of log q(z | x) - beta (log p(x | z) + log p(z)). z is the point at the
        end of the flow, the same in all three terms, and p(z) is N(0, I).

    JAX must be able to differentiate it in params: every number in them has a share in it. There is no formula for the
    KL any more, since q is no Gaussian (Rezende and Mohamed 2015, equation 20, with the factor in both of its lines).
    """
    raise NotImplementedError("yours to write")

_KEYS, _N, _FEW = 20000, 8, 3


def _at_keys(attempt, params, x, keys, where, *beta):
    axes = (0, None, None, *(None for _ in beta))
    result = has_shape(attempt.vmap(*axes)(keys, params, x, *beta), (keys.n,), where=where)
    return finite(result, where=where).astype(np.float64)


def parameters_of_zero_cost_log_two_a_pixel_at_every_key(attempt):
    zero = nfvi_oracles.tiny(attempt, 2, 0, 0.0)
    x = nfvi_oracles.images(attempt.rng, _N)
    where = f"K = 0, all leaves zero: q is the prior and every pixel has probability 1/2; {_N} images of 5 pixels"
    for _ in range(2):
        one = has_shape(attempt(attempt.key(), zero, x), (), where=where)
        close(one, nfvi_oracles.PIXELS * np.log(2), where=where, says="the loss")


def only_the_log_joint_is_annealed(attempt):
    params, x, keys = nfvi_oracles.tiny(attempt, 2, 3), nfvi_oracles.images(attempt.rng, _FEW), attempt.keys(3000)
    where = f"K = 3, {_FEW} images, the same 3000 keys at beta = 0, 0.3 and 1"
    none, some, all_of_it = (_at_keys(attempt, params, x, keys, where, beta) for beta in (0.0, 0.3, 1.0))
    close(some - 0.7 * none - 0.3 * all_of_it, np.zeros(3000), Tolerance(2e-3, 0), where=where,
          says="the loss at 0.3 less the straight line between the other two")  # fmt: skip
    sampler = attempt.companion("sample_posterior").vmap(0, None, 0, None)
    _, logq = fields(sampler(attempt.keys(_FEW), params, x, 3000), "z", "logq", what="sample_posterior")
    logq = has_shape(logq, (_FEW, 3000), what="sample_posterior").astype(np.float64)
    # Means of 3,000 numbers whose tails are those of a few squares.
    error = np.sqrt((none.var() + logq.var(axis=1).sum() / _FEW**2) / 3000)
    statistic_is(np.float64(none.mean() - logq.mean()), 0.0, error, slack=1e-4, where=where,
                 says="the mean loss at beta = 0 less the mean of the logq of your own `sample_posterior`")  # fmt: skip


def its_weights_average_to_the_evidence(attempt):
    # exp(-loss) at one image is w = p(x, z) / q(z), whose mean over q is p(x): no bound is as strict.
    where = f"K = 3, d = 2, one image whose q is wider than the prior, {_KEYS} keys"
    for _ in range(5):
        params, x = nfvi_oracles.under_a_wide_q(attempt, 2, 3)
        log_p, error = nfvi_oracles.evidence(attempt, params, x, 20000)
        losses = _at_keys(attempt, params, x, attempt.keys(_KEYS), where)
        ratio = np.exp(np.clip(-losses - log_p[0], -50, 50))
        # The weights have a second moment of a few times their squared mean; 20,000 of them.
        own = min(ratio.std() / max(ratio.mean(), 1e-30), 6.0)
        statistic_is(np.log(max(ratio.mean(), 1e-30)), 0.0, np.hypot(error[0], own / np.sqrt(_KEYS)), comparisons=5,
                     where=where,
                     says="the log of the mean of exp(-loss), less log p(x) from draws of your `generate`")  # fmt: skip


def every_image_has_noise_of_its_own(attempt):
    params, x = nfvi_oracles.tiny(attempt, 2, 3), nfvi_oracles.images(attempt.rng, 1)
    where, keys = f"K = 3, {_N} copies of one image", 3000
    single = _at_keys(attempt, params, x, attempt.keys(_KEYS), where)
    several = _at_keys(attempt, params, np.repeat(x, _N, axis=0), attempt.keys(keys), where)
    ratio = _N * several.var() / single.var()
    # Variances of numbers with kurtosis up to 15 or so: each is known to sqrt(14 / n), and 8 is far from 1.
    statistic_is(np.log(ratio), 0.0, np.sqrt(14 / keys + 14 / _KEYS), where=where,
                 says="the log of the variance over keys, eightfold, against that of a single image")  # fmt: skip


def its_slope_is_that_of_its_values(attempt):
    x = nfvi_oracles.images(attempt.rng, _FEW)
    params, where = nfvi_oracles.tiny(attempt, 2, 3), f"K = 3, {_FEW} images"
    slopes = attempt.float64.grad(1).keep(attempt.key(), params, x.astype(np.float64)).leaves()
    moved = [leaf.dtype.kind == "f" and leaf.size > 0 for leaf in params.leaves()]
    still = sum(m and not np.any(slope) for m, slope in zip(moved, slopes, strict=True))
    holds(still == 0, "Some of the parameters have a slope of zero, all of them together: training would never move "
          "them.", value=float(still > 0), where=where)  # fmt: skip
    vae_oracles.slope_is_that_of_its_values(attempt, params, (attempt.key(),), (x.astype(np.float64),), where, 0.5)


exercise = Exercise(
    neg_elbo_nf,
    question="6.5",
    minutes=15,
    difficulty=2,
    differentiable=True,
    needs=("init_nfvae", "encode_nf", "sample_posterior", "generate"),
    hints=(
        "Take `neg_elbo_mc` of 4.5 and look for the place where the chain of layers goes in: between the draw of the "
        "Gaussian and the decoder.",
        "`sample_posterior` gives the point and log q at it. The prior and the decoder are asked at that very point, "
        "and beta stands in front of both of them.",
        "One draw for each image, logits from the decoder, the log probability of the pixels and of z under N(0, I). "
        "Test it with K = 0 first.",
    ),
    checks=(
        parameters_of_zero_cost_log_two_a_pixel_at_every_key,
        only_the_log_joint_is_annealed,
        its_weights_average_to_the_evidence,
        every_image_has_noise_of_its_own,
        its_slope_is_that_of_its_values,
    ),
)
