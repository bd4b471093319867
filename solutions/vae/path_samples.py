"""4.2  The terms of the pathwise estimate, for noise that is given."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def path_samples(mu: Scalar, eps: Float[Array, " n"]) -> Float[Array, " n"]:
    """The terms of the pathwise estimate of d/dmu E[X^2], X ~ N(mu, 1).

    Args:
        mu: the mean at which the slope is wanted, a number.
        eps: draws from N(0, 1), [n], given. The X that belongs to one of them is that of the reparameterisation.

    Returns:
        a term for each entry of eps, [n], not averaged; its mean over eps is the slope.

    (Kingma and Welling, Auto-Encoding Variational Bayes, section 2.4.)
    """
    return 2 * (mu + eps)


# ---- other right answers ----------------------------------------------------------------------


def by_autodiff(mu, eps):
    """The derivative in mu of the square at mu + eps, for each eps."""
    return jax.vmap(jax.grad(lambda mu, eps: (mu + eps) ** 2), (None, 0))(mu, eps)


def by_the_chain_rule(mu, eps):
    """Slope of the square at x, times the slope of x."""
    x = eps + mu
    slope_of_x = jnp.ones_like(x)
    return jnp.stack([2 * one * slope for one, slope in zip(x, slope_of_x, strict=True)])


# ---- checks: cheap to deep --------------------------------------------------------------------

MU = np.array([-1.6, -0.7, 0.5, 2.0], np.float32)
N = 6


def _terms(attempt, eps, where):
    eps = np.broadcast_to(eps, (len(MU), N)).astype(np.float32)
    return has_shape(attempt.vmap(0, 0)(MU, eps), (len(MU), N), where=where).astype(np.float64)


def gives_a_term_for_each_draw(attempt):
    for shape, _ in attempt.shapes(2.0, attempt.rng.normal(size=N).astype(np.float32)):
        has_shape(np.zeros(shape), (N,), where=f"n = {N}")


def averages_to_the_slope(attempt):
    nodes, weights = oracles.gauss_hermite(N)
    where = "mu = -1.6, -0.7, 0.5, 2, eps at the nodes of a quadrature"
    close(_terms(attempt, nodes, where) @ weights, 2 * MU.astype(np.float64), Tolerance(2e-4, 2e-4), where=where,
          says="the mean of the terms")  # fmt: skip


def is_the_slope_along_each_path(attempt):
    eps = attempt.rng.normal(size=(len(MU), N)).astype(np.float32)
    where = f"mu = -1.6, -0.7, 0.5, 2, n = {N}"
    ends = [(MU.astype(np.float64)[:, None] + h + eps) ** 2 for h in (1e-3, -1e-3)]
    close(_terms(attempt, eps, where), (ends[0] - ends[1]) / 2e-3, Tolerance(1e-4, 1e-4), where=where,
          says="the slope of the square as mu moves and this eps stays")  # fmt: skip


exercise = Exercise(
    path_samples,
    question="4.2",
    minutes=5,
    difficulty=1,
    hints=(
        "Write X as a function of mu and eps, and put it into the expectation. Which law is the expectation over now?",
        "That law contains no mu, so the derivative goes inside. There it meets an ordinary function of mu.",
        "Differentiate the square of the sum of mu and eps, in mu, at fixed eps.",
    ),
    checks=(gives_a_term_for_each_draw, averages_to_the_slope, is_the_slope_along_each_path),
    variants=(by_autodiff, by_the_chain_rule),
    mistakes=(
        Mistake(
            "averaged",
            one_edit("return 2 * (mu + eps)", "return jnp.mean(2 * (mu + eps))"),
            "A single number for n draws of eps. How it scatters could not be seen any more.",
            caught_by=gives_a_term_for_each_draw,
        ),
        Mistake(
            "mu-lost",
            one_edit("2 * (mu + eps)", "2 * eps"),
            "Your terms average to zero at every mu. After the substitution mu stands beside eps; where has it gone?",
            also=lambda mu, eps: jax.vmap(jax.grad(jnp.square))(eps),
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "not-differentiated",
            one_edit("2 * (mu + eps)", "(mu + eps) ** 2"),
            "This is the square itself, which averages to 5 at mu = 2. The derivative has gone inside and still has to "
            "be taken.",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "no-factor",
            one_edit("2 * (mu + eps)", "mu + eps"),
            "Half of the slope, at every mu. What is the derivative of a square?",
            caught_by=averages_to_the_slope,
        ),
        Mistake(
            "the-answer-itself",
            one_edit("2 * (mu + eps)", "2 * mu * jnp.ones_like(eps)"),
            "The right mean with no scatter at all: you have taken the expectation in your head. In a real problem "
            "nobody can; give what one draw says.",
            caught_by=is_the_slope_along_each_path,
        ),
        Mistake(
            "score-terms",
            one_edit("2 * (mu + eps)", "(mu + eps) ** 2 * eps"),
            "These are the terms of the score function, written in eps. They have the right mean. The other estimator "
            "is asked for, which uses how steep the square is.",
            caught_by=is_the_slope_along_each_path,
        ),
    ),
    answer="""
$J(\\mu) = \\mathbb E_{\\varepsilon\\sim N(0,1)}[(\\mu + \\varepsilon)^2]$. The law of $\\varepsilon$ does not know
$\\mu$, so $J'(\\mu) = \\mathbb E[2(\\mu+\\varepsilon)] = 2\\mu$, and a term is $r_i = 2(\\mu + \\varepsilon_i)$: of
degree one in the noise.
""",
    afterword="A normal variable with mean 2 mu and standard deviation 2, at every mu.",
)
