"""4.6  Why the KL has to go with the variance."""

# Built from solutions/vae/q4_6_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="4.6",
    text="""
Why is the KL not kept in the loss when the variance of q is set to zero?
""",
    options={
        "a": "It is 0 then, so that it makes no difference.",
        "b": "It would turn into the entropy of x.",
        "c": "For a variance that goes to zero it goes to infinity.",
        "d": "Its gradient in the means would vanish.",
    },
    hints=(
        "Write the KL of one coordinate and let its variance shrink.",
        "Which of its four terms has no limit?",
    ),
    sealed='d5e1e38693af9885',
)
