"""6.4  Where the inverse comes back."""

# Built from solutions/nfvi/q6_4_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.4",
    text="A planar flow q has been trained. For which of these would you have to invert it?",
    options={
        "a": "For weighing the draws of somebody else's sampler by p / q.",
        "b": "For one more step of training.",
        "c": "For importance sampling with q's own draws.",
        "d": "For putting eight more layers on top.",
    },
    hints=(
        "Ask of each: where does the point come from at which q is wanted?",
        "In three of them q draws the points itself.",
        "Somebody hands you a point, and you do not know from which draw of the base it would have come.",
    ),
    sealed='cc7bec4e197c9ef9',
)
