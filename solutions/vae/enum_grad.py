"""4.3  The gradient of an expectation over categories, by enumeration."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def enum_grad(a: Float[Array, " m"], f: Float[Array, " m"]) -> Float[Array, " m"]:
    """The exact gradient in the logits of J(a) = E[f(z)], where z is one of m categories with softmax probabilities.

    Args:
        a: logits, [m]; any real numbers, large ones too.
        f: the value of f at each category, [m].

    Returns:
        dJ/da, [m]. Nothing is drawn.
    """
    pi = jax.nn.softmax(a)
    return pi * (f - pi @ f)


# ---- other right answers ----------------------------------------------------------------------


def by_autodiff(a, f):
    """The sum over categories, differentiated."""
    return jax.grad(lambda a: jnp.sum(jnp.exp(jax.nn.log_softmax(a)) * f))(a)


def by_the_jacobian(a, f):
    """The matrix of slopes of the softmax."""
    weights = jnp.exp(a - a.max())
    pi = weights / weights.sum()
    return (jnp.diag(pi) - jnp.outer(pi, pi)) @ f


# ---- checks: cheap to deep --------------------------------------------------------------------

M, CASES = 4, 30
WHERE = f"{CASES} random a and f over m = {M} categories"


def _cases(rng):
    return (1.2 * rng.normal(size=(CASES, M))).astype(np.float32), (2 * rng.normal(size=(CASES, M)) + 1).astype(
        np.float32
    )


def _gradient(attempt, a, f, where):
    return has_shape(attempt.vmap(0, 0)(a, f), (CASES, M), where=where).astype(np.float64)


def sums_to_zero(attempt):
    a, f = _cases(attempt.rng)
    close(_gradient(attempt, a, f, WHERE).sum(axis=1), np.zeros(CASES), Tolerance(2e-5, 0), where=WHERE,
          says="adding a number to all logits changes nothing, so the components sum to zero")  # fmt: skip


def bears_large_logits(attempt):
    _, f = _cases(attempt.rng)
    a = (1e3 * np.sign(attempt.rng.normal(size=(CASES, M)))).astype(np.float32)
    where = f"logits of 1000 and -1000, m = {M}"
    finite(_gradient(attempt, a, f, where), where=where)


def is_the_slope_of_the_sum(attempt):
    a, f = _cases(attempt.rng)

    def j(logits):
        return np.sum(np.exp(oracles.log_softmax(logits)) * f, axis=1)

    h, exact = 1e-5, a.astype(np.float64)
    want = np.stack([(j(exact + h * unit) - j(exact - h * unit)) / (2 * h) for unit in np.eye(M)], axis=1)
    close(_gradient(attempt, a, f, WHERE), want, Tolerance(2e-5, 1e-4), where=WHERE, says="dJ/da")


exercise = Exercise(
    enum_grad,
    question="4.3",
    minutes=6,
    difficulty=1,
    hints=(
        "With m categories an expectation is a sum of m terms, and its derivative can be had exactly.",
        "Either let JAX differentiate the sum of probabilities times values, or work out how a softmax changes with "
        "one of its logits: all probabilities change.",
        "On paper, the component of category k is its probability, times how far its value lies above the mean "
        "value under the probabilities.",
    ),
    checks=(sums_to_zero, bears_large_logits, is_the_slope_of_the_sum),
    variants=(by_autodiff, by_the_jacobian),
    mistakes=(
        Mistake(
            "only-its-own-probability",
            one_edit("(f - pi @ f)", "f"),
            "Your components do not sum to zero. Raising all logits by one changes no probability, so it cannot change "
            "J; what does raising one of them do to the others?",
            also=lambda a, f: jax.nn.softmax(a) * jax.grad(lambda f: jnp.sum(f**2) / 2)(f),
            caught_by=sums_to_zero,
        ),
        Mistake(
            "in-the-probabilities",
            one_edit("pi * (f - pi @ f)", "f"),
            "You return f, the gradient in the probabilities. They are made from the logits, and that step has a slope "
            "as well.",
            caught_by=sums_to_zero,
        ),
        Mistake(
            "plain-mean",
            one_edit("pi @ f)", "jnp.mean(f))"),
            "You compare the value of a category with the average over categories, all of one weight. Some occur more "
            "often than others.",
            caught_by=sums_to_zero,
        ),
        Mistake(
            "softmax-by-hand",
            one_edit("jax.nn.softmax(a)", "jnp.exp(a) / jnp.sum(jnp.exp(a))"),
            "nan at logits of 1000, where the exponential is infinite. JAX has a softmax that takes the largest logit "
            "off first.",
            caught_by=bears_large_logits,
        ),
        Mistake(
            "sign",
            one_edit("(f - pi @ f)", "(pi @ f - f)"),
            "Your gradient lowers the probability of the category with the largest value. J would fall.",
            caught_by=is_the_slope_of_the_sum,
        ),
        Mistake(
            "without-the-probability-in-front",
            one_edit("pi * (f - pi @ f)", "(f - jnp.mean(f))"),
            "They sum to zero, and they do not depend on a at all. For a category that hardly ever occurs, how much "
            "can its logit matter?",
            caught_by=is_the_slope_of_the_sum,
        ),
    ),
    answer="""
$J = \\sum_j \\pi_j f_j$ and $\\partial\\pi_j/\\partial a_k = \\pi_j(\\delta_{jk} - \\pi_k)$, so
$\\partial J/\\partial a_k = \\pi_k\\big(f_k - \\sum_j \\pi_j f_j\\big)$. The cost is m evaluations of f. With one
latent of ten values that is nothing, and with twenty of them it is $10^{20}$.
""",
    afterword="Exact, as long as the categories can be counted. That is the first way out, and often the best.",
)
