"""5.2  The noise as an input."""

# Built from solutions/flows/q5_2_1.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Subtract the two objectives: what is left?",
        "Does what is left contain a weight of the encoder or of the decoder?",
        "Its gradient in every parameter is zero, draw by draw.",
    ),
    sealed='d9940260efe5a983',
)
