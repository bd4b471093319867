"""6.5  Three seeds."""

# Built from solutions/nfvi/q6_5_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.5",
    text="Test ELBOs of three seeds each, all trained alike. K = 0: -20.9, -20.7, -20.8. K = 4: -20.2, -20.5, -20.3. "
    "K = 16: -20.4, -20.1, -20.3. Which sentence do they support?",
    options={
        "a": "the flows are better than none in every seed; 4 and 16 layers cannot be told apart",
        "b": "more layers are better: the best runs are -20.7, -20.2 and -20.1",
        "c": "nothing can be said from three seeds",
        "d": "K = 4 is the best choice, as its mean is the highest among those with few parameters",
    },
    hints=(
        "Put the nine numbers on a line, with three signs. Where can you draw a cut, and where not?",
    ),
    sealed='e1be59a5f1871526',
)
