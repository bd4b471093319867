"""3.4  The log normalizer of the gamma family."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def log_normalizer_gamma(eta: Float[Array, " 2"]) -> Scalar:
    """a(eta) of the gamma family, p(x) = exp(eta[0] log x + eta[1] x - a(eta)) for x > 0, with h = 1.

    Args:
        eta: the natural parameters, [2]; with shape alpha and rate beta they are alpha - 1 and -beta. So eta[0] is
            greater than -1, and eta[1] is negative.

    Returns:
        a(eta) in nats, a number. JAX must be able to differentiate it twice.
    """
    shape, rate = eta[0] + 1, -eta[1]
    return jax.scipy.special.gammaln(shape) - shape * jnp.log(rate)


# ---- other right answers ----------------------------------------------------------------------


def from_the_log_density_at_one(eta):
    """At x = 1 the exponent is eta[1] - a."""
    density = jax.scipy.stats.gamma.logpdf(1.0, eta[0] + 1, scale=-1 / eta[1])
    return eta[1] - density


def by_scaling(eta):
    """The integral at rate 1, and how a change of unit multiplies it."""
    of_unit_rate = jax.lax.lgamma(1 + eta[0])
    return of_unit_rate + (1 + eta[0]) * jnp.log(-1 / eta[1])


# ---- checks: cheap to deep --------------------------------------------------------------------
# Always 10 points at once: two programs, for values and slopes. Integrals run over u = log x.

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
    variants=(from_the_log_density_at_one, by_scaling),
    mistakes=(
        Mistake(
            "eta-is-the-shape",
            one_edit("eta[0] + 1,", "eta[0] + 0,"),
            "At eta = (1, -1) the shape is 2, so the mean is 2, and yours is 1. The first natural parameter stands "
            "before log x, and the density of shape alpha has another power than alpha there.",
            caught_by=its_slope_is_the_mean_of_log_x_and_of_x,
        ),
        Mistake(
            "scale-for-rate",
            one_edit("- shape * jnp.log(rate)", "+ shape * jnp.log(rate)"),
            "The more negative the second parameter, the sooner the density ends. Yours has its mean grow instead: a "
            "rate was used as a scale.",
            also=lambda eta: jax.lax.lgamma(eta[0] + 1) + (eta[0] + 1) * jnp.log(-eta[1]),
            caught_by=its_slope_is_the_mean_of_log_x_and_of_x,
        ),
        Mistake(
            "factorial-for-gamma",
            lambda eta: jax.scipy.special.gammaln(eta[0] + 1) - (eta[0] + 1) * jnp.log(-eta[1]) - jnp.log(2.0),
            "Slopes right, value off by log 2 everywhere. Try eta = (0, -1), an exponential of rate 1: it needs no "
            "normalising at all.",
            caught_by=is_the_log_of_the_integral,
        ),
    ),
    answer="""
$\\int_0^\\infty x^{\\alpha-1}e^{-\\beta x}dx = \\Gamma(\\alpha)\\,\\beta^{-\\alpha}$, so $a(\\eta) =
\\log\\Gamma(\\eta_1 + 1) - (\\eta_1+1)\\log(-\\eta_2)$. Its slopes are $\\mathbb E\\log x = \\psi(\\alpha) -
\\log\\beta$ and $\\mathbb E x = \\alpha/\\beta$. At $\\alpha = 3$, $\\beta = 1.5$ the Fisher matrix is [[.3949,
.6667], [.6667, 1.3333]]. """,
)
