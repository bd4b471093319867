"""6.5  Two models, two rulers."""

# Built from solutions/nfvi/q6_5_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.5",
    text="From a report: \"Our VAE reaches -86.8 nats (ELBO). With flows we reach -84.1 nats (importance weighted "
    "bound, 200 draws an image). So the flows gain 2.7 nats.\" What do these two numbers tell about the flows?",
    options={
        "a": "the gain is at least 2.7 nats, since both are lower bounds",
        "b": "the gain is at most 2.7 nats, since the second bound is tighter",
        "c": "the gain is 2.7 nats up to the noise of the draws",
        "d": "nothing yet, not even that there is a gain",
    },
    hints=(
        "Which number would the *first* model have if it were measured as the second one was?",
    ),
    sealed='7b139236e834a166',
)
