"""3.4  The log normalizer of the gamma family."""

# Built from solutions/bbvi/log_normalizer_gamma.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def log_normalizer_gamma(eta: Float[Array, " 2"]) -> Scalar:
    """a(eta) of the gamma family, p(x) = exp(eta[0] log x + eta[1] x - a(eta)) for x > 0, with h = 1.

    Args:
        eta: the natural parameters, [2]; with shape alpha and rate beta they are alpha - 1 and -beta. So eta[0] is
            greater than -1, and eta[1] is negative.

    Returns:
        a(eta) in nats, a number. JAX must be able to differentiate it twice.
    """
    raise NotImplementedError("yours to write")

N = 10

CLOSE = Tolerance(3e-5, 5e-5)

U = np.linspace(-45, 8, 8001)

STEP = U[1] - U[0]


def _etas(rng):
    eta = np.stack([rng.uniform(-0.4, 3.0, N), -rng.uniform(0.4, 2.5, N)], axis=-1).astype(np.float32)
    exponent = (eta[:, :1].astype(np.float64) + 1) * U + eta[:, 1:].astype(np.float64) * np.exp(U)
    return eta, exponent


def its_slope_is_the_mean_of_log_x_and_of_x(attempt):
    eta, exponent = _etas(attempt.rng)
    p = np.exp(exponent - exponent.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    close(attempt.grad(0).vmap(0)(eta), np.stack([p @ U, p @ np.exp(U)], axis=-1), CLOSE,
          where=f"{N} natural parameters", what="the gradient",
          says="the slopes are the expected log x and x")  # fmt: skip


def is_the_log_of_the_integral(attempt):
    eta, exponent = _etas(attempt.rng)
    want = np.log(np.sum(np.exp(exponent), axis=1) * STEP)
    got = has_shape(attempt.vmap(0)(eta), (N,), where=f"{N} natural parameters")
    close(got, want, CLOSE, where=f"{N} natural parameters", says="exp(eta . t(x)) integrated over x > 0, as a log")


exercise = Exercise(
    log_normalizer_gamma,
    question="3.4",
    minutes=6,
    difficulty=2,
    differentiable=True,
    hints=(
        "The integral of x to some power times an exponential has a name. Which power stands in its definition?",
        "Change the variable so that the rate is 1. What does that pull out of the integral?",
        "The Gamma function is asked for at the shape, which is one more than the first natural parameter. JAX has its "
        "log.",
    ),
    checks=(its_slope_is_the_mean_of_log_x_and_of_x, is_the_log_of_the_integral),
)
