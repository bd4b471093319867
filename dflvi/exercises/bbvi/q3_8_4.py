"""3.8  How much conditioning gains in Haugh's Example 9."""

# Built from solutions/bbvi/q3_8_4.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="3.8",
    minutes=8,
    difficulty=3,
    text="""
Haugh's Example 9 again: $Y = 1$ if $U + Z > 4$ and 0 otherwise, U exponential with mean 1, Z exponential with mean 2 (a
*rate* of 1/2), independent. Predict by how much conditioning divides the variance of Y: the ratio
$\\mathrm{Var}(Y) / \\mathrm{Var}(\\mathbb E[Y\\mid Z])$, and the same with U in the place of Z. Answer with a pair,
(given Z, given U). Two digits are enough; a guess is welcome, and so is a little program.
""",
    hints=(
        "Given Z = z, what is the probability that U exceeds 4 - z? Mind the z above 4.",
        "E[Y] = 2 exp(-2) - exp(-4) = 0.2524, and Var(Y) follows from it, since Y is 0 or 1. For V you need E[V^2], an "
        "integral over the density of what you draw, in two pieces.",
        "A million draws of Z, the variance of your V over them, and the same for U give you both numbers in three "
        "lines.",
    ),
    sealed=['0f5e5f05e3c726e9', 'd01de71eba0d1f5c'],
)
