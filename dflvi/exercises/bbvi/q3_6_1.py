"""3.6  New points, and only their latents are wanted."""

# Built from solutions/bbvi/q3_6_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="3.6",
    minutes=2,
    difficulty=1,
    text="""
A model was fitted by SVI to a huge data set. A few new points arrive, and you want the posterior of *their*
latent variables, no more. What do you do?
""".strip(),
    options={
        "a": "Run SVI again on everything, the new points included.",
        "b": "Continue SVI with batches of the new points until their latents settle.",
        "c": "Hold q of the globals and optimise the local factors of the new points alone.",
        "d": "Give each new point the local factor of the nearest old one.",
    },
    hints=(
        "Which factors of q depend on a new datum? Which depend on it hardly at all?",
        "Look at the two blocks of a sweep. One of them treats each datum alone.",
    ),
    sealed='82d86f5fd121ddc7',
)
