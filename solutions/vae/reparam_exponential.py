"""4.1  A draw from an exponential distribution, made from a uniform number."""

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    return -jnp.log1p(-u) / rate


# ---- other right answers ----------------------------------------------------------------------


def by_the_tail(u, rate):
    """The log of the share that lies above."""
    above = 1 - u
    return jnp.log(1 / above) / rate


def from_the_other_end(u, rate):
    """Large u for small z, with zero kept away from the log."""
    return -jnp.log(jnp.maximum(u, 2.0**-25)) * jnp.exp(-jnp.log(rate))


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(by_the_tail, from_the_other_end),
    mistakes=(
        Mistake(
            "log-of-u",
            one_edit("jnp.log1p(-u)", "jnp.log(u)"),
            "Right in law, and infinite at u = 0, which a generator of numbers in [0, 1) hands out now and then. One "
            "such draw in a batch, and every weight of a network is nan. Is there a log that never sees zero?",
            also=lambda u, rate: jnp.log(1 / u) / rate,
            caught_by=is_finite_at_both_ends,
        ),
        Mistake(
            "rate-as-mean",
            one_edit("log1p(-u) / rate", "log1p(-u) * rate"),
            "At rate = 0.4 events are rare and the mean wait is 2.5; yours is 0.4. A higher rate should make "
            "z smaller.",
            caught_by=uniform_numbers_become_exponential_ones,
        ),
        Mistake(
            "negative",
            one_edit("-jnp.log1p", "jnp.log1p"),
            "All your waiting times are negative. Which sign has the log of a number between zero and one?",
            caught_by=uniform_numbers_become_exponential_ones,
        ),
        Mistake(
            "the-distribution-function",
            lambda u, rate: -jnp.expm1(-rate * u),
            "Your values never leave [0, 1). You have applied the distribution function to u; it takes a z and gives a "
            "share, and here you have the share.",
            caught_by=uniform_numbers_become_exponential_ones,
        ),
        Mistake(
            "rate-hidden",
            lambda u, rate: reparam_exponential(u, jax.lax.stop_gradient(rate)),
            "The draws follow the rate, and their derivative in it is zero. Something between the rate and z lets no "
            "gradient through.",
            caught_by=has_the_slope_in_the_rate,
        ),
    ),
    answer="""
The share below z is $u = 1 - e^{-r z}$. Solved for z: $z = -\\log(1-u)/r$, with `log1p` for small u. Every z in $(0,
\\infty)$ is reached by one u, whatever the rate, so the noise is the same uniform for all rates. At fixed u, $r z$ does
not move, hence $\\partial z/\\partial r = -z/r$. Averaged: $-1/r^2$, the derivative of the mean $1/r$. Since $1-u$ is
uniform too, $-\\log(u)/r$ has the right law, but u may be 0.
""",
    afterword="Any distribution on the line goes this way if its quantile function can be differentiated.",
)
