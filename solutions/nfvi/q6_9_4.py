"""6.9  Two nats that stay."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.9",
    text="""
For each image the best Gaussian that an optimiser finds is still 2 nats below log p(x). Which remedy goes for these 2
nats?
""".strip(),
    options={
        "a": "A wider encoder",
        "b": "A richer family, for example a flow",
        "c": "More training images",
    },
    key="b",
    reasons={
        "a": "The best Gaussian was found without any encoder. A perfect network would put out just this one.",
        "b": "The 2 nats are the distance of the family from the posterior. Only other densities come closer (or "
             "another decoder, whose posteriors are nearer to Gaussians).",
        "c": "They help encoder and decoder to do on new images what they do on old ones. The posterior of a "
             "given image and the family stay as they are.",
    },
    hints=(
        "Which of these changes the set of densities that q can be?",
    ),
    minutes=2,
    answer="""
The approximation gap belongs to the family (and to the decoder, which makes the posteriors). The flow of 6.5 makes it
smaller.
""",
)
