"""6.4  The price of an outside point."""

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
    answer="""
Sixty tanhs in place of one for each layer, in sequence, then one more to move the point back, and the way there: 496
against 8. A clock says less than 62 times, since whatever else a call costs is the same for both, and tanhs of many
points run side by side. The notebook prints the ratio on your machine.
""",
)
