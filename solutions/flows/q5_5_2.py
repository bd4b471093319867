"""5.5  The likelihood without any layer."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="5.5",
    text="Two moons, standardised: each column has mean 0 and standard deviation 1. A flow of *no* layers models them "
    "by N(0, I). What is its mean negative log likelihood, in nats a point?",
    truth=2.838,
    near={
        1.838: "The constant is right, log(2 pi). What is the mean of |x|^2 / 2, for data like these?",
        1.419: "That is for one coordinate. A point of the plane has two of them.",
        1.0: "The squares are right. A density has a constant as well.",
    },
    hints=(
        "Minus log N(x; 0, I) in the plane is log(2 pi) + |x|^2 / 2. Its mean asks only for the mean of |x|^2.",
        "Standardised columns have a mean square of one each, whatever their shape is.",
    ),
    answer="""
log(2 pi) + 1 = 2.838, for *any* standardised data in the plane, moons or not: N(0, I) looks at second moments only, and
these are fixed. Everything below it is what the layers have found out.
""",
)
