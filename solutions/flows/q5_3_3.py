"""5.3  A small code from a flow."""

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
    key="c",
    reasons={
        "a": (
            "In PCA the coordinates have an order. The base here is the same in all directions: what would "
            "make the first ones special?"
        ),
        "b": (
            "Under the base they all have variance one, and a longer training comes closer to that."
        ),
        "c": (
            "Every coordinate of the code is needed. Dropping some gives up the bijection, and nothing in the "
            "training says which may be dropped."
        ),
        "d": (
            "An invertible smooth map keeps the dimension. Which map of that kind leads from 784 numbers to "
            "two?"
        ),
    },
    hints=(
        "How many dimensions does a code have, and can a bijection change that?",
        "Which coordinates of N(0, I) matter more than others?",
        "Dropping coordinates is a decision that the model has not been trained for. Multi-scale flows are.",
    ),
    answer="""
Not directly. A flow keeps the dimension, and its base orders nothing. One needs another structure, such as a
multi-scale flow, or another model.
""",
)
