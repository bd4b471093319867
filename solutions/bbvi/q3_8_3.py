"""3.8  Why an independent Z is of no use."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="3.8",
    minutes=3,
    difficulty=2,
    text="""
So with an independent Z all variance would be gone. Haugh asks (Exercise 2) why Y and Z must nevertheless be
*dependent* for conditional Monte Carlo to be worth doing. What is the reason?
""",
    options={
        "a": "Without dependence there is no reduction: drawing Z and drawing Y come to the same.",
        "b": "The estimator is biased then, since it no longer looks at Y.",
        "c": "The variance doubles: that of Z is added to that of Y.",
        "d": "The value that you have to evaluate for each draw of Z is then the unknown itself.",
    },
    key="d",
    reasons={
        "a": "The reduction is total, as the question before this one showed. Something else is missing. What would "
             "you write into the line of code that computes V?",
        "b": "E[V] = E[E[Y | Z]] = E[Y] holds for every Z, dependent or not. So it is on target. Can you compute it?",
        "c": "V is a function of Z and, for an independent pair, a constant one. Nothing of the variance of Z gets "
             "into it.",
        "d": "E[Y | Z] is then the constant theta. If you could evaluate it, you would be done without a single draw; "
             "if you cannot, Z does not help. The method lives on a Z given which E[Y | Z] has a formula, while "
             "E[Y] has none.",
    },  # fmt: skip
    hints=(
        "Write down what a program for conditional Monte Carlo does with one draw of Z.",
        "It needs g(z) = E[Y | Z = z] as a formula. Which function is g if Y and Z are independent, and who knows it?",
    ),
    answer="""
**Model answer to 3.8.** For independent Y and Z, $V = \\mathbb E[Y\\mid Z] = \\theta$ is a constant. Its variance is
zero, but to compute it *is* the original problem. Conditional Monte Carlo pays when $g(z) = \\mathbb E[Y\\mid Z=z]$ is
known in closed form while $\\mathbb E\\,g(Z)$ is not; then g is not constant, so Y depends on Z. By the law of total
variance the gain is $\\mathbb E[\\mathrm{Var}(Y\\mid Z)]$: large if Z explains little. The other extreme is Z = Y,
where V = Y and nothing is gained. In between one trades what can be computed against the variance that is left. The
cost of g per draw counts as well: a factor of two in variance is lost if g takes twice the time.

**Rubric.** V constant; the circle; a computable g; the gain term and its two extremes; cost per draw.
""",
)
