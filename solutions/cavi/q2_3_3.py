"""2.3  The ELBO and the unit of x."""

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
    key="d",
    reasons={
        "a": "It does carry the unit along, and that is why its value changes: a density per millimetre "
             "is a thousandth of the same density per metre. What does that do to a log?",
        "b": "A density is multiplied by a constant here. The ELBO averages logs of densities.",
        "c": "It changes by a constant that contains no q. Can that move a maximum over q?",
        "d": "Each datum's density per millimetre is a thousandth of that per metre: the same constant "
             "for every q.",
    },  # fmt: skip
    hints=(
        "How does the density of one x, as a number, change with the unit of x?",
        "Per millimetre it is a thousandth of what it is per metre. Take logs, for N data.",
        "The change is the same number for every q. So compare values of the ELBO only within one unit.",
    ),
    answer="""
A density has the unit of 1/x: p per millimetre = p per metre / 1000. So each datum adds -log 1000 to log
p(z, x), whatever q is. The ELBO falls by N log 1000 (about 6.9 nats a datum) and its maximiser is the
same.
""",
)
