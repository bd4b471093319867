"""5.6  The free energy that a fit of U1 ends with."""

# Built from solutions/flows/q5_6_4.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="5.6",
    text="For U1 a sum over a grid gives log Z = 1.877. A flow of K = 8 layers is fitted and ends at a KL divergence "
    "of about 0.03 nats. What is its free energy F, in nats?",
    hints=(
        "F + log Z = KL(q || p).",
        "F lies just above its lower limit, which is -log Z.",
    ),
    sealed='753796633ec47285',
)
