"""2.2  What separates variational EM from variational Bayes."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="2.2",
    text="Which statement separates variational EM from coordinate ascent for full variational Bayes?",
    options={
        "a": "Variational EM has no lower bound.",
        "b": "In variational EM theta is a point; in variational Bayes theta has a q of its own.",
        "c": "Variational Bayes needs gradients.",
        "d": "Variational EM uses the exact posterior of z.",
    },
    key="b",
    reasons={
        "a": "Both climb the same bound. Which arguments it has is the question.",
        "b": "A point is a q(theta) of zero width. Everything else is the same.",
        "c": "Gradients are one way of climbing. In models such as the mixture below, each half step has a closed "
             "form.",
        "d": "An EM with the exact posterior of z is plain EM. What does the word variational add?",
    },
    hints=(
        "Fill in a table: rows z exact, z restricted; columns theta a point, theta a distribution.",
        "Plain EM is top left. Which two cells do the two names belong to?",
        "They differ in the column.",
    ),
    answer="""
| | theta is a point | theta has a distribution |
|---|---|---|
| q(z) exact | EM | exact Bayes (q(z, theta) the joint posterior) |
| q(z) restricted | variational EM | variational Bayes; with factors, CAVI |

What variational EM throws away is the spread of theta.
""",
)
