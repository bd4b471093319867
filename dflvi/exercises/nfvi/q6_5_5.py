"""6.5  Where the annealing goes."""

# Built from solutions/nfvi/q6_5_5.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.5",
    text="Early in training beta is 0.01. One program multiplies the log joint by it, log p(x | z) + log p(z), another "
    "one multiplies the KL between q and the prior. Both end with beta = 1. What does q do in the first steps?",
    options={
        "a": "the same in both: only the ratio of the two terms matters",
        "b": "in the first it becomes narrow, in the second wide",
        "c": "in the first it becomes wide, in the second it may become narrow",
        "d": "nothing in either, as the gradient is a hundredth of what it will be",
    },
    hints=(
        "Set beta to 0 in both losses. Which term is left, and which q makes it small?",
    ),
    sealed='bbf48411ff634e76',
)
