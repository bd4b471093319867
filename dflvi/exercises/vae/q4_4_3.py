"""4.4  A step of the encoder."""

# Built from solutions/vae/q4_4_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="4.4",
    minutes=1,
    text="Theta stays, and a step of the encoder raises the ELBO by 1 nat. By how much did log p(x) change?",
    options={
        "a": "By +1.",
        "b": "By something between 0 and +1.",
        "c": "By -1, since the KL fell.",
        "d": "By 0.",
    },
    hints=(
        "Which parameters does log p(x) depend on?",
        "p(x) is an integral over z of prior times likelihood. There is no q in it.",
        "The whole stays; the two parts trade.",
    ),
    sealed='15dd672712a2f865',
)
