"""6.5  Two models, two rulers."""

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
    key="d",
    reasons={
        "a": "Two lower bounds do not bound a difference: the VAE's own importance weighted bound may be above -84.1.",
        "b": "By the same ruler, ELBO against ELBO, the difference may be of either sign and of any size.",
        "c": "The noise is the least of it. The same VAE measured with 200 draws would also have another number.",
        "d": "The ruler was changed together with the model. By how much the ruler alone moves the number can be "
        "measured, on the VAE.",
    },
    hints=(
        "Which number would the *first* model have if it were measured as the second one was?",
    ),
    answer="""
Two things were changed at once. With 200 draws the bound of the plain VAE rises as well, by more if its q is worse, so
that the whole difference may be the ruler's. Measure both models with both rulers: four numbers, and then a sentence.
""",
)
