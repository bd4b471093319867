"""3.4  The Fisher information of an exponential family, from its log normalizer."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, array, close, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


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
    return jax.hessian(a)(eta)


# ---- other right answers ----------------------------------------------------------------------


def slopes_of_the_mean(a, eta):
    """How the expected t moves with eta."""
    return jax.jacfwd(jax.grad(a))(eta)


def curvature_of_the_divergence(a, eta):
    """By 3.3: the KL divergence in natural parameters is the gap of a above its tangent."""

    def kl(other):
        return a(other) - a(eta) - jnp.vdot(jax.grad(a)(eta), other - eta)

    return jax.jacrev(jax.jacrev(kl))(eta)


# ---- what the checks pass in: families that no exercise is about ------------------------------

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


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(slopes_of_the_mean, curvature_of_the_divergence),
    mistakes=(
        Mistake(
            "gradient-of-a",
            one_edit("jax.hessian(a)", "jax.grad(a)"),
            "That is a mean, the expected t. The information is a spread: with P parameters it has P times P entries.",
            caught_by=no_direction_has_negative_information,
        ),
        Mistake(
            "sign",
            one_edit("return jax", "return -jax"),
            "All your eigenvalues are negative. a enters log p with a minus, and the information is minus an expected "
            "curvature: you have dropped one of the two.",
            also=lambda a, eta: jax.jacfwd(jax.grad(lambda e: -a(e)))(eta),
            caught_by=no_direction_has_negative_information,
        ),
        Mistake(
            "not-centred",
            lambda a, eta: jax.hessian(a)(eta) + jnp.outer(jax.grad(a)(eta), jax.grad(a)(eta)),
            "Add 10 to every statistic, and your matrix grows, while no draw tells more than before. You return second "
            "moments around zero.",
            caught_by=does_not_care_where_t_is_counted_from,
        ),
        Mistake(
            "outer-product-of-the-mean",
            lambda a, eta: jnp.outer(jax.grad(a)(eta), jax.grad(a)(eta)),
            "Your matrix has rank one for any number of parameters: it is the expected t, multiplied with itself. How "
            "t scatters around its mean is not in it.",
            caught_by=does_not_care_where_t_is_counted_from,
        ),
        Mistake(
            "diagonal-only",
            lambda a, eta: jnp.diag(jax.hessian(a)(eta).diagonal()) if jnp.ndim(eta) else jax.hessian(a)(eta),
            "Beside the diagonal all your entries are zero. For the inverse Gaussian large x and small 1/x come "
            "together, so its two statistics are not independent.",
            caught_by=is_the_covariance_of_t,
        ),
        Mistake(
            "inverse",
            lambda a, eta: jnp.linalg.inv(jax.hessian(a)(eta)) if jnp.ndim(eta) else 1 / jax.hessian(a)(eta),
            "Where one draw tells much your entries are small: this is the matrix that a natural gradient multiplies "
            "by, the inverse of what is asked for.",
            caught_by=is_the_covariance_of_t,
        ),
    ),
    answer="""
$\\log p = \\log h(x) + \\eta\\cdot t(x) - a(\\eta)$. The first term has no $\\eta$, the second is linear in it, so
$\\nabla^2\\log p = -\\nabla^2 a(\\eta)$ for every x, and

$$F = -\\mathbb E\\,\\nabla^2\\log p = \\nabla^2 a(\\eta).$$

Also $\\nabla a = \\mathbb E\\,t$, from the expected score $\\mathbb E\\,[t - \\nabla a] = 0$; and the first form of the
information, the covariance of the score $t - \\nabla a$, is $\\mathrm{Cov}\\,t$. So $\\nabla^2 a$ is positive
semidefinite and a is convex.
""",
    afterword="One function holds normaliser, mean and information. In 3.1 the natural gradient lives on this.",
)
