"""2.5  Moves of the means per pass."""

# Built from solutions/cavi/q2_5_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="2.5",
    text="""
N = 1,000,000 data, K = 10. One algorithm moves the means after each batch of 100 data, the other, CAVI, as it is
written. Both look at 1,000,000 data in all. How often do the means move? Answer with a tuple, (with batches, CAVI).
""".strip(),
    hints=(
        "Divide what is looked at in all by what is looked at between two moves.",
        "With batches that is 100. For CAVI it is the answer to the first question of 2.5.",
        "The second number is as small as a count of moves can be.",
    ),
    sealed=['6f88e68d08bb6d7a', 'f36343eab84c317c'],
)
