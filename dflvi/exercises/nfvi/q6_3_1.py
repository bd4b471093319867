"""6.3  A layer that folds."""

# Built from solutions/nfvi/q6_3_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="6.3",
    text="A planar layer on the line with w . u = -3: a goes to a - 3 tanh(a). How many points a are carried to 0?",
    hints=(
        "Compute it at a = -1, 0 and 1. Do the values come in the same order as the points?",
        "At a = 1 it is negative and at a = 5 positive. What lies between?",
        "The map is odd: what holds for a holds for -a.",
    ),
    sealed='e326e93d623cfda5',
)
