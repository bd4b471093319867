"""3.2  The expected score of a uniform density."""

# Built from solutions/bbvi/q3_2_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="3.2",
    minutes=3,
    difficulty=2,
    text="""
X is uniform on $(0, \\theta)$, so $p(x;\\theta) = 1/\\theta$ there and 0 elsewhere. What is the expected score
$\\mathbb E\\,[\\partial\\log p(X;\\theta)/\\partial\\theta]$, and which line of the ladder says why?
""",
    options={
        "a": "0, as for every density: all four lines hold.",
        "b": "-1/theta: the swap fails, because the support ends at theta.",
        "c": "-1/theta: the area under p is not 1 for every theta.",
        "d": "It does not exist: log p is minus infinity outside of the support.",
    },
    hints=(
        "Write the log density of one x between 0 and theta, and differentiate it.",
        "You have a number that is the same for every draw. Compare it with the slope of the area, and go through the "
        "lines one by one.",
    ),
    sealed='1f2f7f77b5b402bf',
)
