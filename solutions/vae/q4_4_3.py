"""4.4  A step of the encoder."""

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
    key="d",
    reasons={
        "a": "Then a better approximation would make a better model. Does log p(x) contain phi anywhere?",
        "b": "A part of the gain would have to go to the model, and the model has not moved.",
        "c": "The KL fell by 1, and the ELBO rose by 1. What is their sum?",
        "d": "log p(x) is a property of the model. The encoder can only close the gap below it.",
    },
    hints=(
        "Which parameters does log p(x) depend on?",
        "p(x) is an integral over z of prior times likelihood. There is no q in it.",
        "The whole stays; the two parts trade.",
    ),
    answer="""
By nothing: log p(x) does not contain phi. The encoder's step moves one nat from the KL to the ELBO.
""",
)
