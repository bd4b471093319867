"""3.7  The law of total variance, line by line."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance
from dflvi.checking.exercise import Ladder, Mistake, one_edit
from dflvi.types import Scalar, Step


def total_variance_ladder(joint: Float[Array, "nz ny"], y: Float[Array, " ny"], var_y: Scalar) -> list[Step]:
    """The chain from Var(Y) to E[Var(Y | Z)] + Var(E[Y | Z]), in at least five lines.

    Args:
        joint: p(z, y), [nz, ny]: a row for each z, each with some mass; it sums to one.
        y: the values of Y, [ny].
        var_y: the variance of Y, a number. It is handed in, so the first line is var_y itself.

    Returns:
        a list of `Step(value, because="...")`. The second line is what a variance is, in terms of E[Y^2] and E[Y].
        The last is the sum of the two parts, with the outer variance as a variance: the average over z of a squared
        distance. Each line equals the one before.

    `because` names what leads to a line from the one before it: DEFINITION (of a variance, forwards or backwards),
    TOWER (an average is the average of conditional averages) or LINEARITY. No integrals are needed. Names before the
    list are welcome: p(z), and the conditional mean, variance and second moment of Y for each z. The check draws
    joints, and at both ends also a var_y that has nothing to do with them. (Haugh, Simulation Efficiency, eq. 5.)
    """
    p_z = jnp.sum(joint, axis=1)
    p_y_given_z = joint / p_z[:, None]
    mean, square = p_y_given_z @ y, p_y_given_z @ y**2
    var = p_y_given_z @ y**2 - mean**2
    return [
        Step(var_y),
        Step(jnp.sum(joint @ y**2) - jnp.sum(joint @ y) ** 2, because="DEFINITION"),
        Step(p_z @ square - (p_z @ mean) ** 2, because="TOWER"),
        Step(p_z @ (var + mean**2) - (p_z @ mean) ** 2, because="DEFINITION"),
        Step(p_z @ var + (p_z @ mean**2 - (p_z @ mean) ** 2), because="LINEARITY"),
        Step(p_z @ var + p_z @ (mean - p_z @ mean) ** 2, because="DEFINITION"),
    ]


# ---- other right answers ----------------------------------------------------------------------


def with_distances_throughout(joint, y, var_y):
    """Around the overall mean: the tower rule first, then each row around its own mean."""
    p_z, p_y = joint.sum(axis=1), joint.sum(axis=0)
    middle = jnp.dot(p_y, y)
    rows = joint / jnp.sum(joint, axis=1, keepdims=True)
    means = rows @ y
    spread = jnp.sum(rows * (y[None] - means[:, None]) ** 2, axis=1)
    return [
        (var_y,),
        (jnp.dot(p_y, (y - middle) ** 2), "definition"),
        (jnp.dot(p_z, rows @ (y - middle) ** 2), "tower"),
        (jnp.dot(p_z, spread + (means - middle) ** 2), "definition"),
        (jnp.dot(p_z, spread) + jnp.dot(p_z, (means - middle) ** 2), "linearity"),
    ]


# ---- the instances, and the two ends of the claim ---------------------------------------------


def _instance(rng):
    joint = (0.01 + rng.dirichlet(np.full(12, 1.2)).reshape(3, 4)).astype(np.float32)
    joint = (joint / joint.sum()).astype(np.float32)
    y = rng.uniform(-2, 3, 4).astype(np.float32)
    p = joint.sum(axis=0, dtype=np.float64)
    return joint, y, float(p @ (y - p @ y) ** 2)


def _unrelated(rng):
    joint, y, var_y = _instance(rng)
    return joint, y, var_y + float(rng.uniform(0.5, 1.5))


def _start(joint, y, var_y):
    return var_y


def _end(joint, y, var_y):
    p = joint.astype(np.float64).sum(axis=0)
    values = y.astype(np.float64)
    return 0.5 * np.einsum("i,j,ij->", p, p, (values[:, None] - values) ** 2)


# ---- mistakes that are no edit of the reference -----------------------------------------------


def assumes_the_conclusion(joint, y, var_y):
    steps = total_variance_ladder(joint, y, var_y)
    return [Step(steps[-1].value), *[Step(step.value, because="LINEARITY") for step in steps[1:]]]


def the_claim_and_nothing_else(joint, y, var_y):
    return [(step[0], *step[1:]) for step in with_distances_throughout(joint, y, var_y)[1:]] * 2


def in_three_lines(joint, y, var_y):
    steps = total_variance_ladder(joint, y, var_y)
    return [steps[0], steps[1], steps[-1]]


def one_line_three_times(joint, y, var_y):
    p = jnp.sum(joint, axis=0)
    whole = p @ (y - p @ y) ** 2
    return [Step(var_y), Step(whole, because="DEFINITION"), Step(whole, because="TOWER"),
            Step(whole, because="LINEARITY"), Step(whole, because="DEFINITION")]  # fmt: skip


exercise = Ladder(
    total_variance_ladder,
    question="3.7",
    minutes=12,
    difficulty=2,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=5,
    reasons=("DEFINITION", "TOWER", "LINEARITY"),
    required=("TOWER",),
    tolerance=Tolerance(2e-4, 2e-4),
    variants=(with_distances_throughout,),
    hints=(
        "Write the variance as the mean of the square minus the square of the mean. To which of the two does the tower "
        "rule apply? To both.",
        "Inside the outer average there is now E[Y^2 | Z]. What is it in terms of the conditional variance and the "
        "conditional mean?",
        "Split the average of the sum. The conditional variances are on their own then, and the other two terms are "
        "the variance of one random variable, which is a function of Z.",
    ),
    mistakes=(
        Mistake(
            "in-three-lines",
            in_three_lines,
            "From the second moment you jump to the claim. What happens to E[Y^2] when Z is brought in, and what to "
            "the square of E[Y]?",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "assumes-the-conclusion",
            assumes_the_conclusion,
            "Your first line is the sum of the two parts already, so your chain says that it equals itself. Begin with "
            "the number that you are given.",
            also=the_claim_and_nothing_else,
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "square-inside",
            one_edit("Step(p_z @ square - (p_z @ mean) ** 2", "Step(p_z @ square - p_z @ mean**2"),
            "In your third line the last term is the average of squared conditional means. It stands for the square of "
            "E[Y], and there the averaging comes first.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "second-moment-is-the-variance",
            one_edit("p_z @ (var + mean**2)", "p_z @ var"),
            "You put the conditional variance in the place of E[Y^2 | Z]. For a Z with E[Y | Z] = 5 and no spread the "
            "one is 0 and the other 25.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "unweighted",
            one_edit("Step(p_z @ square -", "Step(jnp.mean(square) -"),
            "The outer average of your third line gives every z the same weight. Which law has Z?",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "circular",
            lambda joint, y, var_y: [*total_variance_ladder(joint, y, var_y)[:-1], Step(1.0 * var_y, "DEFINITION")],
            "Your chain comes back to where it started: the last line is the number that you were given. It should end "
            "at the two parts.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "one-line-many-times",
            one_line_three_times,
            "Four lines are one expression under different names, with no z in it. The claim is about Z; where is it?",
            caught_by="the_lines_are_different",
        ),
        Mistake(
            "tower-not-named",
            one_edit('because="TOWER"', 'because="LINEARITY"'),
            "That an average is the average of conditional averages is the one idea in this proof, and it has a name "
            "among the reasons.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
1. $\\mathrm{Var}(Y)$
2. $= \\mathbb E[Y^2] - (\\mathbb E Y)^2$: definition.
3. $= \\mathbb E\\big[\\mathbb E[Y^2|Z]\\big] - \\big(\\mathbb E\\,\\mathbb E[Y|Z]\\big)^2$: tower rule, twice.
4. $= \\mathbb E\\big[\\mathrm{Var}(Y|Z) + \\mathbb E[Y|Z]^2\\big] - \\big(\\mathbb E\\,\\mathbb E[Y|Z]\\big)^2$: the
   definition of the conditional variance, read backwards.
5. $= \\mathbb E[\\mathrm{Var}(Y|Z)] + \\Big(\\mathbb E\\big[\\mathbb E[Y|Z]^2\\big] - \\big(\\mathbb E\\,\\mathbb
   E[Y|Z]\\big)^2\\Big)$: linearity.
6. $= \\mathbb E[\\mathrm{Var}(Y|Z)] + \\mathrm{Var}(\\mathbb E[Y|Z])$: what stands in the bracket is the variance of
   the random variable $\\mathbb E[Y|Z]$.
""",
    afterword="No integral, no density: it holds for any Y with a variance and any Z at all.",
)
