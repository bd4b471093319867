"""2.2  What separates variational EM from variational Bayes."""

# Built from solutions/cavi/q2_2_2.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Fill in a table: rows z exact, z restricted; columns theta a point, theta a distribution.",
        "Plain EM is top left. Which two cells do the two names belong to?",
        "They differ in the column.",
    ),
    sealed='994c56bb18b2ed11',
)
