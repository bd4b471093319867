"""5.1  What a key maker without inverse does to a layer."""

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
    key="c",
    reasons={
        "a": (
            "In one dimension a monotone function has an inverse, and so one looks for that. But is m ever "
            "undone, in any of your functions?"
        ),
        "b": (
            "A chain of maps has no inverse if one of its links has none. Is m a link of this chain, or does "
            "it only tell another link what to do?"
        ),
        "c": (
            "The receiver runs m forwards, on the half that came in clear, just as the sender did."
        ),
        "d": (
            "Nothing in the inverse is approximated. Look at what is computed, and from which half."
        ),
    },
    hints=(
        "Your checks in 5.1 used a key maker that takes many points to one. What did they find?",
        "Read your `coupling_inv` line by line. In which of them is m undone?",
        "The half that passes is the same at both ends, so m can be evaluated there again.",
    ),
    answer="""
It is as invertible as before. The same m is evaluated at the same half, in both directions, and only the law is undone.
""",
)
