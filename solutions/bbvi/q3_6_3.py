"""3.6  Ten more data, in natural parameters."""

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
    truth=(42.0, -55.125),
    near={
        (12.0, -5.125): "That is the posterior of the ten new data alone, under the first prior: the hundred "
        "old ones are forgotten.",
        (132.0, -55.125): "You let the ten data stand for all 110, as a batch does in `eta_hat`. In a stream "
        "a datum stands for itself.",
        (42.0, -60.125): "The first number is right. Each datum adds one to the precision, and the second "
        "number is minus half of it.",
    },
    hints=(
        "What does one datum of variance 1 add to each of the two numbers?",
        "Its value to the first, and minus one half to the second.",
    ),
    answer="""
$\\eta$ grows by the sums over the new data: (30 + 12, -50.125 - 10/2). A tenth more data move it by a tenth
or so: no rescaling, no step size, and the prior N(0, 4) still in it once (-0.125).
""",
)
