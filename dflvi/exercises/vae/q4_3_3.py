"""4.3  Discrete data."""

# Built from solutions/vae/q4_3_3.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "In which variables is log p(x | z) differentiated in training?",
        "Go from the loss backwards to the weights: does the way lead through x?",
        "A data point is a constant of the problem.",
    ),
    sealed='6e438330263a7de4',
)
