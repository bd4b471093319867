"""3.1  How large should a batch be?"""

# Built from solutions/bbvi/q3_1_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="3.1",
    minutes=3,
    difficulty=1,
    text="""
There are 20,000 data. You will see how far the ELBO is from its best value against the number of data looked
at, for batches of 1, 10 and 100 and for sweeps over all. Which batch size will be the first to come within
0.01 nats a datum of the best, and which will be the closest when 20,000 data have been seen? Answer with two
numbers.
""".strip(),
    is_open=True,
    hints=(
        "A batch of 100 costs as much as a hundred batches of 1. What do those hundred have that the one does "
        "not?",
        "They have moved a hundred times, and each move is noisier. Early on one thing counts, later the other.",
    ),
    sealed=None,
)
