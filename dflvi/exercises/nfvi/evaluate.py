"""6.5  Two rulers for a trained model."""

# Built from solutions/nfvi/evaluate.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import nfvi_oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def evaluate(key: Key, params: Any, X: Float[Array, "N D"], k: int) -> dict[str, Scalar]:
    """The ELBO and the importance weighted bound of images, from k draws of z for each.

    Args:
        key: a PRNG key for all draws; every image has draws of its own.
        params: what your `init_nfvae` made, with any numbers in it.
        X: binary images, a row each, [N, D]; N may be 1.
        k: draws an image, a Python int, at least 1.

    Returns:
        a dict of two numbers, in nats an image, both means over the N images:
        elbo: the mean over the k draws of log w = log p(x | z) + log p(z) - log q(z | x), at beta = 1.
        iwae: the log of the mean over the k draws of w. Take it without leaving the logs: an image of 784 pixels has
            weights of exp(-200).

    With k = 1 both are the same. With more draws the second rises towards log p(x), and the first stays where it is.
    (k times N times D numbers at once may be too many for the memory of a laptop: `jax.lax.map` goes through the
    images one after the other, or some at a time.)
    """
    raise NotImplementedError("yours to write")

_MANY, _FEW = 20000, 2000


def _read(result, where, shape=()):
    elbo, iwae = fields(result, "elbo", "iwae")
    read = [has_shape(part, shape, where=where, what=name) for part, name in ((elbo, "elbo"), (iwae, "iwae"))]
    return [finite(part, where=where, what=name).astype(np.float64) for part, name in zip(read, ("elbo", "iwae"))]


def parameters_of_zero_cost_log_two_a_pixel(attempt):
    zero, x = nfvi_oracles.tiny(attempt, 2, 0, 0.0), nfvi_oracles.images(attempt.rng, 3)
    where = "K = 0, all leaves zero: q is the prior and every pixel has probability 1/2; 3 images, k = 7"
    for name, bound in zip(("elbo", "iwae"), _read(attempt(attempt.key(), zero, x, 7), where), strict=True):
        close(bound, -nfvi_oracles.PIXELS * np.log(2), Tolerance(2e-5, 2e-5), where=where, says=name, what=name)


def _singles(attempt, params, x):
    where = f"K = 2, random parameters, 2 images, {_FEW} keys, k = 1"
    return *_read(attempt.vmap(0, None, None, None)(attempt.keys(_FEW), params, x, 1), where, (_FEW,)), where


def one_draw_makes_both_the_same(attempt):
    elbo, iwae, where = _singles(attempt, nfvi_oracles.tiny(attempt, 2, 2), nfvi_oracles.images(attempt.rng, 2))
    close(iwae - elbo, np.zeros(_FEW), Tolerance(1e-3, 0), where=where, says="iwae less elbo", what="the result")


def many_draws_reach_the_evidence(attempt):
    where = f"K = 2, one image whose q is wider than the prior, k = {_MANY}"
    for _ in range(2):
        params, x = nfvi_oracles.under_a_wide_q(attempt, 2, 2)
        log_p, error = nfvi_oracles.evidence(attempt, params, x, _MANY)
        _, iwae = _read(attempt(attempt.key(), params, x, _MANY), where)
        # Weights with a second moment of a few times their squared mean; 20,000 make a mean near enough normal.
        statistic_is(np.float64(iwae - log_p[0]), 0.0, np.hypot(error[0], 2.5 / np.sqrt(_MANY)), where=where,
                     comparisons=2,
                     says="iwae less log p(x), which comes from draws of your own `generate`")  # fmt: skip


def the_elbo_does_not_depend_on_k(attempt):
    params, x = nfvi_oracles.tiny(attempt, 2, 2), nfvi_oracles.images(attempt.rng, 2)
    singles, _, where = _singles(attempt, params, x)
    many = np.mean([_read(attempt(attempt.key(), params, one[None], _MANY), where)[0] for one in x])
    # Log weights are nearly quadratic in normals; a mean of so many.
    error = singles.std() * np.sqrt(1 / _FEW + 2 / _MANY)
    statistic_is(np.float64(many - singles.mean()), 0.0, error, slack=1e-4, where=where,
                 says=f"elbo at k = {_MANY}, less its mean at k = 1")  # fmt: skip


exercise = Exercise(
    evaluate,
    question="6.5",
    minutes=15,
    difficulty=2,
    needs=("init_nfvae", "encode_nf", "sample_posterior", "generate"),
    hints=(
        "Both bounds are made of the same k log weights. Where does the log stand in each: inside of the mean, or "
        "outside?",
        "For one image: k draws with their log densities, the decoder at all of them, one log weight each. Then the "
        "same for all images, with a key for each.",
        "The mean of the log weights is one; their logsumexp, less the log of how many they are, is the other.",
    ),
    checks=(
        parameters_of_zero_cost_log_two_a_pixel,
        one_draw_makes_both_the_same,
        many_draws_reach_the_evidence,
        the_elbo_does_not_depend_on_k,
    ),
)
