"""1.4  The summands of a KL divergence."""

# Built from solutions/conjugacy/q1_4_1.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Write down two cells: q = [.2, .8], p = [.5, .5].",
        "The first factor of a summand is never negative. What is the sign of the other one?",
        "The sign of a log tells whether its argument is above or below one. Compare q with p, cell by cell.",
    ),
    sealed='af12a90ec0035162',
)
