"""1.3  The most likely mean."""

# Built from solutions/conjugacy/mle.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def mle(x: Float[Array, " n"]) -> Scalar:
    """The mu at which the likelihood of n draws from N(mu, var) is largest.

    Args:
        x: the data, [n], n at least 1.

    Returns:
        the maximum-likelihood estimate of mu, a number in the units of x. The variance var plays no part, so
        it is no argument. JAX must be able to differentiate it.
    """
    raise NotImplementedError("yours to write")

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
)
