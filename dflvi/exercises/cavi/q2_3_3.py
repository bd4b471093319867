"""2.3  The ELBO and the unit of x."""

# Built from solutions/cavi/q2_3_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.3",
    text="""
N scalar data were measured in metres. You express them in millimetres, and the model with them. What
happens to the ELBO?
""".strip(),
    options={
        "a": "Nothing: the density carries the unit along.",
        "b": "It is multiplied by 1000.",
        "c": "It changes, and the best q becomes another one.",
        "d": "It falls by N log 1000, and the best q stays.",
    },
    hints=(
        "How does the density of one x, as a number, change with the unit of x?",
        "Per millimetre it is a thousandth of what it is per metre. Take logs, for N data.",
        "The change is the same number for every q. So compare values of the ELBO only within one unit.",
    ),
    sealed='347529fa619e8635',
)
