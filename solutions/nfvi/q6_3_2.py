"""6.3  A start that was meant to be small."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="6.3",
    text="An encoder that has just been made puts out u = 0 and a small w, of length 0.1. It goes through the "
    "constraint with the paper's m(a) = -1 + log(1 + exp(a)). By how much, at most, does the layer then move a point? "
    "(A length.)",
    truth=3.0685,
    near={
        0.0: "u is zero, and u_hat is not: what is m(0)?",
        0.307: "That is what the inner product of w and u_hat becomes. w is short: how long must u_hat be?",
        0.0307: "You multiplied by the length of w. A short w needs a longer u_hat for the same inner product.",
        30.69: "Divided by the squared length: that is the factor before w, and w itself has a length.",
    },
    hints=(
        "m(0) is log 2 - 1. What does that make of the inner product of w and u_hat?",
        "u_hat is a multiple of w. How long is it, if its inner product with w is -0.307?",
        "A tanh is below one, so that the length of u_hat is the limit.",
    ),
    answer="""
w . u_hat = m(0) = log 2 - 1 = -0.307, and u_hat lies along w, so its length is 0.307 / 0.1 = 3.07. The smaller the
first weights, the larger the jumps: K such layers make a flow that is far from the identity before anything is
learnt, and at w = 0 the value is 0/0. Cures: draw w of order 1; a tiny number beside |w|^2; or an m with m(0) = 0, by
a shift of its argument. With that one u_hat = 0 here.
""",
)
