"""2.5  Moves of the means per pass."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="2.5",
    text="""
N = 1,000,000 data, K = 10. One algorithm moves the means after each batch of 100 data, the other, CAVI, as it is
written. Both look at 1,000,000 data in all. How often do the means move? Answer with a tuple, (with batches, CAVI).
""".strip(),
    truth=(10000, 1),
    near={
        (1, 10000): "The two numbers are the right ones, in the other order.",
        (10000, 10): "Ten means move in CAVI, all at once. How many times?",
        (100, 1): "That is the size of a batch. How many batches are there in a million data?",
        (10000, 10000): "CAVI has no batches. When does it have all the weights that a mean needs?",
    },
    hints=(
        "Divide what is looked at in all by what is looked at between two moves.",
        "With batches that is 100. For CAVI it is the answer to the first question of 2.5.",
        "The second number is as small as a count of moves can be.",
    ),
    answer="""
1,000,000 / 100 = 10,000 moves against 1. Each of the 10,000 is rough, a batch being only a sample, and that is what
notebook 3 is about: how rough, and how to make steps that average it out.
""",
)
