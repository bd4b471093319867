"""4.3  Discrete data."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="4.3",
    text="The pixels x of our images are 0 or 1. Why is that harmless in a VAE, when a discrete z is not?",
    options={
        "a": "No sample of x is ever drawn in training, so no gradient has to pass through one.",
        "b": "The Bernoulli distribution is relaxed to real values between 0 and 1 while training.",
        "c": "The gradients of 784 pixels are averaged, and the average is smooth.",
    },
    key="a",
    reasons={
        "a": "x is given. Its log-probability is differentiated in the logits, which are real numbers and depend "
        "smoothly on z.",
        "b": "Nobody relaxes it: x stays 0 or 1 and the formula is evaluated there.",
        "c": "Averaging numbers that are all zero or undefined would not help. Look at what is differentiated in what.",
    },
    hints=(
        "In which variables is log p(x | z) differentiated in training?",
        "Go from the loss backwards to the weights: does the way lead through x?",
        "A data point is a constant of the problem.",
    ),
    answer="""
What is differentiated is $\\log p_\\theta(x\\mid z)$, in $\\theta$ and in z, with x fixed. When new images are drawn
from the model, discrete pixels are sampled, but then nothing is trained.
""",
)
