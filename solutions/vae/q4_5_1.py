"""4.5  The loss before training."""

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
    truth=543.4,
    near={
        784.0: "784 is the answer in bits. Which logarithm is used in nats?",
        0.6931: "That is one pixel. The loss adds up over all of them.",
        0.0: "The KL is 0. Each image still has to be paid for: with what probability does a logit of 0 ink a pixel?",
    },
    hints=(
        "Every mean, log-variance and logit is 0. What is q(z | x), and what is the KL?",
        "A logit of 0 is a probability of one half, for ink and for paper alike.",
        "So every pixel costs log 2, whatever it shows.",
    ),
    answer="""
q is the prior, so the KL is 0. Every pixel has probability 1/2 and costs log 2 = 0.693 nats: 784 of them cost 543.4. A
freshly drawn network starts somewhat higher, by its KL and by logits that are wrong at random.
""",
)
