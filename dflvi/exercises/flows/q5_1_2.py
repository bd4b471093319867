"""5.1  Who plays the key."""

# Built from solutions/flows/q5_1_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="5.1",
    text="In the picture of a cipher, which part of the layer plays the key?",
    options={
        "a": "m(x1), what is made from the half that passes.",
        "b": "x2, the half that is changed.",
        "c": "The weights of the network m.",
        "d": "y1, the half that has passed.",
    },
    hints=(
        "The law g takes two things. One is the text.",
        "Which number decides how far the second half is moved, at this very point?",
        "It differs from message to message, and the receiver makes it again.",
    ),
    sealed='87a7dc15d7863387',
)
