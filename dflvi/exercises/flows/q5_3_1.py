"""5.3  Training a flow by its reconstruction error."""

# Built from solutions/flows/q5_3_1.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Compute the error with random parameters.",
        "What is f^{-1}(f(x)), and on which parameters does that depend?",
        "An objective that is constant has no gradient.",
    ),
    sealed='c47192b309bb6758',
)
