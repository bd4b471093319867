"""6.8  What a picture needs."""

# Built from solutions/nfvi/q6_8_2.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Which of the three does not depend on z?",
    ),
    minutes=2,
    sealed='e880468b3606b7c1',
)
