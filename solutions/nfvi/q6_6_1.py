"""6.6  What the small determinant costs."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.6",
    text="A layer with M = 8 hidden units in D = 64 dimensions. About how many multiplications does its "
    "log-determinant take by the lemma, up to factors like 1/3?",
    options={
        "a": "64^3, about 260,000.",
        "b": "8, one for each hidden unit.",
        "c": "64 * 8, about 500.",
        "d": "8^3 + 64 * 8^2, about 4,600.",
    },
    key="d",
    reasons={
        "a": "That is the determinant of the 64 by 64 Jacobian. What is the lemma for?",
        "b": "It would be, if B A were triangular and its diagonal known, as in a Sylvester layer. Here A and B are "
        "any matrices.",
        "c": "So much takes the map itself: each unit looks at 64 numbers. The entries of B A have to be computed too.",
        "d": "Most of it goes into the entries of the small matrix, and little into its determinant.",
    },
    hints=(
        "Two parts: making the small matrix, and taking its determinant.",
        "The small matrix has 8 times 8 entries, and each is a sum over 64 products.",
        "Which is the larger part, making it or the determinant of an 8 by 8 matrix?",
    ),
    answer="""
64 * 8^2 = 4,096 for B A, and 8^3 = 512, or a third of it, for the determinant. The direct way takes 64^3 = 262,144,
some 57 times as many.
""",
)
