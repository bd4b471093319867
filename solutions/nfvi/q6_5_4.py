"""6.5  How much a flow gains on the ring."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="6.5",
    text="The ring: one posterior, fitted from a start in its middle, without an encoder. By how many nats does the "
    "ELBO rise if q has 16 planar layers in place of none? Answer with a size class, the nearest in ratio: 0.01, 0.1, "
    "1 or 10; with a minus sign if you think that it falls.",
    truth=1.0,
    near={
        10.0: "No flow can gain more than the gap of the Gaussian, and the first figure of this notebook shows that: "
        "it is below three nats.",
        0.1: "The Gaussian has most of its draws in the hole of the ring. A tenth of a nat would be the price of a "
        "q that is about right everywhere.",
        0.01: "A hundredth of a nat is what a good fit lacks. Where are the draws of the Gaussian, and where is the "
        "posterior?",
        -1.0: "A flow can be the identity, and then q is the Gaussian. What could make the best of the flows worse "
        "than that?",
    },
    hints=("What is the most that a better q can gain, and where did you see that number for the ring?",),
    answer="""
The gap of the Gaussian that this fit ends with is 2.7 nats, and with 16 layers nearly nothing is left of it. The gain
is between 2 and 3 nats, of which 1.3 could have been had by a better place for the Gaussian. The size class is 1.
""",
)
