"""3.7  The two parts of a variance."""

# Built from solutions/bbvi/decompose.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, fields, has_shape
from dflvi.checking.exercise import Exercise
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
    raise NotImplementedError("yours to write")

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
)
