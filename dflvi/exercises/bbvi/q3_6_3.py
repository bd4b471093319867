"""3.6  Ten more data, in natural parameters."""

# Built from solutions/bbvi/q3_6_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="3.6",
    minutes=3,
    difficulty=1,
    text="""
One component, prior N(0, 4), data of variance 1. A hundred data with the sum 30 have made $\\eta = (30,
-50.125)$. Ten more arrive, with the sum 12. You take the old q for the prior. What is $\\eta$ now? Answer
with both numbers.
""".strip(),
    hints=(
        "What does one datum of variance 1 add to each of the two numbers?",
        "Its value to the first, and minus one half to the second.",
    ),
    sealed=['b7a7a1f68a04f52e', '0fed82fb04e6bf46'],
)
