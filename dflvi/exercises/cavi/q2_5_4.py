"""2.5  An instrumented run."""

# Built from solutions/cavi/q2_5_4.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="2.5",
    text="""
The instrumented run below starts from the same five means on data from the same five groups, with N = 200, with 2,000
and with 20,000 data. With N = 200 it looks at 1,000 data before every mean is within 0.3 of where it ends. At how
many data does it look with N = 20,000, before the same is true?
""".strip(),
    hints=(
        "How many sweeps are 1,000 looks at 200 data?",
        "Groups and start are the same. Does a sweep over more data from the same groups bring the means further?",
        "The number of sweeps hardly changes with N, and each of them looks at all data.",
    ),
    sealed='f791af8b68a0cea3',
)
