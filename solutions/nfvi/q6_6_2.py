"""6.6  Where the diagonal of slopes stands."""

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
    key="a",
    reasons={
        "a": "The matrices differ, their determinants do not: the determinant of I + X Y is that of I + Y X.",
        "b": "If B A is symmetric the two matrices are transposes of each other, and so you would be right. Is that "
        "needed? Try two by two numbers that are not symmetric.",
        "c": "The matrices are different. Is their determinant?",
        "d": "For M = 1 all are numbers, and it is clear. Try M = 2 with numbers of your own before you trust this.",
    },
    hints=(
        "Try it with two by two matrices.",
        "Name X = H and Y = B A. What do you know of I + X Y and I + Y X?",
        "It is the lemma itself, with square matrices.",
    ),
    answer="""
The same. det(I + X Y) = det(I + Y X) for any X and Y that can be multiplied both ways; here X = H and Y = B A. The
lemma for the layer is this rule with X = A H and Y = B.
""",
)
