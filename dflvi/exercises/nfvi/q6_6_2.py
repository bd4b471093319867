"""6.6  Where the diagonal of slopes stands."""

# Built from solutions/nfvi/q6_6_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.6",
    text="""
Somebody takes the log of the absolute value of det(I + B A H) where your `genplanar` takes det(I + H B A). H is the
diagonal matrix of slopes, M is 3. What do they get?
""".strip(),
    options={
        "a": "The same value, whatever A and B are.",
        "b": "The same value if B A is symmetric, else another.",
        "c": "Another value: matrices may not be exchanged.",
        "d": "The same value only for M = 1.",
    },
    hints=(
        "Try it with two by two matrices.",
        "Name X = H and Y = B A. What do you know of I + X Y and I + Y X?",
        "It is the lemma itself, with square matrices.",
    ),
    sealed='a8d0e74579da5f1b',
)
