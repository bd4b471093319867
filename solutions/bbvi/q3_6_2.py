"""3.6  The posterior as prior, and the old batches again."""

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
    key="a",
    reasons={
        "a": "They are in the prior already and come in again as data. Precisions add up, so q is surer than "
        "it may be.",
        "b": "It would be unbiased for one of the two: the first prior with all data replayed, or the "
        "posterior as prior with new data alone.",
        "c": "It takes longer too. Count what one old datum adds to the precision over both ways in.",
        "d": "More data never make a conjugate posterior wider, and here the same data come twice.",
    },
    hints=(
        "What is in the prior that you use?",
        "Take K = 1 and add up precisions: first prior, old data, new data. How often does each occur?",
    ),
    answer="""
Old data counted twice: once in the prior, once in the replay. Choose one book-keeping. Either the first prior
and all data (SVI with a larger N), or the posterior as prior and new data alone (streaming).
""",
)
