"""6.6  What the small determinant costs."""

# Built from solutions/nfvi/q6_6_1.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Two parts: making the small matrix, and taking its determinant.",
        "The small matrix has 8 times 8 entries, and each is a sum over 64 products.",
        "Which is the larger part, making it or the determinant of an 8 by 8 matrix?",
    ),
    sealed='ae35b249f0861319',
)
