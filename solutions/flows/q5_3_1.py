"""5.3  Training a flow by its reconstruction error."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="5.3",
    text="A flow is used as an autoencoder and trained to make its reconstruction error small. What does it learn?",
    options={
        "a": "Nothing: the error is zero for every value of the parameters.",
        "b": "The solution of maximum likelihood.",
        "c": "The subspace of PCA.",
        "d": "The identity map.",
    },
    key="a",
    reasons={
        "a": (
            "The inverse undoes whatever the flow does, so there is no slope to follow."
        ),
        "b": (
            "Maximum likelihood looks at where the codes lie and at the volumes. Does a reconstruction?"
        ),
        "c": (
            "A linear autoencoder finds that because its code is too small to hold everything. Is a code of a "
            "flow too small?"
        ),
        "d": (
            "It is one of the maps with error zero. Which others are there?"
        ),
    },
    hints=(
        "Compute the error with random parameters.",
        "What is f^{-1}(f(x)), and on which parameters does that depend?",
        "An objective that is constant has no gradient.",
    ),
    answer="""
Nothing. f^{-1}(f(x)) = x for all parameters, so the gradient vanishes everywhere.
""",
)
