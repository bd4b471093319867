"""3.4  The log normalizer of a coin."""

# Built from solutions/bbvi/log_normalizer_bernoulli.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.checking.oracles import logsumexp
from dflvi.types import Scalar


def log_normalizer_bernoulli(eta: Scalar) -> Scalar:
    """a(eta) of the Bernoulli family, p(x) = exp(eta x - a(eta)) for x = 0 or 1: what makes it sum to one.

    Args:
        eta: the natural parameter, any number, also one of size 10,000.

    Returns:
        a(eta) in nats, a number. JAX must be able to differentiate it twice, everywhere.
    """
    raise NotImplementedError("yours to write")

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
)
