"""4.1  A function with a jump."""

# Built from solutions/vae/q4_1_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="4.1",
    difficulty=2,
    text="""
f(z) is 1 for z > 0 and 0 elsewhere, and z is N(mu, 1). What does the pathwise estimate of dJ/dmu give?
""".strip(),
    options={
        "a": "0 almost surely, although the truth is positive.",
        "b": "The right value on average, with much noise.",
        "c": "Something infinite, since f has a jump.",
        "d": "The right value at mu = 0, where the jump is met most often, and a wrong one elsewhere.",
    },
    hints=(
        "Pathwise terms are slopes of f at the drawn points, times 1 here.",
        "What is the slope of a step function at a point that is not the step?",
        "An average of zeros does not depend on how many there are.",
    ),
    sealed='477a636cb53279f6',
)
