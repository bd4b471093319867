"""5.1  What a key maker without inverse does to a layer."""

# Built from solutions/flows/q5_1_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="5.1",
    text="The function m of a coupling layer is replaced by a network that has no inverse. What becomes of the layer?",
    options={
        "a": "It has an inverse only if m is monotone.",
        "b": "It has no inverse any more.",
        "c": "It has an inverse still, as before.",
        "d": "It has an inverse, up to a small error.",
    },
    hints=(
        "Your checks in 5.1 used a key maker that takes many points to one. What did they find?",
        "Read your `coupling_inv` line by line. In which of them is m undone?",
        "The half that passes is the same at both ends, so m can be evaluated there again.",
    ),
    sealed='6c39f06e296be49a',
)
