"""4.1  A function with a jump."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="4.1",
    difficulty=2,
    text="""
f(z) is 1 for z > 0 and 0 elsewhere, and z is N(mu, 1). What does the pathwise estimate of dJ/dmu give?
""".strip(),
    options={
        "a": "0 almost surely, although the truth is positive.",
        "b": "The right value on average, with much noise.",
        "c": "Something infinite, since f has a jump.",
        "d": "The right value at mu = 0, where the jump is met most often, and a wrong one elsewhere.",
    },
    key="a",
    reasons={
        "a": "The truth is the density of N(mu, 1) at 0. The estimate averages the slope of f, which is 0 at each "
        "point that is ever drawn: all of the change sits in the jump, which no draw hits.",
        "b": "Noise around the right mean would need terms that are not all equal. What is the slope of f at z = 1.3, "
        "at z = -0.2?",
        "c": "The slope at the jump is no number, but a draw from a normal does not land on exactly 0.",
        "d": "At mu = 0 the truth is 0.4. Draw five points from N(0, 1) and write down the slope of f at each.",
    },
    hints=(
        "Pathwise terms are slopes of f at the drawn points, times 1 here.",
        "What is the slope of a step function at a point that is not the step?",
        "An average of zeros does not depend on how many there are.",
    ),
    answer="""
$J(\\mu) = P(z > 0) = \\Phi(\\mu)$, whose derivative is the density $\\varphi(\\mu) > 0$. The pathwise terms are
$f'(z)$, which is 0 almost everywhere. Differentiable almost everywhere is therefore not enough: f has to be continuous
as well. (ReLU networks are: their slope jumps, their value does not.) The score-function estimate of 3.5 is right
here, since it needs no slope.
""",
)
