"""5.3  What stands in the place of the KL."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="5.3",
    text="In a VAE the KL to the prior puts the codes in order. What plays that part in a flow's likelihood?",
    options={
        "a": "The reconstruction term.",
        "b": "Nothing does; the codes lie where they like.",
        "c": "The determinant alone.",
        "d": "log N(f(x)) together with the log-determinant.",
    },
    key="d",
    reasons={
        "a": (
            "There is none: it is zero whatever the flow does."
        ),
        "b": (
            "After training they are near to standard normal, and something has brought them there."
        ),
        "c": (
            "It pushes points apart, as far as it can. What keeps them from running away?"
        ),
        "d": (
            "The first draws the codes to the origin, the second forbids them to be squeezed there."
        ),
    },
    hints=(
        "Write log p(x) as two terms. What does each of them want?",
        "What would the first alone do to the data? What would the second?",
        "Neither is enough: one contracts, one expands.",
    ),
    answer="""
log N(f(x)) pulls codes to the origin, and the log-determinant pays for every contraction. Together they push the law
of the codes to N(0, I).
""",
)
