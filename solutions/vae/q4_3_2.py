"""4.3  What BBVI never needs."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="4.3",
    text="Which of these does the plain score-function estimator of BBVI never need?",
    options={
        "a": "The gradient of log q(z; a) in a.",
        "b": "The value of log p(x, z) at a sample.",
        "c": "Samples of q.",
        "d": "The gradient of log p(x, z) in z.",
    },
    key="d",
    reasons={
        "a": "That is the score, which gives the estimator its name.",
        "b": "It is what the score is multiplied by. Without it nothing would be known about the model.",
        "c": "The expectation is over q, and it is estimated from samples.",
        "d": "The model is a black box that is evaluated. So z may be a category, and the program behind p may contain "
        "tables and branches.",
    },
    hints=(
        "Write down a term of the estimator of 3.5, with log p - log q in the place of f.",
        "Which of the four does the term contain? Derivatives in a and derivatives in z are two things.",
        "What made the pathwise estimator quieter is what the other one does without.",
    ),
    answer="""
A term is $\\nabla_a \\log q(z; a)\\,[\\log p(x, z) - \\log q(z; a)]$ at a sample z. A slope in z does not occur, and
for a discrete z there is none.
""",
)
