"""2.7  The gradient in phi where phi is best."""

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
    key="b",
    reasons={
        "a": "That is what a maximum over *all* rows of numbers would show. The entries of a row have to sum to one: "
             "what changes in \"the gradient is zero\"?",
        "b": "Along the simplex one entry can only grow at the cost of others, so the ELBO is level as soon as all "
             "entries have the same slope. The common number is the Lagrange multiplier of the row.",
        "c": "Then shifting probability from an improbable component to a probable one would raise the ELBO, and "
             "this phi would not be the best.",
        "d": "With such a gradient it would pay to give the datum more fully to its component. At the best phi the "
             "entropy has already stopped that.",
    },  # fmt: skip
    hints=(
        "Which small changes of a row leave it a distribution?",
        "Move a little probability from component 1 to component 2. By how much does the ELBO change, in terms of the "
        "two entries of the gradient?",
        "At a maximum no such move may change the ELBO to first order. That says something of differences of entries "
        "and nothing of their size.",
    ),
    answer="""
Along a row, phi may only move in directions whose entries sum to zero. Such a move changes the ELBO by the sum of
gradient times move, and this is zero for all of them exactly if the gradient is constant along the row. The
constant is the Lagrange multiplier; its size even depends on how one writes terms like log 2 pi, inside the sum
over k or outside. In logits, which are free, the gradient is zero.
""",
)
