"""4.4  Why not lower the KL in theta?"""

# Built from solutions/vae/q4_4_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="4.4",
    difficulty=2,
    text="We want q close to the posterior. Why do we not lower KL(q(z) || p(z|x)), in phi and in theta?",
    options={
        "a": "It can be lowered by making the data less likely, and it contains p(z|x), which we do not have.",
        "b": "It is negative for some theta, so that it has no minimum.",
        "c": "Its gradient in theta is zero, since q does not depend on theta.",
    },
    hints=(
        "What is the best a model can do if only this divergence counts? Think of a model that ignores z.",
        "With theta = 0 the posterior is the prior, whatever x is. What does that say about x?",
        "And what would you have to know to evaluate it?",
    ),
    sealed='cafd1181392cfd7d',
)
