"""4.6  Where the codes of the training set lie."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import vae_oracles
from dflvi.checking.compare import T64, Tolerance, close, fields, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from solutions.vae.encode import encode


def code_stats(params: Any, X: Float[Array, "N D"]) -> tuple[Float[Array, " d"], Float[Array, "d d"]]:
    """Mean and covariance of the codes of a data set, that is of the means that `encode` gives.

    Args:
        params: what your `init_vae` made, with any numbers in it.
        X: binary images, a row each, [N, D].

    Returns:
        mean: of the codes, [d].
        cov: their covariance matrix, [d, d], with divisor N or N - 1.
    """
    codes, _ = jax.vmap(encode, in_axes=(None, 0))(params, X)
    mean = jnp.mean(codes, axis=0)
    return mean, (codes - mean[None]).T @ (codes - mean[None]) / len(X)


# ---- other right answers ----------------------------------------------------------------------


def with_numpy_s_name(params, X):
    """`cov` with variables in rows, divisor N - 1."""
    codes = jax.vmap(lambda x: encode(params, x)[0])(X)
    return {"mean": codes.mean(0), "cov": jnp.cov(codes.T).reshape(codes.shape[1], codes.shape[1])}


def from_second_moments(params, X):
    """The mean outer product, minus the outer product of the mean."""
    codes = jax.vmap(encode, in_axes=(None, 0))(params, X)[0]
    mean = codes.sum(axis=0) / len(X)
    return mean, jnp.einsum("ni,nj->ij", codes, codes) / len(X) - jnp.outer(mean, mean)


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(with_numpy_s_name, from_second_moments),
    mistakes=(
        Mistake(
            "of-the-log-variances",
            one_edit("codes, _ =", "_, codes ="),
            "These are the statistics of the other head. A code is the point that is decoded; which of the two is it?",
            caught_by=the_mean_is_that_of_the_codes,
        ),
        Mistake(
            "not-centred",
            one_edit("(codes - mean[None]).T @ (codes - mean[None])", "codes.T @ codes"),
            "Your covariance grows when all codes are moved by the same amount. Spread is measured from the mean.",
            also=lambda params, X: (
                code_stats(params, X)[0],
                jnp.einsum("ni,nj->ij", *[jax.vmap(lambda x: encode(params, x)[0])(X)] * 2) / len(X),
            ),
            caught_by=the_covariance_is_that_of_the_codes,
        ),
        Mistake(
            "not-divided",
            one_edit(" / len(X)", ""),
            "Twice the data give twice your covariance. A covariance is a mean over the data.",
            caught_by=the_covariance_is_that_of_the_codes,
        ),
        Mistake(
            "variances-alone",
            one_edit("(codes - mean[None]).T @ (codes - mean[None]) / len(X)", "jnp.diag(jnp.var(codes, axis=0))"),
            "Off the diagonal all is zero. Codes of an autoencoder hang together, and a fit that does not know it "
            "draws where none are.",
            caught_by=the_covariance_is_that_of_the_codes,
        ),
    ),
    answer="""
$\\bar z = \\frac1N\\sum_i \\mu(x_i)$ and $\\frac1N\\sum_i (\\mu(x_i) - \\bar z)(\\mu(x_i) - \\bar z)^\\top$. For a
VAE the first is near 0 and the second near the unit matrix (its own variances added); for an autoencoder they can be
anything.
""",
    afterword="For an autoencoder nothing keeps these two near 0 and I.",
)
