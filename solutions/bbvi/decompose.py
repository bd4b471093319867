"""3.7  The two parts of a variance."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, fields, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def decompose(joint: Float[Array, "nz ny"], y: Float[Array, " ny"]) -> tuple[Scalar, Scalar]:
    """The variance of Y in two parts: what is left when Z is known, and what knowing Z explains.

    Args:
        joint: p(z, y), [nz, ny]: a row for each z, a column for each value of Y. It sums to one, and each row holds
            some mass, possibly very little. Z and Y need not have the same number of values.
        y: the values of Y, [ny]. They may all be large, around 10,000, and lie close together.

    Returns:
        (within, between), two numbers in the unit of Y squared: the expected Var(Y | Z), and the variance of
        E[Y | Z]. (Haugh, Simulation Efficiency, eq. 5.)
    """
    y = y - y[0]
    p_z = jnp.sum(joint, axis=1)
    mean = joint @ y / p_z
    var = jnp.sum(joint * (y[None, :] - mean[:, None]) ** 2, axis=1) / p_z
    return p_z @ var, p_z @ (mean - p_z @ mean) ** 2


# ---- other right answers ----------------------------------------------------------------------


def between_first(joint, y):
    """The part between, and the part within as what is left of the whole, around the overall mean."""
    p_z, p_y = joint.sum(axis=1), joint.sum(axis=0)
    gap = y - jnp.average(y, weights=p_y)
    between = jnp.sum((joint @ gap) ** 2 / p_z)
    return {"within": p_y @ gap**2 - between, "between": between}


def row_by_row(joint, y):
    """A Python loop over z."""
    middle = jnp.average(y, weights=joint.sum(axis=0))
    within = between = 0.0
    for row in joint:
        mean = jnp.average(y - middle, weights=row)
        within = within + jnp.dot(row, (y - middle - mean) ** 2)
        between = between + row.sum() * mean**2
    return within, between


# ---- checks: cheap to deep --------------------------------------------------------------------
# Always 4 rows and 5 columns: one program serves all checks.

NZ, NY = 4, 5
CLOSE = Tolerance(1e-4, 1e-4)


def _joint(rng):
    """A random joint in which one z is very rare, and values of Y in eighths."""
    joint = rng.dirichlet(np.full(NZ * NY, 1.2)).reshape(NZ, NY) + 0.004
    joint[rng.integers(NZ)] *= 0.002
    y = rng.permutation(np.arange(-12, 30, 5)[:NY + 3])[:NY] / 8
    return (joint / joint.sum()).astype(np.float32), y.astype(np.float32)


def _parts(attempt, joint, y, where):
    parts = fields(attempt(joint.astype(np.float32), y.astype(np.float32)), "within", "between")
    return np.stack([has_shape(part, (), where=where, what=f"the part {name}").astype(np.float64)
                     for part, name in zip(parts, ("within", "between"), strict=True)])  # fmt: skip


def the_parts_add_up_to_the_whole(attempt):
    for _ in range(3):
        joint, y = _joint(attempt.rng)
        p, values = joint.sum(axis=0, dtype=np.float64), y.astype(np.float64)
        whole = p @ (values - p @ values / p.sum()) ** 2
        where = "a random joint, 4 values of Z and 5 of Y, one z with a probability below 1 in 1,000"
        close(np.sum(_parts(attempt, joint, y, where)), whole, CLOSE, where=where, says="within + between is Var(Y)")


def nothing_lies_between_if_z_says_nothing(attempt):
    joint, y = _joint(attempt.rng)
    apart = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    where = "Z and Y independent"
    close(_parts(attempt, apart, y, where)[1], 0.0, CLOSE, where=where, what="the part between",
          says="E[Y | Z] is the same for every z")  # fmt: skip


def does_not_care_where_y_is_counted_from(attempt):
    # Eighths are exact in float32 around 10,000. A mean there is right to 1e-3, which enters both parts at most
    # times twice a distance of about 2.
    joint, y = _joint(attempt.rng)
    where = "Y and Y + 10,000"
    near, far = _parts(attempt, joint, y, where), _parts(attempt, joint, y + 10_000, where)
    close(far, near, Tolerance(3e-2, 1e-2), where=where, says="a spread stays when all values move")


def are_what_pairs_of_draws_say(attempt):
    # Var is half of the mean squared distance of two independent draws. Also where Z decides Y.
    joint, y = _joint(attempt.rng)
    decided = np.zeros((NZ, NY))
    decided[np.arange(NZ), attempt.rng.permutation(NY)[:NZ]] = joint.sum(axis=1)
    for one, where in ((joint, "a random joint, 4 values of Z and 5 of Y"), (decided, "Z decides Y")):
        wide, values = one.astype(np.float64), y.astype(np.float64)
        p_z = wide.sum(axis=1)
        distance = (values[:, None] - values) ** 2
        within = 0.5 * np.einsum("zi,zj,ij,z->", wide, wide, distance, 1 / p_z)
        mean = wide @ values / p_z
        between = 0.5 * np.einsum("a,b,ab->", p_z, p_z, (mean[:, None] - mean) ** 2)
        close(_parts(attempt, one, y, where), np.array([within, between]), CLOSE, where=where,
              says="within and between")  # fmt: skip


# ---- known wrong answers ----------------------------------------------------------------------


def unweighted(joint, y):
    rows = joint / joint.sum(axis=1, keepdims=True)
    mean = rows @ y
    var = jnp.sum(rows * (y - mean[:, None]) ** 2, axis=1)
    p_z = joint.sum(axis=1)
    return jnp.mean(var), p_z @ (mean - p_z @ mean) ** 2


def unweighted_another_way(joint, y):
    y = y - y[0]
    rows = joint / joint.sum(axis=1)[:, None]
    spreads = [jnp.dot(row, y**2) - jnp.dot(row, y) ** 2 for row in rows]
    return sum(spreads) / len(spreads), between_first(joint, y)["between"]


def raw_second_moments(joint, y):
    p_z = joint.sum(axis=1)
    mean, square = joint @ y / p_z, joint @ y**2 / p_z
    return p_z @ (square - mean**2), p_z @ mean**2 - (p_z @ mean) ** 2


def by_a_straight_line(joint, y):
    """What a straight line in the number of the row explains."""
    p_z, p_y = joint.sum(axis=1), joint.sum(axis=0)
    z = jnp.arange(joint.shape[0]) - p_z @ jnp.arange(joint.shape[0])
    gap = y - p_y @ y
    between = (z @ joint @ gap) ** 2 / (p_z @ z**2)
    return p_y @ gap**2 - between, between


exercise = Exercise(
    decompose,
    question="3.7",
    minutes=10,
    difficulty=1,
    hints=(
        "For each z there is a conditional law of Y. What do you need of each, and how are the results for different z "
        "put together?",
        "The rows of the joint, divided by their sums, are the conditional laws: take mean and variance of each. The "
        "sums are p(z), the weights of everything that follows.",
        "Within is the weighted average of the row variances. Between is the weighted average of the squared distance "
        "of the row means to their own weighted average. Distances, not squares of Y, keep the digits if Y is large.",
    ),
    checks=(
        the_parts_add_up_to_the_whole,
        nothing_lies_between_if_z_says_nothing,
        does_not_care_where_y_is_counted_from,
        are_what_pairs_of_draws_say,
    ),
    variants=(between_first, row_by_row),
    mistakes=(
        Mistake(
            "unweighted",
            unweighted,
            "Make one z very rare: your part within should hardly notice what Y does there, and it counts that z like "
            "every other.",
            also=unweighted_another_way,
            caught_by=the_parts_add_up_to_the_whole,
        ),
        Mistake(
            "square-not-centred",
            one_edit("(mean - p_z @ mean) ** 2", "mean**2"),
            "Your part between is the average of the squared E[Y | Z]. Add 10 to Y, and it grows by more than 100, "
            "although no spread has changed.",
            caught_by=the_parts_add_up_to_the_whole,
        ),
        Mistake(
            "divided-by-one-less",
            one_edit("axis=1) / p_z", "axis=1) / p_z * y.size / (y.size - 1)"),
            "Your part within is 5/4 of what it should be, for 5 values of Y. That correction is for a variance "
            "estimated from draws; here the probabilities are given.",
            caught_by=the_parts_add_up_to_the_whole,
        ),
        Mistake(
            "joint-taken-for-conditional",
            one_edit("joint @ y / p_z", "joint @ y"),
            "With probability 0.01 for some z, your E[Y | Z = z] is a hundredth of a typical Y. A row of the joint "
            "sums to p(z) and not to one.",
            caught_by=the_parts_add_up_to_the_whole,
        ),
        Mistake(
            "exchanged",
            lambda joint, y: tuple(between_first(joint, y)[name] for name in ("between", "within")),
            "The two add up to the variance, in the wrong order: for independent Z and Y all the spread is within.",
            caught_by=nothing_lies_between_if_z_says_nothing,
        ),
        Mistake(
            "half-and-half",
            lambda joint, y: (jnp.sum(joint * (y - jnp.sum(joint @ y)) ** 2) / 2,) * 2,
            "Your two parts are equal, whatever the joint. The mean of a variance and the variance of a mean are two "
            "quantities; take a Z that has nothing to do with Y.",
            caught_by=nothing_lies_between_if_z_says_nothing,
        ),
        Mistake(
            "raw-second-moments",
            raw_second_moments,
            "Right on paper. With Y around 10,000 you subtract two numbers of size 1e8 that agree in all digits that "
            "float32 has, and what is left is noise. Subtract before you square.",
            caught_by=does_not_care_where_y_is_counted_from,
        ),
        Mistake(
            "by-a-straight-line",
            by_a_straight_line,
            "Renumber the values of Z, and your parts change. You measure what a straight line through the row numbers "
            "explains; E[Y | Z] may go up and down as it likes.",
            caught_by=are_what_pairs_of_draws_say,
        ),
    ),
    answer="""
With $p(z) = \\sum_y p(z, y)$, conditional means $m_z$ and variances $v_z$: within is $\\sum_z p(z)\\, v_z$, between is
$\\sum_z p(z)(m_z - \\bar m)^2$ with $\\bar m = \\sum_z p(z)\\, m_z = \\mathbb E Y$. They add up to the variance of Y.
If Z says nothing, all $m_z$ are equal and nothing lies between; if Z decides Y, all $v_z$ are zero. The first line
counts Y from its first value, so that float32 keeps its digits for the spread.
""",
    afterword="Averaging over Y given Z in closed form removes the part within. That is conditional Monte Carlo.",
)
