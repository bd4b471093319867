"""6.3  A start that was meant to be small."""

# Built from solutions/nfvi/q6_3_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="6.3",
    text="An encoder that has just been made puts out u = 0 and a small w, of length 0.1. It goes through the "
    "constraint with the paper's m(a) = -1 + log(1 + exp(a)). By how much, at most, does the layer then move a point? "
    "(A length.)",
    hints=(
        "m(0) is log 2 - 1. What does that make of the inner product of w and u_hat?",
        "u_hat is a multiple of w. How long is it, if its inner product with w is -0.307?",
        "A tanh is below one, so that the length of u_hat is the limit.",
    ),
    sealed='c40c6284a3a7b495',
)
