"""5.5  Which kind needs fewer layers."""

# Built from solutions/flows/q5_5_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="5.5",
    text="*Additive* layers shift one part of the coordinates by a function of the other (with one scale for each "
    "coordinate at the very end). *Affine* layers scale it as well. On two moons, which kind reaches a given held-out "
    "likelihood with fewer layers? Answer with a word, `additive` or `affine`.",
    hints=(
        "Which of the two can make the density higher at one place than at another?",
        "A thin moon needs a density much higher than that of N(0, I). A map that keeps volumes cannot give it one "
        "but by the scale at the end, which is the same everywhere.",
    ),
    sealed='ad26bf91ecb8a009',
)
