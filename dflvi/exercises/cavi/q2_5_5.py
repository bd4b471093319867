"""2.5  The main obstacle on very large data."""

# Built from solutions/cavi/q2_5_5.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.5",
    text="What is the main obstacle to running CAVI on very large data?",
    options={
        "a": "The softmax over components is expensive.",
        "b": "The ELBO cannot be computed.",
        "c": "There are K! equivalent optima.",
        "d": "Each move of the global factors takes a pass over all data.",
        "e": "A matrix has to be inverted in each sweep.",
    },
    hints=(
        "Look at what grows with the number of data.",
        "Count the data that are looked at between two values of m.",
        "In the first sweeps the means are far off. How many data would tell in which direction to go, and how many "
        "does CAVI ask?",
    ),
    sealed='04811e9646f864f6',
)
