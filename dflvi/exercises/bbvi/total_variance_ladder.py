"""3.7  The law of total variance, line by line."""

# Built from solutions/bbvi/total_variance_ladder.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance
from dflvi.checking.exercise import Ladder
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
    raise NotImplementedError("yours to write")


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
    hints=(
        "Write the variance as the mean of the square minus the square of the mean. To which of the two does the tower "
        "rule apply? To both.",
        "Inside the outer average there is now E[Y^2 | Z]. What is it in terms of the conditional variance and the "
        "conditional mean?",
        "Split the average of the sum. The conditional variances are on their own then, and the other two terms are "
        "the variance of one random variable, which is a function of Z.",
    ),
)
