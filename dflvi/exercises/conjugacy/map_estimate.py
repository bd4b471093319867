"""1.3  The most probable mean."""

# Built from solutions/conjugacy/map_estimate.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def map_estimate(
    x: Float[Array, " n"], mu0: Scalar | float = 0.0, var0: Scalar | float = 1.0, var: Scalar | float = 1.0
) -> Scalar:
    """The mu at which the posterior density is largest (maximum a posteriori), as in `posterior`.

    Args:
        x: the data, [n]; n = 0 is allowed.
        mu0: mean of the prior N(mu0, var0), a number.
        var0: variance of the prior, a number.
        var: the known variance of one draw, a number.

    Returns:
        the estimate, a number in the units of x. JAX must be able to differentiate it in every argument.
    """
    raise NotImplementedError("yours to write")

_CLOSE = Tolerance(1e-4, 1e-4)

_PRIOR = 1.3, 0.6, 2.5  # mu0, var0, var

_PRIOR_WORDS = "mu0 = 1.3, var0 = 0.6, var = 2.5"


def _data(rng, n=6):
    return rng.normal(-1.5, 1.7, n).astype(np.float32)


def without_data_it_is_where_the_prior_is_highest(attempt):
    where = f"n = 0, {_PRIOR_WORDS}"
    got = finite(has_shape(attempt(np.zeros(0, np.float32), *_PRIOR), (), where=where), where=where)
    close(got, 1.3, _CLOSE, where=where, says="nothing was learned")


def a_vague_prior_leaves_the_data_alone_and_a_narrow_one_does_not(attempt):
    x = _data(attempt.rng)
    for words, prior, want in (
        ("mu0 = 1.3, var0 = 1e8", (1.3, 1e8, 2.5), x.astype(np.float64).mean()),
        ("mu0 = 1.3, var0 = 1e-6", (1.3, 1e-6, 2.5), 1.3),
    ):  # fmt: skip
        close(attempt(x, *prior), want, _CLOSE, where=f"six data, {words}, var = 2.5", says="the estimate in a limit")


def is_the_top_of_the_posterior(attempt):
    x = _data(attempt.rng)
    mu0, var0, var = _PRIOR
    where = f"six data, {_PRIOR_WORDS}"
    got = finite(has_shape(attempt(x, *_PRIOR), (), where=where), where=where).astype(np.float64)
    x64 = x.astype(np.float64)
    mu = np.linspace(-4.0, 4.0, 401)
    log_joint = oracles.normal_logpdf(mu, mu0, var0) + oracles.normal_logpdf(x64[:, None], mu, var).sum(axis=0)
    density = np.exp(log_joint - log_joint.max())
    mark = np.where(np.abs(mu - got) < 0.015, density.max(), np.nan)
    slope = (mu0 - got) / var0 + (x64 - got).sum() / var
    close(slope, 0.0, Tolerance(1e-3, 0), where=where, what="the slope of log prior + log likelihood",
          says="the posterior is flat at its top", picture=Picture(mu, density, mark, "mu", "prior x likelihood"),
          )  # fmt: skip
    pull = attempt.grad(1)(x, *_PRIOR)
    close(pull, (1 / var0) / (1 / var0 + 6 / var), _CLOSE, where=where, what="the derivative in mu0",
          says="how far the estimate follows the prior")  # fmt: skip


exercise = Exercise(
    map_estimate,
    question="1.3",
    minutes=3,
    difficulty=1,
    differentiable=True,
    hints=(
        "You know the posterior already, and which family it belongs to. Where is the density of such a "
        "distribution largest?",
        "Mode and mean of a normal are the same point. If you would rather start afresh: set the derivative "
        "of log prior plus log-likelihood to zero.",
        "It is the first of the two numbers that `posterior` returns, for the same four arguments.",
    ),
    checks=(
        without_data_it_is_where_the_prior_is_highest,
        a_vague_prior_leaves_the_data_alone_and_a_narrow_one_does_not,
        is_the_top_of_the_posterior,
    ),
)
