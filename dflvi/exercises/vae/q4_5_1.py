"""4.5  The loss before training."""

# Built from solutions/vae/q4_5_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="4.5",
    minutes=3,
    difficulty=1,
    text="""
All parameters of a VAE for images of 784 pixels are set to zero, biases too. What is `neg_elbo` of any batch, in nats
an image?
""".strip(),
    hints=(
        "Every mean, log-variance and logit is 0. What is q(z | x), and what is the KL?",
        "A logit of 0 is a probability of one half, for ink and for paper alike.",
        "So every pixel costs log 2, whatever it shows.",
    ),
    sealed='13b815137b432d4f',
)
