"""6.5  How much a flow gains on the ring."""

# Built from solutions/nfvi/q6_5_4.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="6.5",
    text="The ring: one posterior, fitted from a start in its middle, without an encoder. By how many nats does the "
    "ELBO rise if q has 16 planar layers in place of none? Answer with a size class, the nearest in ratio: 0.01, 0.1, "
    "1 or 10; with a minus sign if you think that it falls.",
    hints=("What is the most that a better q can gain, and where did you see that number for the ring?",),
    sealed='46b0144f0152533b',
)
