"""6.7  Where the inequality is."""

# Built from solutions/nfvi/q6_7_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.7",
    text="""
On the way from log p(x) to the bound L_k, where does the equality sign turn into an inequality?
""".strip(),
    options={
        "a": "At importance sampling, when q takes the place of the posterior",
        "b": "Where the log goes inside of the average over all k draws",
        "c": "Where a divergence from q to the posterior is left away",
    },
    hints=(
        "Your ledger has a relation for every step. Which of them is not an equality?",
    ),
    minutes=2,
    sealed='d27fad3c4041b6a5',
)
