"""5.5  Which kind needs fewer layers."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="5.5",
    text="*Additive* layers shift one part of the coordinates by a function of the other (with one scale for each "
    "coordinate at the very end). *Affine* layers scale it as well. On two moons, which kind reaches a given held-out "
    "likelihood with fewer layers? Answer with a word, `additive` or `affine`.",
    truth="affine",
    near={
        "additive": "An additive layer keeps all volumes, so several of them have to do by bending what a scale does "
        "at once. Look at the table below.",
    },
    hints=(
        "Which of the two can make the density higher at one place than at another?",
        "A thin moon needs a density much higher than that of N(0, I). A map that keeps volumes cannot give it one "
        "but by the scale at the end, which is the same everywhere.",
    ),
    answer="""
Affine, and by about a factor of two: see the table. Additive layers keep all volumes, so that the density at a point is
that of the base at its image, times one constant. To be high on both moons both have to be carried to the middle of the
base, wound around each other.
""",
)
