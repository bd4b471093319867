"""4.4  The best model for a given q."""

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking import oracles
from dflvi.checking.compare import T64, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def theta_star(m: Scalar, logs: Scalar, x: Scalar) -> Scalar:
    """The theta at which the ELBO is highest while q stays as it is: the theta step, made in one go.

    The model and q are those of `elbo_terms`: z ~ N(0, 1), x given z ~ N(theta z, 1), q(z) = N(m, s^2), log s = logs.

    Args:
        m: the mean of q, a number.
        logs: the log of the standard deviation of q, a number.
        x: the observation, a number.

    Returns:
        theta, a number.
    """
    return x * m / (m**2 + jnp.exp(2 * logs))


# ---- other right answers ----------------------------------------------------------------------


def by_one_newton_step(m, logs, x):
    """The bound is a parabola in theta, and from anywhere one Newton step reaches its top."""

    def fit(theta):
        return -0.5 * ((x - theta * m) ** 2 + theta**2 * jnp.exp(2 * logs))

    return 0.3 - jax.grad(fit)(0.3) / jax.grad(jax.grad(fit))(0.3)


def as_a_regression(m, logs, x):
    """Least squares with two weighted points that have the mean and the variance of q."""
    z = m + jnp.exp(logs) * jnp.array([-1.0, 1.0], dtype=jnp.asarray(m).dtype)
    return jnp.sum(x * z) / jnp.sum(jnp.square(z))


# ---- the check --------------------------------------------------------------------------------

CASES = 60


def is_the_top_of_the_bound(attempt):
    rng = attempt.rng
    m, x = rng.choice((-1.0, 1.0), size=(2, CASES)) * rng.uniform(0.3, 2.0, (2, CASES))
    logs = rng.uniform(-1.2, 0.6, CASES)
    where = f"{CASES} random (m, logs, x)"
    nodes, weights = oracles.gauss_hermite(8)
    z = m[:, None] + np.exp(logs)[:, None] * nodes
    # Only the expected log likelihood moves with theta. It is a parabola: three values tell where its top is.
    low, mid, high = (oracles.normal_logpdf(x[:, None], t * z, 1.0) @ weights for t in (-1.0, 0.0, 1.0))
    top = (low - high) / (2 * (low - 2 * mid + high))
    got = has_shape(attempt.float64.vmap(0, 0, 0)(m, logs, x), (CASES,), where=where)
    close(got, top, T64, where=where, says="the theta with the highest ELBO")


exercise = Exercise(
    theta_star,
    question="4.4",
    minutes=6,
    difficulty=1,
    hints=(
        "Which of the parts of the ELBO move when theta does?",
        "Only the expected log likelihood does, and it is a parabola in theta. Put its derivative to zero.",
        "It is a regression of x on z through the origin, with z random: the mean of x z over the mean of z squared, "
        "both under q. The mean of a square is more than the square of the mean.",
    ),
    checks=(is_the_top_of_the_bound,),
    variants=(by_one_newton_step, as_a_regression),
    mistakes=(
        Mistake(
            "spread-forgotten",
            one_edit("m**2 + jnp.exp(2 * logs)", "m**2"),
            "Your theta makes theta m meet x exactly. But z is uncertain, and a large theta amplifies that: how much "
            "does q's spread cost?",
            also=lambda m, logs, x: x / m + 0 * logs,
            caught_by=is_the_top_of_the_bound,
        ),
        Mistake(
            "standard-deviation-for-variance",
            one_edit("jnp.exp(2 * logs)", "jnp.exp(logs)"),
            "Nearly: at s = 1 it is right. A standard deviation stands where a mean of squares should.",
            caught_by=is_the_top_of_the_bound,
        ),
        Mistake(
            "prior-inside",
            one_edit("m**2 + jnp.exp(2 * logs)", "1 + m**2 + jnp.exp(2 * logs)"),
            "Your theta is drawn towards zero by one extra unit in the denominator, as if it had a prior. Only z has "
            "one here.",
            caught_by=is_the_top_of_the_bound,
        ),
        Mistake(
            "best-evidence",
            lambda m, logs, x: jnp.sqrt(jnp.maximum(x**2 - 1, 0.0)) + 0 * m * logs,
            "That is where log p(x) is highest. q does not occur in it; the question is what the bound says, with q as "
            "it is.",
            caught_by=is_the_top_of_the_bound,
        ),
    ),
    answer="""
Only $\\mathbb E_q\\log p(x|z) = -\\tfrac12\\big((x - \\theta m)^2 + \\theta^2 s^2\\big) + c$ moves. Its derivative
$m(x - \\theta m) - \\theta s^2$ vanishes at $\\theta^* = x m/(m^2 + s^2)$: the M-step of EM, with q in the place of the
posterior.
""",
    afterword="An M-step. With the exact posterior for q this would be EM, and log p(x) could not fall.",
)
