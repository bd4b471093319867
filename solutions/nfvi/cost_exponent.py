"""6.6  How the two determinants grow with the dimension."""

import numpy as np

from dflvi.checking.compare import Tolerance, close, fields, has_shape
from dflvi.checking.exercise import Exercise, Mistake


def cost_exponent() -> tuple[float, float]:
    """The powers of D with which the cost of a layer with M hidden units grows, for a fixed M and D large.

    Returns:
        direct: the power for the log-determinant of the D by D Jacobian, by elimination.
        lemma: the power for all that is needed with the lemma: the map, the M by M matrix, and its determinant.

    Cost means multiplications. If doubling D makes eight times as many of them, the power is 3.
    """
    return 3.0, 1.0


# ---- other right answers ----------------------------------------------------------------------


def counted():
    """From two counts each, far out."""

    def elimination(n):
        return n**3 / 3

    def with_the_lemma(D, M=8):
        return 2 * D * M + D * M**2 + elimination(M)

    far = 2.0**20
    return {
        "direct": float(np.log2(elimination(2 * far) / elimination(far))),
        "lemma": float(np.log2(with_the_lemma(2 * far) / with_the_lemma(far))),
    }


# ---- checks: cheap to deep --------------------------------------------------------------------


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
    variants=(counted,),
    mistakes=(
        Mistake(
            "order-of-the-pair",
            lambda: (1.0, 3.0),
            "The two are in the other order: the direct way first.",
            also=lambda: (1, 3),
            caught_by=the_powers_are_those_of_a_count,
        ),
        Mistake(
            "power-of-m",
            lambda: (3.0, 3.0),
            "Three is the power of M in the small determinant. M is fixed here, so that this part stays what it is "
            "when D doubles.",
            caught_by=the_powers_are_those_of_a_count,
        ),
        Mistake(
            "number-of-entries",
            lambda: (2.0, 1.0),
            "A power of two is what it costs to write the Jacobian down. Its determinant wants each column to be "
            "cleared.",
            caught_by=the_powers_are_those_of_a_count,
        ),
        Mistake(
            "lemma-free-of-d",
            lambda: (3.0, 0.0),
            "The small determinant does not know D. But where do its entries come from?",
            caught_by=the_powers_are_those_of_a_count,
        ),
    ),
    answer="""
(3, 1). Elimination of a D by D matrix takes about D^3 / 3 multiplications. With the lemma: 2 D M for the map, D M^2 for
B A, and M^3 / 3 for the small determinant. Only the first two hold D, once each. The lemma pays as long as M is well
below D; at M = D nothing is won.
""",
    afterword="The figure below measures it: times approach these powers when D is large, and not before.",
)
