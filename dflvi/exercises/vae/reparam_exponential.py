"""4.1  A draw from an exponential distribution, made from a uniform number."""

# Built from solutions/vae/reparam_exponential.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def reparam_exponential(u: Scalar, rate: Scalar) -> Scalar:
    """A draw from the exponential distribution with density rate * exp(-rate z) on z > 0, made from a uniform number.

    Args:
        u: a number from the uniform distribution on [0, 1). It can be 0, and it can be 1 - 2^-24, the float32 number
            below one.
        rate: a positive number; the mean of z is 1 / rate.

    Returns:
        z, finite for each of these u.

    JAX must be able to differentiate it in rate, with u held fixed (Kingma and Welling, Auto-Encoding Variational
    Bayes, section 2.4).
    """
    raise NotImplementedError("yours to write")

N = 400

ALMOST_ONE = 1 - 2.0**-24


def _z(attempt, u, rate, where):
    return has_shape(attempt.vmap(0, None)(u.astype(np.float32), rate), (N,), where=where).astype(np.float64)


def _uniform(rng):
    """The numbers between 0 and 1 in equal steps, in random order."""
    return (rng.permutation(N) + 0.5) / N


def is_finite_at_both_ends(attempt):
    u = np.where(np.arange(N) % 2 == 0, 0.0, ALMOST_ONE)
    where = "u = 0 and u = 1 - 2^-24, rate = 0.8"
    finite(_z(attempt, u, 0.8, where), where=where)


def uniform_numbers_become_exponential_ones(attempt):
    # Sorted, they are the quantiles of the distribution: the bounds of N cells of equal probability, met halfway. An
    # edge is where -log(share above) / rate says; it is found here by bisection of the integrated density.
    u = _uniform(attempt.rng)
    for rate in (0.4, 2.5):
        where = f"rate = {rate}, {N} values of u in equal steps"
        got = np.sort(_z(attempt, u, rate, where))
        low, high = np.zeros(N), np.full(N, 60.0 / rate)
        for _ in range(60):
            middle = 0.5 * (low + high)
            below = -np.expm1(-rate * middle) < np.sort(u)
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        close(got, low, Tolerance(2e-4, 2e-4), where=where, says="the sorted z are the quantiles")


def has_the_slope_in_the_rate(attempt):
    u, rate = _uniform(attempt.rng).astype(np.float32), float(attempt.rng.uniform(1.5, 3.0))
    where = f"rate = {rate:.4g}, u held fixed"
    z = _z(attempt, u, rate, where)
    slope = finite(has_shape(attempt.grad(1).vmap(0, None)(u, rate), (N,), where=where), where=where)
    # A larger rate is a finer unit of z: rate * z stays, so z and its slope have opposite signs.
    close(rate * slope.astype(np.float64) + z, np.zeros(N), Tolerance(2e-4, 2e-4), where=where,
          says="rate * dz/drate + z, which is zero since rate * z does not move")  # fmt: skip
    mean, want = float(slope.mean()), -1 / rate**2
    close(np.asarray(mean), want, Tolerance(1e-3, 1e-2), where=where, says="the mean slope is that of 1 / rate")


exercise = Exercise(
    reparam_exponential,
    question="4.1",
    minutes=8,
    difficulty=1,
    differentiable=True,
    hints=(
        "There is no mean to shift and no noise that is only stretched. But every distribution has a function that "
        "turns uniform numbers into draws of it. Which share of the draws lies below z?",
        "Write down P(Z <= z), which is one minus something. Put it equal to u and solve for z.",
        "You need the log of one minus u. For small u that loses digits; `jnp.log1p` was made for it. Check the "
        "sign: z is positive, and the log of a number below one is not.",
    ),
    checks=(is_finite_at_both_ends, uniform_numbers_become_exponential_ones, has_the_slope_in_the_rate),
)
