"""6.4  Why a map should be one to one that nobody inverts."""

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
    key="d",
    reasons={
        "a": (
            "Backpropagation runs through maps that cannot be inverted all day: a ReLU, a sum. It multiplies by "
            "Jacobians and undoes nothing."
        ),
        "b": (
            "The prior is evaluated at z_K, where the sample is. Nobody carries it anywhere."
        ),
        "c": (
            "At a point beyond a fold the determinant is positive, and the point is still hit from three sides. The "
            "formula counts one of them, and its q does not integrate to one."
        ),
        "d": (
            "The formula ln q_0(z_0) - ln |det| knows of the one draw you made. If others end at the same place, "
            "their share of the density is missing, and the bound may exceed the evidence."
        ),
    },
    hints=(
        "Think of a map that folds, such as a -> a - 3 tanh(a). What is the density of the folded Gaussian at 0?",
        "Which step of the change of variables uses that there is one pre-image?",
        "Compare the density that the formula reports with a histogram of the samples.",
    ),
    answer="""
The change of variables for a map that folds reads q(z_K) = sum over all pre-images of q_0 / |det|. With one of them
alone the reported q is too small, log p - log q too large, and the ELBO no longer a bound. So existence of the inverse
is what makes the formula true; computing it is another matter.
""",
)
