"""1.3  The most probable mean."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    weight, weight0 = x.size / var, 1 / var0
    return (weight0 * mu0 + jnp.sum(x) / var) / (weight0 + weight)


# ---- other right answers ----------------------------------------------------------------------


def as_a_shrunk_mean(x, mu0=0.0, var0=1.0, var=1.0):
    """From mu0 towards the mean of the data, by the share that they have earned."""
    share = x.size * var0 / (x.size * var0 + var)
    return mu0 + share * jnp.sum(x - mu0) / max(x.size, 1)


def by_one_newton_step(x, mu0=0.0, var0=1.0, var=1.0):
    """To the top of a parabola, from the prior's mean."""

    def log_joint(mu):
        return -0.5 * jnp.sum((x - mu) ** 2) / var - 0.5 * (mu - mu0) ** 2 / var0

    at = jnp.asarray(mu0, x.dtype)
    return at - jax.grad(log_joint)(at) / jax.grad(jax.grad(log_joint))(at)


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(as_a_shrunk_mean, by_one_newton_step),
    mistakes=(
        Mistake(
            "the-most-likely-instead",
            lambda x, mu0=0.0, var0=1.0, var=1.0: jnp.mean(x),
            "You maximise the likelihood alone: without data there is nothing to maximise and you get nan, "
            "while the prior still has a top.",
            also=lambda x, mu0=0.0, var0=1.0, var=1.0: jnp.sum(x) / x.size,
            caught_by=without_data_it_is_where_the_prior_is_highest,
        ),
        Mistake(
            "prior-around-zero",
            one_edit("(weight0 * mu0 + ", "("),
            "Your estimate shrinks towards zero and the prior sits at mu0. Move mu0 and see whether anything "
            "follows.",
            caught_by=without_data_it_is_where_the_prior_is_highest,
        ),
        Mistake(
            "mean-and-variance",
            lambda x, mu0=0.0, var0=1.0, var=1.0: jnp.stack([as_a_shrunk_mean(x, mu0, var0, var), 1.0 + 0.0 * var]),
            "Two numbers came back. The place where a density is largest is one number.",
            caught_by=without_data_it_is_where_the_prior_is_highest,
        ),
        Mistake(
            "one-more-observation",
            lambda x, mu0=0.0, var0=1.0, var=1.0: (mu0 + jnp.sum(x)) / (x.size + 1),
            "With var0 = 1e8 the prior says nothing, and yours still counts it as one of seven data. How "
            "much it is worth depends on its variance.",
            caught_by=a_vague_prior_leaves_the_data_alone_and_a_narrow_one_does_not,
        ),
        Mistake(
            "weights-swapped",
            lambda x, mu0=0.0, var0=1.0, var=1.0: mu0
            + var / (x.size * var0 + var) * jnp.sum(x - mu0) / max(x.size, 1),
            "A vague prior draws your estimate to mu0 and a narrow one to the data. The two weights are in "
            "each other's place.",
            caught_by=a_vague_prior_leaves_the_data_alone_and_a_narrow_one_does_not,
        ),
        Mistake(
            "noise-ignored",
            one_edit("weight, weight0 = x.size / var, 1 / var0", "var = 1.0; weight, weight0 = x.size / var, 1 / var0"),
            "Right in both limits, wrong between them: noisier data should move the estimate less, and yours "
            "moves as far for var = 2.5 as for var = 1.",
            caught_by=is_the_top_of_the_posterior,
        ),
        Mistake(
            "roots-of-the-variances",
            lambda x, mu0=0.0, var0=1.0, var=1.0: as_a_shrunk_mean(x, mu0, var0**0.5, var**0.5),
            "A prior of variance 1e-6 holds your estimate less firmly than it should. You balance standard "
            "deviations; which power of them stands in an exponent?",
            caught_by=a_vague_prior_leaves_the_data_alone_and_a_narrow_one_does_not,
        ),
    ),
    answer="""
The posterior is a normal, and a normal is highest at its mean. So the estimate is the posterior mean; for unit
variances and a prior around zero it is $n \\bar x / (n + 1)$. Setting the derivative of log prior plus
log-likelihood to zero gives the same, since both are parabolas.
""",
    afterword="Mode and mean agree because the posterior is symmetric. In section 2 they will not.",
)
