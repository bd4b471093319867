"""6.8  What a picture needs."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.8",
    text="""
You want the level lines of p(z|x) for one image, without numbers on them. Which of these can you do without?
""".strip(),
    options={
        "a": "log p(x|z)",
        "b": "log p(z)",
        "c": "log p(x)",
    },
    key="c",
    reasons={
        "a": "The likelihood is what tells one image's posterior from another's. Without it the picture shows the "
             "prior.",
        "b": "The prior changes from place to place, and with it the shape of the lines. Without it the picture "
             "shows a likelihood, which may not even fade.",
        "c": "It is the same number at every z. It scales the density and leaves its level lines where they are.",
    },
    hints=(
        "Which of the three does not depend on z?",
    ),
    minutes=2,
    answer="""
Up to a constant the posterior is the joint, as a function of z. The constant is needed for gaps and for masses, and
not for shapes.
""",
)
