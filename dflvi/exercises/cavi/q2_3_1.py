"""2.3  The sign of the ELBO for discrete data."""

# Built from solutions/cavi/q2_3_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.3",
    text="Both x and z are discrete. Can the ELBO be positive?",
    options={
        "a": "Yes: nothing in its formula fixes the sign.",
        "b": "Only if q is bad.",
        "c": "No: it is at most log p(x), and p(x) is at most one.",
        "d": "No, and only if z were continuous could it be.",
    },
    hints=(
        "Which number does the ELBO never exceed, whatever q is?",
        "That number is the log evidence. For which kind of x is the evidence a probability?",
        "A probability is at most one, so its log is at most zero, and the ELBO is at most that log.",
    ),
    sealed='84591c0fa033277e',
)
