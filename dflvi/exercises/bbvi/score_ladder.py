"""3.2  The expected score is zero, line by line."""

# Built from solutions/bbvi/score_ladder.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.exercise import Ladder
from dflvi.types import Scalar, Step


def score_ladder(p: Callable, area: Callable, theta: Scalar, x: Float[Array, " n"]) -> list[Step]:
    """The chain from the expected score to the slope of the area under p, in at least four lines.

    For a density that area is 1 for every theta, so its slope is 0, and this is the proof that the expected score is
    zero. The check hands in curves with another area, which hides no slip behind a zero. Integrals over x are sums
    over a fine grid: write `jnp.sum(values) * dx`.

    Args:
        p: (theta, x) -> heights of a positive curve at the points x, [n]; JAX can differentiate it in theta.
        area: theta -> the area under that curve, a number that is known in advance.
        theta: the parameter, a number.
        x: evenly spaced points that cover the whole curve, [n]. So dx is x[1] - x[0].

    Returns:
        a list of `Step(value, because="...")`. The first line is the integral of the curve times its score, the
        derivative of log p in theta. The last is the slope of `area` at theta. Between them stand the integral of a
        derivative and the derivative of an integral. Each line equals the one before.

    `because` names what leads to a line from the one before it: DEFINITION, LOG_RULE, PRODUCT_RULE, LINEARITY,
    SWAP_GRAD_INT or NORMALISATION (the area of the curve is known). The slopes of all heights in theta are
    `jax.jacfwd(p)(theta, x)`, [n]. At the ends the check also passes an `area` that belongs to another curve.
    (Ranganath, Gerrish & Blei 2014, section 7.)
    """
    raise NotImplementedError("yours to write")


def logistic_curve(theta, x):
    """A logistic density that moves and widens with theta, times an area that grows."""
    scale = 0.7 + 0.2 * jnp.sin(theta)
    z = (x - jnp.sin(2 * theta)) / scale
    return area_of_that_curve(theta) * jnp.exp(-z - 2 * jax.nn.softplus(-z)) / scale


def area_of_that_curve(theta):
    return jnp.exp(0.4 * theta)


def area_of_another_curve(theta):
    return 2.0 + jnp.cos(3 * theta)


def _grid(rng):
    return (np.linspace(-14, 14, 141) + rng.uniform(0, 0.2)).astype(np.float32)


def _instance(rng):
    return logistic_curve, area_of_that_curve, float(rng.uniform(-1.2, 1.2)), _grid(rng)


def _unrelated(rng):
    return logistic_curve, area_of_another_curve, float(rng.uniform(0.3, 0.9)), _grid(rng)


def _start(p, area, theta, x):
    return 0.4 * np.exp(0.4 * theta)


def _end(p, area, theta, x):
    if area is area_of_that_curve:
        return 0.4 * np.exp(0.4 * theta)
    return -3 * np.sin(3 * theta)


exercise = Ladder(
    score_ladder,
    question="3.2",
    minutes=12,
    difficulty=2,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=4,
    reasons=("DEFINITION", "LOG_RULE", "PRODUCT_RULE", "LINEARITY", "SWAP_GRAD_INT", "NORMALISATION"),
    required=("SWAP_GRAD_INT",),
    hints=(
        "Write the expectation as an integral. What is the derivative of a log, and what does it leave of the factor "
        "in front of it?",
        "After the heights have cancelled, the integral of a derivative is left. Which law makes it the derivative of "
        "an integral?",
        "The third line differentiates the sum over the grid, as a function of theta, by `jax.grad`. The fourth says "
        "what that sum is, without x.",
    ),
)
