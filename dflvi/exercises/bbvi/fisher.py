"""3.4  The Fisher information of an exponential family, from its log normalizer."""

# Built from solutions/bbvi/fisher.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, array, close, has_shape, holds
from dflvi.checking.exercise import Exercise


def fisher(a: Callable, eta: Float[Array, "..."]) -> Float[Array, "..."]:
    """The Fisher information in the natural parameters of p(x) = h(x) exp(eta . t(x) - a(eta)).

    Args:
        a: the log normalizer, eta -> a number. JAX can differentiate it twice.
        eta: the natural parameters, [P], or one number.

    Returns:
        the matrix of the information, [P, P]; for a single number a number (or a matrix [1, 1]).

    There is no x among the arguments, and no h or t. That this is enough is what you derive first. The checks bring
    families that you have not seen. (Miller, Natural Gradients and Stochastic Variational Inference.)
    """
    raise NotImplementedError("yours to write")

T = np.array([[1.0, 0.0, 2.0], [-1.0, 1.5, 0.5], [0.0, -1.0, 1.0], [2.0, 0.5, -0.5], [0.5, 1.0, 0.0]])

H = np.array([0.3, 1.2, 0.7, 0.4, 0.9])

FAR = np.array([4.0, -3.0, 2.0])


def of_five_cells(eta):
    """Five cells with three statistics each."""
    return jnp.log(jnp.sum(jnp.asarray(H, jnp.float32) * jnp.exp(jnp.asarray(T, jnp.float32) @ eta)))


def of_five_cells_counted_from_elsewhere(eta):
    """The same with constants added to the statistics."""
    return of_five_cells(eta) + jnp.asarray(FAR, jnp.float32) @ eta


def of_failures_before_the_third_success(eta):
    """Counts; eta is the log of the probability to fail."""
    return -3 * jnp.log1p(-jnp.exp(eta))


def of_inverse_gaussian(eta):
    """Here t = (x, 1/x), h = (2 pi x^3)^(-1/2)."""
    return -2 * jnp.sqrt(eta[0] * eta[1]) - 0.5 * jnp.log(-2 * eta[1])

CLOSE = Tolerance(1e-4, 2e-4)


def _of_cells(attempt, eta, family=of_five_cells):
    where = "five cells with three statistics, P = 3"
    return has_shape(attempt(family, eta), (3, 3), where=where).astype(np.float64)


def no_direction_has_negative_information(attempt):
    eta = attempt.rng.uniform(-0.8, 0.8, 3).astype(np.float32)
    where = "five cells with three statistics, P = 3"
    matrix = _of_cells(attempt, eta)
    close(matrix, matrix.T, CLOSE, where=where, says="the information is symmetric")
    lowest = float(np.min(np.linalg.eigvalsh((matrix + matrix.T) / 2))) if np.isfinite(matrix).all() else np.nan
    holds(lowest >= -1e-4, "There is a direction with negative information.", value=matrix, where=where,
          expected="eigenvalues of at least 0", got=f"{lowest:.4g}")  # fmt: skip


def does_not_care_where_t_is_counted_from(attempt):
    eta = attempt.rng.uniform(-0.8, 0.8, 3).astype(np.float32)
    here, there = _of_cells(attempt, eta), _of_cells(attempt, eta, of_five_cells_counted_from_elsewhere)
    close(there, here, CLOSE, where="five cells with three statistics, and with constants added to these",
          says="a spread stays when all values move")  # fmt: skip


def is_the_covariance_of_t(attempt):
    eta = attempt.rng.uniform(-0.8, 0.8, 3).astype(np.float32)
    p = H * np.exp(T @ eta.astype(np.float64))
    centred = T - (p / p.sum()) @ T
    close(_of_cells(attempt, eta), (centred.T * p / p.sum()) @ centred, CLOSE, says="the covariance of t",
          where="five cells with three statistics, P = 3")  # fmt: skip
    # Failures before the third success: x has h(x) = (x + 1)(x + 2) / 2.
    eta, x = float(attempt.rng.uniform(-1.2, -0.5)), np.arange(400.0)
    p = (x + 1) * (x + 2) * np.exp(eta * x)
    mean = p @ x / p.sum()
    got = array(attempt(of_failures_before_the_third_success, eta))
    got = got.reshape(()) if got.shape == (1, 1) else got
    close(got, p @ (x - mean) ** 2 / p.sum(), CLOSE, says="the variance of the count",
          where=f"failures before the third success, eta = {eta:.4g}, one number")  # fmt: skip
    # The inverse Gaussian by quadrature over u = log x.
    eta = -attempt.rng.uniform(0.5, 2.0, 2).astype(np.float32)
    u = np.linspace(-12, 8, 4001)
    t = np.stack([np.exp(u), np.exp(-u)])
    log_p = eta.astype(np.float64) @ t - 0.5 * u
    p = np.exp(log_p - log_p.max())
    centred = t - (t @ p / p.sum())[:, None]
    close(attempt(of_inverse_gaussian, eta), (centred * p / p.sum()) @ centred.T, CLOSE, says="the covariance of t",
          where=f"inverse Gaussian, t = (x, 1/x), eta = ({eta[0]:.3g}, {eta[1]:.3g})")  # fmt: skip


exercise = Exercise(
    fisher,
    question="3.4",
    minutes=10,
    difficulty=2,
    hints=(
        "How does log p depend on eta? Write it as a sum of three terms, and take two derivatives of each.",
        "Two of the three terms die: one has no eta, one is linear in it. What is left has no x, so its expectation is "
        "itself. Mind the minus in the second form of the information.",
        "What you need is the matrix of second derivatives of the one term that is left. JAX has a function for that, "
        "for a vector and for a number alike.",
    ),
    checks=(
        no_direction_has_negative_information,
        does_not_care_where_t_is_counted_from,
        is_the_covariance_of_t,
    ),
)
