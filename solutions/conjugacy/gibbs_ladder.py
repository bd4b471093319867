"""1.4  Why a KL divergence is never negative, line by line."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.exercise import Ladder, Mistake, one_edit
from dflvi.types import Step


def gibbs_ladder(q: Float[Array, " n"], p: Float[Array, " n"]) -> list[Step]:
    """The chain from -KL(q || p) up to 0, in at least five lines. It proves Gibbs' inequality, KL >= 0.

    Args:
        q: probabilities of n cells, [n]. At least one of them is zero.
        p: probabilities of the same cells, [n], all positive.

    Returns:
        a list of `Step(value, because="...", relation="...")`. The first line is minus the divergence. The last
        line is the number 0. In between stand an average under q of a log, what bounds it, and what is left of
        that when it is summed.

    `relation` says how the line before stands to this one: "==" (which it is if you leave it out), "<=" or ">=".
    All inequalities of a chain point the same way. `because` is one of DEFINITION, LINEARITY, LOG_RULE,
    LOG_BOUND (log t <= t - 1, for every t > 0) and NORMALISATION (probabilities sum to one). To see the form, here is
    another chain, for numbers x whose average is one. It shows that the average of their logs is at most zero:

        return [
            Step(jnp.mean(jnp.log(x))),
            Step(jnp.mean(x - 1), because="LOG_BOUND", relation="<="),
            Step(jnp.mean(x) - 1, because="LINEARITY"),
            Step(0.0, because="NORMALISATION"),
        ]

    The check draws q and p and compares neighbouring lines: equal, or on the side that you say. Mind the cells
    with q = 0. (Goodfellow et al., Deep Learning, 3.13, states the inequality; MacKay, 2.6, calls it Gibbs'.)
    """
    support = q > 0
    at = jnp.where(support, q, 1.0)
    ratio = jnp.where(support, p, 1.0) / at
    return [
        Step(-jnp.sum(q * jnp.log(at / jnp.where(support, p, 1.0)))),
        Step(jnp.sum(q * jnp.log(ratio)), because="LOG_RULE"),
        Step(jnp.sum(q * (ratio - 1)), because="LOG_BOUND", relation="<="),
        Step(jnp.sum(jnp.where(support, p, 0.0)) - 1, because="NORMALISATION"),
        Step(0.0, because="NORMALISATION", relation="<="),
    ]


# ---- other right answers ----------------------------------------------------------------------


def with_special_functions(q, p):
    """Starts with SciPy's divergence, and splits the bound into two sums before it says what they are."""
    support = jnp.where(q > 0, 1.0, 0.0)
    mass = jnp.dot(support, p)
    return [
        (-jax.scipy.special.rel_entr(q, p).sum(), ""),
        (jax.scipy.special.xlogy(q, p).sum() + jax.scipy.special.entr(q).sum(), "log rule"),
        (support @ (p - q), "log bound", "<="),
        (mass - jnp.sum(q), "linearity"),
        (mass - 1.0, "normalisation"),
        (jnp.float32(0.0), "normalisation", "<="),
    ]


def on_the_visited_cells_only(q, p):
    """The mass that q misses is taken off, and only then is that said to be at most nothing."""
    inside = q > 0
    safe = jnp.where(inside, q, 1.0)
    log_p = jnp.where(inside, jnp.log(p), 0.0)
    average = jnp.vdot(q, log_p - jnp.log(safe))
    bound = jnp.where(inside, p - q, 0.0).sum()
    missed = jnp.where(inside, 0.0, p).sum()
    return [
        Step(-jnp.vdot(q, jnp.log(safe) - log_p)),
        Step(average, "LINEARITY"),
        Step(bound, "LOG_BOUND", "<="),
        Step(-missed, "NORMALISATION"),
        Step(jnp.zeros(()), "DEFINITION", "<="),
    ]


# ---- the instances, and the two ends of the claim ---------------------------------------------


def _instance(rng):
    """Six cells, one or two of which q never visits."""
    q, p = rng.dirichlet(np.full(6, 1.5)), 0.02 + rng.dirichlet(np.full(6, 1.5))
    q[rng.permutation(6)[: rng.integers(1, 3)]] = 0.0
    return (q / q.sum()).astype(np.float32), (p / p.sum()).astype(np.float32)


def _start(q, p):
    q, p = q[q > 0].astype(np.float64), p[q > 0].astype(np.float64)
    return q @ np.log(p) - q @ np.log(q)


def _end(q, p):
    return 0.0


# ---- mistakes that are no edit of the reference ------------------------------------------------


def bounds_the_other_ratio(q, p):
    support = q > 0
    t = jnp.where(support, q, 1.0) / jnp.where(support, p, 1.0)
    return [
        Step(-jnp.sum(q * jnp.log(t))),
        Step(-jnp.sum(q * (t - 1)), because="LOG_BOUND", relation="<="),
        Step(1 - jnp.sum(q * t), because="NORMALISATION"),
        Step(1 - jnp.sum(t * t * p), because="LINEARITY"),
        Step(0.0, because="NORMALISATION", relation="<="),
    ]


def bounds_it_in_one_breath(q, p):
    end = jax.scipy.special.rel_entr(q, p).sum()
    t = jnp.where(q > 0, q / p, 0.0)
    return [
        Step(-end),
        Step(-(q @ jnp.log(jnp.where(q > 0, t, 1.0))), because="DEFINITION"),
        Step(-(q @ t) + jnp.sum(q), because="LOG_BOUND", relation="<="),
        Step(-(q @ t) + 1, because="NORMALISATION"),
        Step(0.0, because="NORMALISATION", relation="<="),
    ]


def says_it_in_three_lines(q, p):
    average = -jax.scipy.special.rel_entr(q, p).sum()
    return [
        Step(average),
        Step(jnp.sum(jnp.where(q > 0, p, 0.0)) - 1, because="LOG_BOUND", relation="<="),
        Step(0.0, because="NORMALISATION", relation="<="),
    ]


def says_that_it_is_so(q, p):
    minus = -jax.scipy.special.rel_entr(q, p).sum()
    return [
        Step(minus),
        Step(minus, because="DEFINITION"),
        Step(minus, because="LINEARITY"),
        Step(minus, because="LOG_RULE"),
        Step(0.0, because="LOG_BOUND", relation="<="),
    ]


def says_jensen(q, p):
    support = q > 0
    ratio = jnp.where(support, p, 1.0) / jnp.where(support, q, 1.0)
    mass = jnp.sum(q * ratio)
    return [
        Step(-jnp.sum(q * jnp.log(1 / ratio))),
        Step(jnp.sum(q * jnp.log(ratio)), because="LOG_RULE"),
        Step(jnp.log(mass), because="JENSEN", relation="<="),
        Step(jnp.log(jnp.sum(jnp.where(support, p, 0.0))), because="LINEARITY"),
        Step(0.0, because="NORMALISATION", relation="<="),
    ]


exercise = Ladder(
    gibbs_ladder,
    question="1.4",
    minutes=15,
    difficulty=2,
    instance=_instance,
    unrelated=_instance,
    first=_start,
    last=_end,
    min_steps=5,
    reasons=("DEFINITION", "LINEARITY", "LOG_RULE", "LOG_BOUND", "NORMALISATION"),
    required=("LOG_BOUND",),
    variants=(with_special_functions, on_the_visited_cells_only),
    hints=(
        "Look at the curve log t and at its tangent in t = 1. The tangent lies above. You have an average of logs: "
        "replace each of them by the tangent.",
        "The sign comes first: pull the minus into the log, which turns its ratio over. Then choose t as that "
        "ratio. It is the choice for which q cancels when you average under q.",
        "After the bound each visited cell holds q times (ratio less one). Multiply out: the first parts sum to "
        "the mass that p has on those cells, the second to the mass of q, which is all of it. Then say why the "
        "former is at most one, and mark that as an inequality: p can have mass where q has none.",
    ),
    mistakes=(
        Mistake(
            "in-three-lines",
            says_it_in_three_lines,
            "The chain holds, and its heart is missing: the bound and the summation are one line in yours. Write the "
            "average of the log first, then what the bound makes of it, then the sum.",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "nan-where-q-is-zero",
            one_edit("jnp.log(at / jnp.where(support, p, 1.0))", "jnp.log(q / p)"),
            "The first line is not a number, because q is zero in some cell and you take a log there all the same. "
            "Let the sum run over the cells that q visits.",
            also=lambda q, p: [Step(q @ jnp.log(p / q), "LOG_RULE")] * 5,
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "up-and-down",
            one_edit(
                'Step(0.0, because="NORMALISATION", relation="<=")',
                'Step(0.0, because="NORMALISATION", relation=">=")',
            ),
            "Your steps point both ways. From a <= b >= c nothing follows about a and c, however true it is. Read "
            "the last of your relations aloud, with both lines.",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "starts-with-plus-kl",
            one_edit("Step(-jnp", "Step(jnp"),
            "Your first line is the divergence itself and not its negative. Going up from there to zero would prove "
            "that it is never positive.",
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "the-other-ratio",
            bounds_the_other_ratio,
            "Your chain points the wrong way: putting q / p into the tangent bounds KL from above. Of that, -KL "
            "learns only what it is at least. Which ratio has -KL as the average of its log?",
            also=bounds_it_in_one_breath,
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "equal-to-zero",
            one_edit("jnp.sum(jnp.where(support, p, 0.0)) - 1,", "0.0 * jnp.sum(p),"),
            "You wrote an equality that holds only if p has no mass outside the support of q. Take q = [0, .25, "
            ".75] and p = [.2, .3, .5]: what do the cells that q visits have under p?",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "all-of-p",
            one_edit("jnp.sum(jnp.where(support, p, 0.0)) - 1,", "jnp.sum(jnp.where(support, p, 0.0)),"),
            "After the bound there are two sums, and you dropped the second, that of q. It is not zero: look at "
            "your line for any q and p, it is positive.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "stops-before-the-end",
            lambda q, p: gibbs_ladder(q, p)[:-1] + [Step(-jnp.sum(jnp.where(q > 0, 0.0, p)), because="NORMALISATION")],
            "Your last line still knows q and p. The claim is a comparison with the number 0, so the chain has to "
            "arrive there, with the relation that is true for what is left.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "claimed-and-not-shown",
            says_that_it_is_so,
            "Four of your lines are one and the same, and the fifth is the claim. The bound is about a log and a "
            "straight line; neither the ratio nor the line occurs in what you wrote.",
            caught_by="the_lines_are_different",
        ),
        Mistake(
            "by-jensen",
            says_jensen,
            "A sound proof, and another one: it rests on the concavity of the log as a whole. Asked for is the one "
            "with the tangent, since its gap, cell by cell, is what returns in 2.3.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
Let S be the cells with q > 0. If q has mass where p has none, KL is +inf and there is nothing to show. Else

1. $-\\mathrm{KL}(q\\,\\|\\,p) = -\\sum_S q \\log(q/p)$
2. $= \\sum_S q \\log(p/q)$: a log of an inverse.
3. $\\le \\sum_S q\\,(p/q - 1)$: log t <= t - 1 at t = p/q.
4. $= p(S) - 1$: q cancels, and q sums to one.
5. $\\le 0$: p(S) is a probability.

The first inequality is an equality only if t = 1, that is p = q, in every cell of S; the second only if p(S) = 1.
Together: only if p = q. For densities, integrals take the place of sums, and p = q almost everywhere.
""",
    afterword="The gap t - 1 - log t, summed with weights q, is the KL. In 2.3 the two masses will not cancel.",
)
