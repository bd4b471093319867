"""6.6  How the two determinants grow with the dimension."""

# Built from solutions/nfvi/cost_exponent.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import Tolerance, close, fields, has_shape
from dflvi.checking.exercise import Exercise


def cost_exponent() -> tuple[float, float]:
    """The powers of D with which the cost of a layer with M hidden units grows, for a fixed M and D large.

    Returns:
        direct: the power for the log-determinant of the D by D Jacobian, by elimination.
        lemma: the power for all that is needed with the lemma: the map, the M by M matrix, and its determinant.

    Cost means multiplications. If doubling D makes eight times as many of them, the power is 3.
    """
    raise NotImplementedError("yours to write")


def _eliminated(n):
    """Multiplications of Gaussian elimination of n by n numbers, step by step."""
    left = np.arange(n - 1, 0, -1.0)
    return float(np.sum(left + left**2))


def _power(count, D):
    return float(np.log2(count(2 * D) / count(D)))


def the_powers_are_those_of_a_count(attempt):
    direct, lemma = fields(attempt(), "direct", "lemma")
    D, M = 4000, 3
    both = [has_shape(direct, (), what="direct"), has_shape(lemma, (), what="lemma")]
    small = lambda D: D * M * M + 2 * D * M + _eliminated(M)  # noqa: E731
    close(np.array(both, np.float64), np.array([_power(_eliminated, D), _power(small, D)]), Tolerance(0.05, 0.0),
          where=f"multiplications at D = {D} and {2 * D}, M = {M}, counted one by one",
          says="the powers (direct, lemma)")  # fmt: skip


exercise = Exercise(
    cost_exponent,
    question="6.6",
    minutes=5,
    difficulty=1,
    hints=(
        "Elimination clears one column after the other. How many entries are touched for each?",
        "With M fixed, which of the parts of the lemma's cost know D at all, and how often does D occur as a factor?",
        "The direct way has D columns, and for each about D rows of D entries. With the lemma the largest part is the "
        "product of an M by D and a D by M matrix.",
    ),
    checks=(the_powers_are_those_of_a_count,),
)
