"""6.9  A gap on new images."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.9",
    text="""
The inference gap is 0.5 nats on training images and 6 on test images. The exact log p(x) is the same on both, on
average. What has happened?
""".strip(),
    options={
        "a": "The family of q is too poor",
        "b": "The decoder over-fits",
        "c": "The encoder over-fits",
    },
    key="c",
    reasons={
        "a": "Then the gap would be large on training images too: there the best q of the family is as far from "
             "the posterior as on new ones.",
        "b": "An over-fitted decoder explains new images worse, and log p(x) is the number for that. It has not "
             "moved.",
        "c": "On the images that it was fitted to it puts out a good q, on others it does not. The model itself "
             "is as good on both.",
    },
    hints=(
        "Which of the numbers does the encoder have no part in?",
    ),
    minutes=2,
    answer="""
The decoder alone decides log p(x), and that is equal. On training images family and encoder are good enough; so on
new ones it is the encoder.
""",
)
