"""5.2  A decoder with a variance of its own."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="5.2",
    text=(
        "If the standard deviation s of the decoder were learnt, with x = f(z) + s e for D pixels, what would the "
        "log-determinant of phase 2 be?"
    ),
    options={
        "a": "+D log s",
        "b": "-D log s",
        "c": "0",
        "d": "-log s",
    },
    key="b",
    reasons={
        "a": (
            "That is the stretching of the way back, from e to x. Phase 2 goes from x to e."
        ),
        "b": (
            "e = (x - f(z)) / s: each of D coordinates is divided by s."
        ),
        "c": (
            "A shift changes no volume, and that is all phase 2 did while s was 1."
        ),
        "d": (
            "Each pixel is divided by s, and there are D of them."
        ),
    },
    hints=(
        "Solve for e. What is done to x?",
        "The map from x to e, at fixed z, is affine. What is its slope?",
        "One factor 1/s for every pixel.",
    ),
    answer="""
e = (x - f(z)) / s, so the log-determinant is -D log s. It is the constant of the normal N(x; f(z), s^2 I), which one
usually gets from its formula.
""",
)
