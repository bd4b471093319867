"""5.1  Why the way back is as cheap as the way there."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="5.1",
    text="Why can decryption be as cheap as encryption?",
    options={
        "a": "Because m is linear.",
        "b": "Because both evaluate m once, forwards.",
        "c": "Because the Jacobian is diagonal.",
        "d": "Because the halves have the same size.",
    },
    key="b",
    reasons={
        "a": (
            "It need not be, and in a deep network it is not. Where would it help?"
        ),
        "b": (
            "The expensive part is the network, and each way runs it once at the same half. The rest is a "
            "shift and a scale."
        ),
        "c": (
            "It is triangular, not diagonal. And what the determinant costs is another matter than what the "
            "inverse costs."
        ),
        "d": (
            "They may differ, as they do for odd D in 5.4, and the way back costs as much as ever."
        ),
    },
    hints=(
        "Count how often the network is run in `coupling` and in `coupling_inv`.",
        "Which work is left beside the network?",
        "A solver would need many evaluations. How many does yours need?",
    ),
    answer="""
One evaluation of m in each direction, at the same place; undoing a shift and a scale costs nothing.
""",
)
