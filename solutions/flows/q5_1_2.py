"""5.1  Who plays the key."""

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
    key="a",
    reasons={
        "a": (
            "It decides what is done to the plain text, and both sides have to hold it."
        ),
        "b": (
            "That is what gets encrypted. Which word does the picture have for it?"
        ),
        "c": (
            "They make keys, and they are the same for every message and known to all. A key is what the law "
            "takes besides the text."
        ),
        "d": (
            "From y1 the key can be made, but it takes one more step. What goes into the law g?"
        ),
    },
    hints=(
        "The law g takes two things. One is the text.",
        "Which number decides how far the second half is moved, at this very point?",
        "It differs from message to message, and the receiver makes it again.",
    ),
    answer="""
The key is m(x1). The weights are public and fixed: they are the machine, not the key.
""",
)
