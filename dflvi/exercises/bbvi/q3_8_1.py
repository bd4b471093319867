"""3.8  Conditioning on something that says nothing."""

# Built from solutions/bbvi/q3_8_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="3.8",
    text="""
You estimate $\\theta = \\mathbb E\\,Y$ by averaging draws of $V = \\mathbb E[Y\\mid Z]$ in the place of draws of Y. Y
and Z are independent. What is $\\mathrm{Var}(V)$?
""",
    options={
        "a": "Var(Y)",
        "b": "Half of Var(Y): each of the two parts takes its share.",
        "c": "0",
        "d": "Var(Y), since the other part, the expected Var(Y | Z), is 0.",
    },
    hints=(
        "What is the conditional law of Y given Z = z, for an independent pair?",
        "So E[Y | Z = z] is which number, for each z? A random variable that takes one value only has which variance?",
    ),
    sealed='c29d72671e235024',
)
