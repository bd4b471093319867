"""6.8  A grid that is too coarse."""

# Built from solutions/nfvi/q6_8_3.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "The evidence is the one number for which you have something else to compare with.",
    ),
    minutes=2,
    sealed='f519b2cc21181f55',
)
