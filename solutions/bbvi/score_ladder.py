"""3.2  The expected score is zero, line by line."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.exercise import Ladder, Mistake, one_edit
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
    dx = x[1] - x[0]
    score = jax.jacfwd(lambda t: jnp.log(p(t, x)))(theta)
    return [
        Step(jnp.sum(p(theta, x) * score) * dx),
        Step(jnp.sum(jax.jacfwd(p)(theta, x)) * dx, because="LOG_RULE"),
        Step(jax.grad(lambda t: jnp.sum(p(t, x)) * dx)(theta), because="SWAP_GRAD_INT"),
        Step(jax.grad(area)(theta), because="NORMALISATION"),
    ]


# ---- other right answers ----------------------------------------------------------------------


def with_the_quotient_in_between(p, area, theta, x):
    """The score as slope over height, before the heights cancel; derivatives as directional ones."""
    dx = x[1] - x[0]
    heights, slopes = jax.jvp(lambda t: p(t, x), (theta,), (jnp.ones_like(theta),))
    score = jax.vmap(jax.grad(lambda t, one: jnp.log(p(t, one))), (None, 0))(theta, x)
    _, slope_of_sum = jax.jvp(lambda t: p(t, x).sum(), (theta,), (jnp.ones_like(theta),))
    return [
        (jnp.dot(heights, score) * dx,),
        (jnp.dot(heights, slopes / heights) * dx, "log rule"),
        (slopes.sum() * dx, "linearity"),
        (dx * slope_of_sum, "swap grad int"),
        (jax.jacfwd(area)(theta), "normalisation"),
    ]


# ---- the instances, and the two ends of the claim ---------------------------------------------


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


# ---- mistakes that are no edit of the reference -----------------------------------------------


def says_the_slope_of_the_area(p, area, theta, x):
    return [Step(jax.grad(area)(theta), because="NORMALISATION") for _ in range(4)]


def says_it_in_another_way(p, area, theta, x):
    slope = jax.jacfwd(area)(theta)
    return [(slope,), (slope, "SWAP_GRAD_INT"), (slope + 0.0, "LINEARITY"), (1.0 * slope, "NORMALISATION")]


def repeats_the_second_line(p, area, theta, x):
    first, second, _, last = score_ladder(p, area, theta, x)
    return [Step(first.value), Step(second.value, because="LOG_RULE"),
            Step(second.value, because="SWAP_GRAD_INT"), Step(last.value, because="NORMALISATION")]  # fmt: skip


def in_two_lines(p, area, theta, x):
    score = jax.jacfwd(lambda t: jnp.log(p(t, x)))(theta)
    return [Step(jnp.sum(p(theta, x) * score) * (x[1] - x[0])), Step(jax.grad(area)(theta), because="NORMALISATION")]


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
    variants=(with_the_quotient_in_between,),
    hints=(
        "Write the expectation as an integral. What is the derivative of a log, and what does it leave of the factor "
        "in front of it?",
        "After the heights have cancelled, the integral of a derivative is left. Which law makes it the derivative of "
        "an integral?",
        "The third line differentiates the sum over the grid, as a function of theta, by `jax.grad`. The fourth says "
        "what that sum is, without x.",
    ),
    mistakes=(
        Mistake(
            "in-two-lines",
            in_two_lines,
            "The two ends are right and nothing stands between them. The proof has two steps: what the log does, and "
            "what changes places.",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "assumes-the-conclusion",
            says_the_slope_of_the_area,
            "Your first line knows nothing of p: it is the slope of the area already. Start from an integral over x.",
            also=says_it_in_another_way,
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "not-weighted-by-p",
            one_edit("Step(jnp.sum(p(theta, x) * score) * dx)", "Step(jnp.sum(score) * dx)"),
            "Your first line integrates the score over all x alike. An expectation gives an x the weight that it has "
            "under the curve.",
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "log-of-the-integral",
            one_edit("jax.grad(lambda t: jnp.sum(p(t, x)) * dx)", "jax.grad(lambda t: jnp.log(jnp.sum(p(t, x)) * dx))"),
            "Your third line differentiates the log of the area. For an area of 1 that is the same and here it is "
            "not: line 2 has no log any more.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "derivative-in-x",
            one_edit("jnp.sum(jax.jacfwd(p)(theta, x)) * dx", "jnp.sum(jnp.gradient(p(theta, x), dx)) * dx"),
            "Your second line integrates the slope of the curve along x, and that is zero for any curve that ends "
            "where it began. Which variable does a score differentiate in?",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "never-uses-the-area",
            one_edit("Step(jax.grad(area)(theta)", "Step(jnp.sum(jax.jacfwd(p)(theta, x)) * dx"),
            "Your last line still integrates over x. The claim ends with what is known about the area, a function of "
            "theta alone.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "one-line-twice",
            repeats_the_second_line,
            "Lines 2 and 3 are the same expression with two reasons. One of them should have the derivative outside of "
            "the integral.",
            caught_by="the_lines_are_different",
        ),
        Mistake(
            "swap-not-named",
            one_edit('because="SWAP_GRAD_INT"', 'because="LINEARITY"'),
            "An integral is a limit of sums, and linearity is about sums. That a derivative may pass through the limit "
            "is a theorem with conditions: name it, since for Uniform(0, theta) it is what fails.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
1. $\\mathbb E[\\nabla\\log p] = \\int p\\,\\nabla\\log p\\,dx$
2. $= \\int \\nabla p\\,dx$: the derivative of a log is $\\nabla p / p$.
3. $= \\nabla \\int p\\,dx$: the swap. It needs a support that does not move with $\\theta$, and a bound on
   $|\\nabla p|$ near $\\theta$ that is integrable.
4. $= \\nabla 1 = 0$: the area of a density is 1 for every $\\theta$.
""",
    afterword="Three steps, and one of them has conditions. Everything in 3.3 and 3.5 leans on it.",
)
