"""6.4  Why a map should be one to one that nobody inverts."""

# Built from solutions/nfvi/q6_4_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.4",
    text="The inverse of the flow is never computed in variational inference. Why does f have to be invertible at all?",
    options={
        "a": "Because gradients flow backwards through f.",
        "b": "Because the prior p(z) has to be carried back to the base.",
        "c": "It need not be; a positive determinant at the samples is enough.",
        "d": "Because otherwise several z_0 end at one z_K, and its density is a sum over them.",
    },
    hints=(
        "Think of a map that folds, such as a -> a - 3 tanh(a). What is the density of the folded Gaussian at 0?",
        "Which step of the change of variables uses that there is one pre-image?",
        "Compare the density that the formula reports with a histogram of the samples.",
    ),
    sealed='a54040606a3d83d3',
)
