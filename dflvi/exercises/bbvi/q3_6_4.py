"""3.6  Keeping the model up to date."""

# Built from solutions/bbvi/q3_6_4.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="3.6",
    minutes=3,
    difficulty=2,
    text="""
M new data have joined the N old ones, all from the same source, and now the *globals* are to take them in.
Which plan does it, at a cost that does not grow with N?
""".strip(),
    options={
        "a": "Optimise the local factors of the new data; with that the model is up to date.",
        "b": "Put them into the pool, draw batches from all of it, and leave N, t and the rest as they are.",
        "c": "Train a network that maps a datum to its local factor, and run it on the new data.",
        "d": "Put them into the pool, draw batches from all of it with N + M for N, from the present q, with "
        "a small step size that has not died out.",
    },
    hints=(
        "Which numbers in `svi` speak of how many data there are, and which of how far the run has come?",
        "After a million steps with a power of 0.7 a step has a length of 0.00006. What will a new datum change?",
    ),
    sealed='0dd5ddb857462d6c',
)
