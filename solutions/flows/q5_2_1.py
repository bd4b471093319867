"""5.2  The noise as an input."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="5.2",
    text="The flow also models the noise eps, which nobody cares about. Why does that do no harm?",
    options={
        "a": "Because eps is small.",
        "b": "Because eps does not depend on z.",
        "c": "Because eps is averaged out during training.",
        "d": "Because its true density is known and holds no parameter.",
    },
    key="d",
    reasons={
        "a": (
            "It is of size one in each coordinate, as large as the latents themselves."
        ),
        "b": (
            "z is made from eps, so the two depend on each other as much as can be."
        ),
        "c": (
            "The identity holds for every single draw, before any averaging. What is the difference of the two "
            "objectives?"
        ),
        "d": (
            "Modelling it adds log N(eps; 0, I) to the objective: a number that no weight can change."
        ),
    },
    hints=(
        "Subtract the two objectives: what is left?",
        "Does what is left contain a weight of the encoder or of the decoder?",
        "Its gradient in every parameter is zero, draw by draw.",
    ),
    answer="""
The two objectives differ by log N(eps; 0, I). It contains no parameter, so gradients and optima agree.
""",
)
