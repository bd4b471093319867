"""6.8  A grid that is too coarse."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.8",
    text="""
Which of these shows that the grid is too coarse, or the box too small, for the posterior?
""".strip(),
    options={
        "a": "log p(x) from the grid lies below a bound that is valid, or jumps when the grid is moved a little",
        "b": "The level lines are smooth",
        "c": "The posterior integrates to one",
    },
    key="a",
    reasons={
        "a": "A posterior that is narrower than the spacing falls between the points, and one outside of the box "
             "is not seen: the sum misses it. A valid bound above the evidence is a proof that something is "
             "wrong.",
        "b": "A contour routine draws smooth lines through three points as well as through three hundred.",
        "c": "It does so by construction: it was divided by its own sum, right or wrong.",
    },
    hints=(
        "The evidence is the one number for which you have something else to compare with.",
    ),
    minutes=2,
    answer="""
Compare with L_k, and halve the spacing: neither should move the number. That the density sums to one says nothing.
""",
)
