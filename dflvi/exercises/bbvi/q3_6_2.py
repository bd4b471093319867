"""3.6  The posterior as prior, and the old batches again."""

# Built from solutions/bbvi/q3_6_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="3.6",
    minutes=2,
    difficulty=2,
    text="""
A new batch has come. You take the current q of the globals as the prior for it, and, to be on the safe side,
you mix old batches in while you fit. What is the effect?
""".strip(),
    options={
        "a": "Old data count twice, and q becomes too narrow.",
        "b": "None in the mean: the estimate is unbiased, with less noise.",
        "c": "It only takes longer.",
        "d": "q becomes too wide, since it has to fit more.",
    },
    hints=(
        "What is in the prior that you use?",
        "Take K = 1 and add up precisions: first prior, old data, new data. How often does each occur?",
    ),
    sealed='0d25615e8dc4405d',
)
