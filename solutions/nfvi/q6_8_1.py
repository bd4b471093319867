"""6.8  Fifty latents."""

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
    key="b",
    reasons={
        "a": "With 10 points a coordinate these are 10^50 evaluations. No machine helps against an exponent.",
        "b": "The number of points grows exponentially with the dimension. For two latents, 10,000 are enough; "
             "for 50 nothing is.",
        "c": "It has one, and its value at any single z is as easy to compute up to a constant as before. What is "
             "lacking is the sum.",
    },
    hints=(
        "How many points has a grid with n points for each of d coordinates?",
    ),
    minutes=2,
    answer="""
Only for one, two or three latents. The authors chose a model with two latents for this figure.
""",
)
