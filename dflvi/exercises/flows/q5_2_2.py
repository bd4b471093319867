"""5.2  A decoder with a variance of its own."""

# Built from solutions/flows/q5_2_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="5.2",
    text="If the standard deviation s of the decoder were learnt, with x = f(z) + s e for D pixels, what would the "
        "log-determinant of phase 2 be?",
    options={
        "a": "+D log s",
        "b": "-D log s",
        "c": "0",
        "d": "-log s",
    },
    hints=(
        "Solve for e. What is done to x?",
        "The map from x to e, at fixed z, is affine. What is its slope?",
        "One factor 1/s for every pixel.",
    ),
    sealed='5c232d83d8009f70',
)
