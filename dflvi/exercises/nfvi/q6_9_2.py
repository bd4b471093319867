"""6.9  A gap on new images."""

# Built from solutions/nfvi/q6_9_2.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Which of the numbers does the encoder have no part in?",
    ),
    minutes=2,
    sealed='27bb22bc1ba9ca32',
)
