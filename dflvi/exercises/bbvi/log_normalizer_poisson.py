"""3.4  The log normalizer of counts."""

# Built from solutions/bbvi/log_normalizer_poisson.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.checking.oracles import logsumexp
from dflvi.types import Scalar


def log_normalizer_poisson(eta: Scalar) -> Scalar:
    """a(eta) of the Poisson family, p(x) = h(x) exp(eta x - a(eta)) for x = 0, 1, 2, ... with h(x) = 1/x!.

    Args:
        eta: the natural parameter, any number.

    Returns:
        a(eta) in nats, a number. JAX must be able to differentiate it twice.
    """
    raise NotImplementedError("yours to write")

N = 12

COUNTS = np.arange(150.0)

LOG_H = -np.concatenate([[0.0], np.cumsum(np.log(COUNTS[1:]))])

CLOSE = Tolerance(1e-5, 3e-5)


def its_slope_is_the_mean(attempt):
    eta = attempt.rng.uniform(-2, 2.5, N).astype(np.float32)
    log_p = eta.astype(np.float64)[:, None] * COUNTS + LOG_H
    p = np.exp(log_p - logsumexp(log_p, axis=1)[:, None])
    close(attempt.grad(0).vmap(0)(eta), p @ COUNTS, CLOSE, where=f"{N} values of eta between -2 and 2.5",
          what="the gradient", says="the slope is the expected count")  # fmt: skip


def is_the_log_of_the_sum(attempt):
    eta = attempt.rng.uniform(-2, 2.5, N).astype(np.float32)
    want = logsumexp(eta.astype(np.float64)[:, None] * COUNTS + LOG_H, axis=1)
    got = has_shape(attempt.vmap(0)(eta), (N,), where=f"{N} values of eta")
    close(got, want, CLOSE, where=f"{N} values of eta between -2 and 2.5",
          says="exp(eta x) / x! added up over the counts, as a log")  # fmt: skip


exercise = Exercise(
    log_normalizer_poisson,
    question="3.4",
    minutes=3,
    difficulty=1,
    differentiable=True,
    hints=(
        "Write the Poisson probability of x at rate r as an exponential. What multiplies x?",
        "The sum of r^x / x! over all x is a series that you know. Take its log.",
        "eta is the log of the rate. What remains is to write the rate in terms of eta.",
    ),
    checks=(its_slope_is_the_mean, is_the_log_of_the_sum),
)
