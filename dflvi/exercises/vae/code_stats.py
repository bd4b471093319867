"""4.6  Where the codes of the training set lie."""

# Built from solutions/vae/code_stats.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import vae_oracles
from dflvi.checking.compare import T64, Tolerance, close, fields, has_shape
from dflvi.checking.exercise import Exercise


def code_stats(params: Any, X: Float[Array, "N D"]) -> tuple[Float[Array, " d"], Float[Array, "d d"]]:
    """Mean and covariance of the codes of a data set, that is of the means that `encode` gives.

    Args:
        params: what your `init_vae` made, with any numbers in it.
        X: binary images, a row each, [N, D].

    Returns:
        mean: of the codes, [d].
        cov: their covariance matrix, [d, d], with divisor N or N - 1.
    """
    raise NotImplementedError("yours to write")

_N, _LATENT = 24, 3

_WHERE = f"{_N} images of 5 pixels, d = {_LATENT}, random parameters"


def _both(attempt):
    params, x = vae_oracles.tiny(attempt, _LATENT, 0.6), vae_oracles.images(attempt.rng, _N).astype(np.float64)
    mean, cov = fields(attempt.float64(params, x), "mean", "cov")
    codes, _ = vae_oracles.encoded(attempt, params, x, _LATENT)
    return mean, has_shape(cov, (_LATENT, _LATENT), where=_WHERE, what="cov"), codes


def the_mean_is_that_of_the_codes(attempt):
    mean, _, codes = _both(attempt)
    close(mean, codes.mean(axis=0), T64, where=_WHERE, says="the mean, against your own `encode`", what="mean")


def the_covariance_is_that_of_the_codes(attempt):
    _, cov, codes = _both(attempt)
    want = np.cov(codes.T, bias=True)
    ratio = float(np.trace(cov) / np.trace(want)) if np.isfinite(cov).all() else 1.0
    if abs(ratio * (_N - 1) / _N - 1) < 1e-3:  # the other divisor
        want = want * _N / (_N - 1)
    # Second moments minus a squared mean lose some digits in float32.
    close(cov, want, Tolerance(1e-4, 1e-4), where=_WHERE, says="the covariance, against your own `encode`", what="cov")


exercise = Exercise(
    code_stats,
    question="4.6",
    minutes=5,
    difficulty=1,
    needs=("init_vae", "encode"),
    hints=(
        "A cloud of points is described by where it is and how it is stretched. Which points are these?",
        "Encode all rows, keep the means, and take mean and covariance over the rows.",
        "Centre the table of codes; its transpose times itself, divided by N, is the covariance.",
    ),
    checks=(the_mean_is_that_of_the_codes, the_covariance_is_that_of_the_codes),
)
