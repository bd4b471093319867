"""6.8  Fifty latents."""

# Built from solutions/nfvi/q6_8_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.8",
    text="""
Could this picture be made for a model with 50 latent coordinates?
""".strip(),
    options={
        "a": "Yes, on a GPU",
        "b": "No: the grid would have n to the power of 50 points",
        "c": "No: the posterior of such a model has no density",
    },
    hints=(
        "How many points has a grid with n points for each of d coordinates?",
    ),
    minutes=2,
    sealed='16feb786fb555e85',
)
