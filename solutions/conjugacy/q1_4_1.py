"""1.4  The summands of a KL divergence."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="1.4",
    text="KL(q || p) is a sum over cells of q log(q / p), and it is never negative. What holds for a single summand?",
    options={
        "a": "It is never negative, which is why the sum is not.",
        "b": "It is negative in each cell to which q gives less than p does, unless q is zero there.",
        "c": "It can be negative only if p is not normalised.",
        "d": "It is negative where q is below 1/n, with n the number of cells.",
    },
    key="b",
    reasons={
        "a": "It would be a short proof, and it is none: take q = .2 and p = .5 in one cell and work the summand out.",
        "b": "The log of a ratio below one is negative. The other cells outweigh it, and only the sum, in which both "
             "distributions total one, knows that they do.",
        "c": "A single cell does not know what the others sum to. Two normalised distributions that differ have at "
             "least one cell in which the ratio q / p is below one.",
        "d": "No fixed level counts: what q gives to a cell is held against what p gives to the same one. For q = .01 "
             "and p = .001 the summand is positive, whatever n is.",
    },  # fmt: skip
    hints=(
        "Write down two cells: q = [.2, .8], p = [.5, .5].",
        "The first factor of a summand is never negative. What is the sign of the other one?",
        "The sign of a log tells whether its argument is above or below one. Compare q with p, cell by cell.",
    ),
    answer="""
With q = [.2, .8] and p = [.5, .5] the summands are -.183 and +.376. The first is negative since q < p there; the sum is
.193. Non-negativity belongs to the sum alone, and the bound log t <= t - 1 with both totals equal to one is what
gives it. One can make every summand non-negative by adding p - q to it, which changes the sum by nothing: that is
the gap of the bound, cell by cell, and in 2.3 it gives the generalised KL.
""",
)
