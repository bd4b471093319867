"""2.1  Bumps that are close together."""

# Built from solutions/cavi/q2_1_4.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.1",
    text="The bumps of P move from -5 and 5 to -1.5 and 1.5. What is the best Q for KL(Q || P) now?",
    options={
        "a": "Still one of the bumps, N(1.5, 1) or its mirror image.",
        "b": "Still one of the bumps, but wider, as the other is near.",
        "c": "There is none: the two optima merge into a ridge.",
        "d": "One Gaussian in the centre, over both bumps.",
    },
    hints=(
        "What made the reverse direction avoid the middle? Is it still there?",
        "With standard deviations of 1 and centres three apart, the density in the middle is not much below its top.",
        "The price of the middle is gone, and the price for leaving out half of P, log 2, is what it was.",
    ),
    sealed='a1e093b5b3b46147',
)
