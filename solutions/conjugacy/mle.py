"""1.3  The most likely mean."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def mle(x: Float[Array, " n"]) -> Scalar:
    """The mu at which the likelihood of n draws from N(mu, var) is largest.

    Args:
        x: the data, [n], n at least 1.

    Returns:
        the maximum-likelihood estimate of mu, a number in the units of x. The variance var plays no part, so
        it is no argument. JAX must be able to differentiate it.
    """
    return jnp.sum(x) / x.size


# ---- other right answers ----------------------------------------------------------------------


def by_one_newton_step(x):
    """From anywhere: the log-likelihood is a parabola, so one step of Newton's method ends at its top."""
    start = x[0]

    def log_p(mu):
        return -0.5 * jnp.sum((x - mu) ** 2)

    return start - jax.grad(log_p)(start) / jax.grad(jax.grad(log_p))(start)


def datum_by_datum(x):
    """A running mean, each datum moving it by its share."""
    mean = 0.0
    for i, one in enumerate(x):
        mean = mean + (one - mean) / (i + 1)
    return mean


# ---- checks: cheap to deep --------------------------------------------------------------------

_CLOSE = Tolerance(3e-5, 1e-5)


def _data(rng):
    return (rng.gamma(1.5, 2.0, 5) - 1.0).astype(np.float32)  # lopsided: the middle one is not the mean


def one_datum_is_its_own_estimate(attempt):
    got = finite(attempt(np.array([2.75], np.float32)), shape=(), where="x = (2.75)")
    close(got, 2.75, where="x = (2.75)", says="the normal that makes one datum most likely is centred on it")


def moves_with_the_data(attempt):
    x = _data(attempt.rng)
    here = finite(has_shape(attempt(x), (), where="n = 5"), where="n = 5").astype(np.float64)
    moved = attempt((x + np.float32(8.0)).astype(np.float32))
    close(moved, here + 8.0, _CLOSE, where="five draws, and the same five plus 8", says="the estimate moves by 8 too")


def leaves_no_slope_in_the_likelihood(attempt):
    x = np.stack([_data(attempt.rng) for _ in range(6)])
    got = finite(attempt.vmap(0)(x), shape=(6,), where="six data sets of five").astype(np.float64)
    slope = (x.astype(np.float64) - got[:, None]).sum(axis=1)
    close(slope, np.zeros(6), Tolerance(2e-4, 0), where="six data sets of five, var = 1",
          says="the slope of the log-likelihood at your estimate", what="the slope")  # fmt: skip
    pulls = attempt.grad(0)(x[0])
    close(pulls, np.full(5, 1 / 5), Tolerance(1e-5, 1e-4), where="n = 5, one data set",
          says="each datum pulls the estimate by its share", what="the gradient in x")  # fmt: skip


exercise = Exercise(
    mle,
    question="1.3",
    minutes=3,
    difficulty=1,
    differentiable=True,
    hints=(
        "Where is the log-likelihood flat? Only its terms with mu matter.",
        "Take the derivative in mu of a sum of squares, set it to zero, and solve for mu. Is it a maximum?",
        "The residuals x_i - mu must add up to zero. Which single number, taken from each of n data, makes "
        "them do so?",
    ),
    checks=(one_datum_is_its_own_estimate, moves_with_the_data, leaves_no_slope_in_the_likelihood),
    variants=(by_one_newton_step, datum_by_datum),
    mistakes=(
        Mistake(
            "one-too-many",
            one_edit("/ x.size", "/ (x.size + 1)"),
            "For the single datum 2.75 you say 1.375. That is what somebody says who has seen a zero as well; "
            "here there is no prior and nothing else was seen.",
            also=lambda x: jnp.concatenate([x, jnp.zeros(1)]).mean(),
            caught_by=one_datum_is_its_own_estimate,
        ),
        Mistake(
            "one-too-few",
            one_edit("/ x.size", "/ (x.size - 1)"),
            "For a single datum you divide by zero. Counting one less belongs to the estimate of a variance, "
            "where the mean has been used up.",
            caught_by=one_datum_is_its_own_estimate,
        ),
        Mistake(
            "not-divided",
            one_edit(" / x.size", ""),
            "Move five data by 8, and your estimate moves by 40. Set the derivative to zero again: how often "
            "does mu occur in it?",
            caught_by=moves_with_the_data,
        ),
        Mistake(
            "height-for-place",
            lambda x: jnp.where(x.size == 1, x[0], -0.5 * jnp.sum((x - jnp.mean(x)) ** 2)),
            "Your number does not move when the data do. The question is where the likelihood is largest, not "
            "how large it is there.",
            caught_by=moves_with_the_data,
        ),
        Mistake(
            "median",
            one_edit("jnp.sum(x) / x.size", "jnp.median(x)"),
            "The middle datum minimises the sum of absolute distances, and a normal punishes squares. Pull the "
            "largest datum far out: does your estimate notice?",
            caught_by=leaves_no_slope_in_the_likelihood,
        ),
        Mistake(
            "middle-of-the-range",
            one_edit("jnp.sum(x) / x.size", "(jnp.max(x) + jnp.min(x)) / 2"),
            "Only the two outermost data decide in yours. All of them are draws from the same normal and have "
            "the same say.",
            caught_by=leaves_no_slope_in_the_likelihood,
        ),
    ),
    answer="""
Only the squares contain mu. Their derivative is $\\sum_i (x_i - \\mu) / \\sigma^2$, which is zero at the mean of
the data, $\\bar x$. The second derivative, $-n/\\sigma^2$, is negative everywhere, so it is the maximum, and the
only one.
""",
    afterword="The estimate says nothing of how sure one can be: with one datum it is as confident as with a million.",
)
