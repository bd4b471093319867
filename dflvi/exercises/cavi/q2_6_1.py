"""2.6  What exponential families give to CAVI."""

# Built from solutions/cavi/q2_6_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.6",
    text="""
In a model every complete conditional (the law of one unknown, given all others and the data) is in an exponential
family. What does CAVI gain?
""".strip(),
    options={
        "a": "The ELBO becomes concave, so every start ends at the best q.",
        "b": "Each best factor is in the family of its complete conditional; its natural parameter is an average of "
             "that conditional's.",
        "c": "q becomes the exact posterior.",
        "d": "No averages over q have to be computed any more.",
    },
    hints=(
        "The best factor is the exponential of an average of the log conditional. Put an exponential family there.",
        "The log conditional is natural parameter times statistic, plus pieces without z_j in them or known in "
        "advance. Which of these is averaged?",
        "Averaging goes through to the natural parameter; the statistic stays what it is. Which family has this "
        "statistic?",
    ),
    sealed='79e5a86df016673e',
)
