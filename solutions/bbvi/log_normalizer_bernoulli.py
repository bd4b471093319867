"""3.4  The log normalizer of a coin."""

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.checking.oracles import logsumexp
from dflvi.types import Scalar


def log_normalizer_bernoulli(eta: Scalar) -> Scalar:
    """a(eta) of the Bernoulli family, p(x) = exp(eta x - a(eta)) for x = 0 or 1: what makes it sum to one.

    Args:
        eta: the natural parameter, any number, also one of size 10,000.

    Returns:
        a(eta) in nats, a number. JAX must be able to differentiate it twice, everywhere.
    """
    return jnp.logaddexp(0.0, eta)


# ---- other right answers ----------------------------------------------------------------------


def by_softplus(eta):
    return jax.nn.softplus(eta)


def from_the_larger_side(eta):
    """The positive part, and what is missing in the corner."""
    return jnp.where(eta > 0, eta, 0.0) + jnp.log1p(jnp.exp(-jnp.abs(eta)))


def by_a_sum_over_both_values(eta):
    return jax.scipy.special.logsumexp(jnp.stack([jnp.zeros_like(eta), eta]))


# ---- checks: cheap to deep --------------------------------------------------------------------
# Always 24 values at once: two programs, for values and slopes.

N = 24


def is_finite_for_sure_things(attempt):
    eta = np.where(np.arange(N) % 2, 1.0, -1.0) * attempt.rng.uniform(100.0, 10_000.0, N)
    eta = eta.astype(np.float32)
    where = "eta between 100 and 10,000 in size, of both signs"
    finite(attempt.vmap(0)(eta), shape=(N,), where=where)
    finite(attempt.grad(0).vmap(0)(eta), shape=(N,), where=where, what="the gradient")


def its_slope_is_the_mean(attempt):
    eta = attempt.rng.uniform(-4, 4, N).astype(np.float32)
    heads = np.exp(eta.astype(np.float64))
    close(attempt.grad(0).vmap(0)(eta), heads / (heads + 1), where="24 values of eta between -4 and 4",
          what="the gradient", says="the slope is the expected x")  # fmt: skip


def is_the_log_of_the_sum(attempt):
    eta = np.concatenate([attempt.rng.uniform(-5, 5, N - 2), [-40.0, 70.0]]).astype(np.float32)
    want = logsumexp(np.stack([0 * eta.astype(np.float64), eta]), axis=0)
    got = has_shape(attempt.vmap(0)(eta), (N,), where="24 values of eta")
    close(got, want, where="24 values of eta", says="exp(eta x) summed over x = 0 and x = 1, as a log")


exercise = Exercise(
    log_normalizer_bernoulli,
    question="3.4",
    minutes=4,
    difficulty=1,
    differentiable=True,
    hints=(
        "Add exp(eta x) over the two values of x. What has to be divided out, and what is its log?",
        "exp(10000) is infinite in floating point, and the log of the sum is an ordinary number. JAX has several "
        "functions for the log of a sum of exponentials.",
        "One of the two exponentials is always exp(0). For a large eta the other dominates, so a is about eta; for a "
        "large negative one a is about 0. Check that yours does both.",
    ),
    checks=(is_finite_for_sure_things, its_slope_is_the_mean, is_the_log_of_the_sum),
    variants=(by_softplus, from_the_larger_side, by_a_sum_over_both_values),
    mistakes=(
        Mistake(
            "overflow",
            lambda eta: jnp.log1p(jnp.exp(eta)),
            "For eta = 100 you return infinity: exp overflows before the log can bring it back. The true value is 100, "
            "to seven digits.",
            also=lambda eta: jnp.log(1 + jnp.exp(eta)),
            caught_by=is_finite_for_sure_things,
        ),
        Mistake(
            "sign-of-eta",
            one_edit("(0.0, eta)", "(0.0, -eta)"),
            "Your slope at eta = 3 is negative, and heads are nearly certain there. The slope should be their "
            "probability.",
            caught_by=its_slope_is_the_mean,
        ),
        Mistake(
            "sums-over-minus-one-and-one",
            lambda eta: jnp.logaddexp(-eta, eta),
            "At eta = 0 your slope is 0, and half of all tosses are heads. Which two values does x take?",
            caught_by=its_slope_is_the_mean,
        ),
        Mistake(
            "zero-at-zero",
            one_edit("(0.0, eta)", "(0.0, eta) - jnp.log(2.0)"),
            "Right up to a constant: at eta = 0 the two values have to be divided by 2, and by your account by 1.",
            caught_by=is_the_log_of_the_sum,
        ),
    ),
    answer="""
$a(\\eta) = \\log(e^0 + e^\\eta)$, the softplus. Its slope is the logistic function of $\\eta$, the probability of
heads; its curvature is p(1 - p), the variance.
""",
)
