"""1.6  A free energy that does not notice the prior."""

# Built from solutions/conjugacy/q1_6_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="1.6",
    text="Somebody changes the prior p(z) of a model, to one just as broad around another centre, and recomputes F for "
        "the same q and the same data. Their F is what it was, to the last digit. What did they most likely compute?",
    options={
        "a": "An average of log p(x | z) - log q(z).",
        "b": "The right thing: F depends on the prior only through the best q.",
        "c": "An average of log p(x, z), without the entropy of q.",
        "d": "The average of log p(z | x) - log q(z).",
    },
    hints=(
        "Write the joint as a product. Which factor has to be absent for F not to notice?",
        "Of the four quantities, find the one into which p(z) does not enter, neither by itself nor through p(x).",
    ),
    sealed='53573cb3504ec37e',
)
