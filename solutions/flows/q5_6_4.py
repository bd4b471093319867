"""5.6  The free energy that a fit of U1 ends with."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="5.6",
    text="For U1 a sum over a grid gives log Z = 1.877. A flow of K = 8 layers is fitted and ends at a KL divergence "
    "of about 0.03 nats. What is its free energy F, in nats?",
    truth=-1.847,
    near={
        1.847: "You have the size and not the sign: F is at least minus log Z.",
        1.91: "F + log Z is the KL divergence. You took log Z for F.",
        0.03: "That is the KL divergence. F differs from it by what training cannot see.",
    },
    hints=(
        "F + log Z = KL(q || p).",
        "F lies just above its lower limit, which is -log Z.",
    ),
    answer="F = KL - log Z = 0.03 - 1.877, or -1.85. A perfect fit has -1.877, and no q has less.",
)
