"""3.2  The score at the maximum of the likelihood, and the expected score."""

# Built from solutions/bbvi/q3_2_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="3.2",
    minutes=2,
    difficulty=1,
    text="""
"At the maximum of the likelihood the gradient of the log-likelihood is zero. So that is why the score has mean zero."
You have 20 observations from $N(\\mu, 1)$ and the sample mean $\\hat\\mu$. What is true?
""",
    options={
        "a": "The sum of the 20 scores is zero at the sample mean; each score has expectation zero at the true mean.",
        "b": "Both are one statement, since the sample mean is the true mean on average.",
        "c": "Each of the 20 scores is zero at the sample mean.",
        "d": "The sum of the 20 scores is zero at the true mean as well, since its expectation is.",
    },
    hints=(
        "Write the score of one observation in mu. What do the 20 of them sum to at the sample mean, whatever the "
        "sample is?",
        "Which of the two statements speaks of draws from the density whose score is taken, at the same parameter?",
    ),
    sealed='f376bb7d7c38cf8a',
)
