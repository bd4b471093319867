"""6.4  The price of an outside point."""

# Built from solutions/nfvi/q6_4_4.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="6.4",
    text="Eight planar layers, a thousand points at once, both functions compiled. How many times as long as "
    "`logq_along` will `logq_at` take? Count the operations first. (Recorded, not marked: it depends on the machine.)",
    is_open=True,
    hints=(
        "How many tanhs does one layer need on the way there?",
        "And how many on the way back, if each halving of the interval takes one?",
        "Whatever both have in common takes time too, and so the ratio is not that of the tanhs alone.",
    ),
    sealed=None,
)
