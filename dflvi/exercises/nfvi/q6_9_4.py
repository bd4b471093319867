"""6.9  Two nats that stay."""

# Built from solutions/nfvi/q6_9_4.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.9",
    text="""
For each image the best Gaussian that an optimiser finds is still 2 nats below log p(x). Which remedy goes for these 2
nats?
""".strip(),
    options={
        "a": "A wider encoder",
        "b": "A richer family, for example a flow",
        "c": "More training images",
    },
    hints=(
        "Which of these changes the set of densities that q can be?",
    ),
    minutes=2,
    sealed='34031301bdb563b5',
)
