"""5.3  What stands in the place of the KL."""

# Built from solutions/flows/q5_3_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="5.3",
    text="In a VAE the KL to the prior puts the codes in order. What plays that part in a flow's likelihood?",
    options={
        "a": "The reconstruction term.",
        "b": "Nothing does; the codes lie where they like.",
        "c": "The determinant alone.",
        "d": "log N(f(x)) together with the log-determinant.",
    },
    hints=(
        "Write log p(x) as two terms. What does each of them want?",
        "What would the first alone do to the data? What would the second?",
        "Neither is enough: one contracts, one expands.",
    ),
    sealed='1ca084d5b385c2c2',
)
