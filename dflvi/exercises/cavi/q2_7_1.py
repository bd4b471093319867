"""2.7  The gradient in phi where phi is best."""

# Built from solutions/cavi/q2_7_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.7",
    text="""
You hold m and s2 and put in the phi that is best for them. No distribution over labels has a higher ELBO. You ask
`jax.grad` for the gradient of `elbo` in phi at this point and look at one row of it. What do you see?
""".strip(),
    options={
        "a": "Zeros: the ELBO is at a maximum in phi.",
        "b": "The same number in every entry, and it need not be zero.",
        "c": "Numbers in proportion to that row of phi.",
        "d": "A positive number for the component that the datum belongs to, negative ones for the others.",
    },
    hints=(
        "Which small changes of a row leave it a distribution?",
        "Move a little probability from component 1 to component 2. By how much does the ELBO change, in terms of the "
        "two entries of the gradient?",
        "At a maximum no such move may change the ELBO to first order. That says something of differences of entries "
        "and nothing of their size.",
    ),
    sealed='d0c38b1d819f7d64',
)
