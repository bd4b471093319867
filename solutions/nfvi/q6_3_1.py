"""6.3  A layer that folds."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="6.3",
    text="A planar layer on the line with w . u = -3: a goes to a - 3 tanh(a). How many points a are carried to 0?",
    truth=3,
    near={
        1: "The point 0 itself is one. What is the value at a = 1, and what is it at a = 5? Both signs occur on the "
        "same side of 0.",
        2: "By symmetry they come in pairs, a and -a, with one that is its own partner.",
    },
    hints=(
        "Compute it at a = -1, 0 and 1. Do the values come in the same order as the points?",
        "At a = 1 it is negative and at a = 5 positive. What lies between?",
        "The map is odd: what holds for a holds for -a.",
    ),
    answer="""
Three: 0, and plus and minus 2.98. At a = -1, 0, 1 the values are 1.28, 0 and -1.28: the order is turned round, so the
line is folded, and around 0 each point is covered three times. The formula with |det| sees one of the three layers of
cloth. It is the condition w . u >= -1 that forbids it.
""",
)
