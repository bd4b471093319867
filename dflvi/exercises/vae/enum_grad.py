"""4.3  The gradient of an expectation over categories, by enumeration."""

# Built from solutions/vae/enum_grad.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise


def enum_grad(a: Float[Array, " m"], f: Float[Array, " m"]) -> Float[Array, " m"]:
    """The exact gradient in the logits of J(a) = E[f(z)], where z is one of m categories with softmax probabilities.

    Args:
        a: logits, [m]; any real numbers, large ones too.
        f: the value of f at each category, [m].

    Returns:
        dJ/da, [m]. Nothing is drawn.
    """
    raise NotImplementedError("yours to write")

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
)
