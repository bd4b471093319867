"""2.1  The reverse KL at its best."""

# Built from solutions/cavi/q2_1_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.1",
    text="""
P is half N(-5, 1) and half N(5, 1), Q is Gaussian. How small can KL(Q || P) become, to two digits, in nats?
""".strip(),
    options={
        "a": "0.00",
        "b": "0.94",
        "c": "0.69",
        "d": "1.39",
    },
    hints=(
        "Where does the best Q sit? Write log Q - log P there.",
        "On a bump, P is a constant times that bump's density. Which constant?",
        "With Q = N(5, 1), P is Q / 2 wherever Q has any mass. The average of the log of a constant is that log.",
    ),
    sealed='4bf5f6a9ee0ea2d3',
)
