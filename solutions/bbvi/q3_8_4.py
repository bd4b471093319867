"""3.8  How much conditioning gains in Haugh's Example 9."""

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
    truth=(1.617, 6.764),
    near={
        (6.764, 1.617): "The right numbers in the other order. Given Z means that Z is drawn and stays in the "
        "variance: the more variable of the two.",
        (2.618, 1.174): "You have divided the variance by the part that is removed. The question is how it compares "
        "with the part that stays.",
    },
    hints=(
        "Given Z = z, what is the probability that U exceeds 4 - z? Mind the z above 4.",
        "E[Y] = 2 exp(-2) - exp(-4) = 0.2524, and Var(Y) follows from it, since Y is 0 or 1. For V you need E[V^2], an "
        "integral over the density of what you draw, in two pieces.",
        "A million draws of Z, the variance of your V over them, and the same for U give you both numbers in three "
        "lines.",
    ),
    answer="""
$\\theta = 2e^{-2} - e^{-4} = .25235$ and $\\mathrm{Var}(Y) = \\theta(1-\\theta) = .18867$.

Given Z: $V = e^{-(4-Z)}$ below 4, else 1. $\\mathbb E V^2 = \\int_0^4 e^{-2(4-z)}\\,\\frac12 e^{-z/2}dz + e^{-2} =
\\frac13(e^{-2} - e^{-8}) + e^{-2} = .18033$, so $\\mathrm{Var}(V) = .11665$ and the ratio is 1.62.

Given U: $V = e^{-(4-U)/2}$ below 4, else 1. $\\mathbb E V^2 = \\int_0^4 e^{-(4-u)}e^{-u}du + e^{-4} = 5e^{-4} =
.09158$, so $\\mathrm{Var}(V) = .02790$ and the ratio is 6.76.
""",
)
