"""5.3  A small code from a flow."""

# Built from solutions/flows/q5_3_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="5.3",
    text="You want codes of two numbers for images of 784 pixels, from a trained flow. What can you do?",
    options={
        "a": "Take the first two coordinates of the code: they are the best two.",
        "b": "Train longer, until the others are constant.",
        "c": "Not directly: without the other coordinates there is no way back.",
        "d": "Use a base of two dimensions.",
    },
    hints=(
        "How many dimensions does a code have, and can a bijection change that?",
        "Which coordinates of N(0, I) matter more than others?",
        "Dropping coordinates is a decision that the model has not been trained for. Multi-scale flows are.",
    ),
    sealed='0bed780dad49fff5',
)
