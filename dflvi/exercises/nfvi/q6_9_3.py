"""6.9  What was repaired."""

# Built from solutions/nfvi/q6_9_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.9",
    text="""
You optimise q for each test image by itself, starting from the encoder's q, and the ELBO rises by 5 nats. log p(x)
stays where it is. What were the 5 nats?
""".strip(),
    options={
        "a": "Amortisation gap",
        "b": "Approximation gap",
        "c": "A decoder that did not fit",
    },
    hints=(
        "Which of the three levels, log p(x), best q, encoder's q, has been left, and which has been reached?",
    ),
    minutes=2,
    sealed='0dd8971cd3b00c21',
)
