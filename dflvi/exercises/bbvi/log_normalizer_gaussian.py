"""3.4  The log normalizer of a normal with unknown mean and variance."""

# Built from solutions/bbvi/log_normalizer_gaussian.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def log_normalizer_gaussian(eta: Float[Array, " 2"]) -> Scalar:
    """a(eta) of the normal family, p(x) = h exp(eta[0] x + eta[1] x^2 - a(eta)) with h = (2 pi)^(-1/2).

    Args:
        eta: the natural parameters, [2]; those of x and of x^2. eta[1] is negative.

    Returns:
        a(eta) in nats, a number. JAX must be able to differentiate it twice.
    """
    raise NotImplementedError("yours to write")

N = 10

CLOSE = Tolerance(2e-5, 5e-5)

X = np.linspace(-40, 40, 8001)

STEP = X[1] - X[0]


def _etas(rng):
    eta = np.stack([rng.uniform(-1.5, 1.5, N), -rng.uniform(0.08, 1.5, N)], axis=-1).astype(np.float32)
    eta = np.where(np.abs(eta[:, 0]) > 0.4, eta.T, np.stack([eta[:, 0] + 0.8, eta[:, 1]])).T.astype(np.float32)
    exponent = eta[:, :1].astype(np.float64) * X + eta[:, 1:].astype(np.float64) * X**2
    return eta, exponent


def its_slope_is_the_mean_of_x_and_of_its_square(attempt):
    eta, exponent = _etas(attempt.rng)
    p = np.exp(exponent - exponent.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    close(attempt.grad(0).vmap(0)(eta), np.stack([p @ X, p @ X**2], axis=-1), CLOSE,
          where=f"{N} natural parameters, both signs of eta[0]", what="the gradient",
          says="the slopes are the expected x and x^2")  # fmt: skip


def is_the_log_of_the_integral(attempt):
    eta, exponent = _etas(attempt.rng)
    want = np.log(np.sum(np.exp(exponent), axis=1) * STEP / np.sqrt(2 * np.pi))
    got = has_shape(attempt.vmap(0)(eta), (N,), where=f"{N} natural parameters")
    close(got, want, CLOSE, where=f"{N} natural parameters", says="h exp(eta . t(x)) integrated over x, as a log")


exercise = Exercise(
    log_normalizer_gaussian,
    question="3.4",
    minutes=8,
    difficulty=2,
    differentiable=True,
    hints=(
        "Multiply out the exponent of the usual density. What stands before x, what before x^2, and what has no x?",
        "What has no x goes into a: a part with the mean, and the log of the standard deviation from the normaliser. "
        "The 2 pi is in h.",
        "Write mean and variance in terms of eta: the variance from the second alone, the mean from both. Then put "
        "them into those two parts.",
    ),
    checks=(its_slope_is_the_mean_of_x_and_of_its_square, is_the_log_of_the_integral),
)
