"""3.10  The weight of the global variable, from a batch."""

# Built from solutions/bbvi/q3_10_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="3.10",
    minutes=3,
    difficulty=2,
    text="""
The weight of $\\beta$ holds a sum over all N data. You replace it by a sum over B of them, drawn at random.
What does the weight become, and what changes?
""".strip(),
    options={
        "a": "log p(beta) + (B/N) times the sum over the batch - log q(beta): the batch counts for its share.",
        "b": "log p(beta) + (N/B) times the sum over the batch - log q(beta): unbiased, at a cost of B, with "
        "extra noise.",
        "c": "(N/B) times (log p(beta) + the sum over the batch) - log q(beta): unbiased, at a cost of B.",
        "d": "log p(beta) + (N/B) times the sum over the batch - log q(beta): unbiased, and less noisy for "
        "each draw.",
    },
    hints=(
        "Average your weight over all batches of size B. What should come out?",
        "You met the same factor in `eta_hat`, and what it may not be put in front of.",
    ),
    sealed='70e70e0ea9485867',
)
