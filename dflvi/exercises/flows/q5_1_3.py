"""5.1  Why the way back is as cheap as the way there."""

# Built from solutions/flows/q5_1_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="5.1",
    text="Why can decryption be as cheap as encryption?",
    options={
        "a": "Because m is linear.",
        "b": "Because both evaluate m once, forwards.",
        "c": "Because the Jacobian is diagonal.",
        "d": "Because the halves have the same size.",
    },
    hints=(
        "Count how often the network is run in `coupling` and in `coupling_inv`.",
        "Which work is left beside the network?",
        "A solver would need many evaluations. How many does yours need?",
    ),
    sealed='ea58eb367a1e3971',
)
