"""6.2  Sampling from the model with an absorbed flow."""

# Built from solutions/nfvi/q6_2_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.2",
    text="Take a model with one flow f for all images, and write it as in 6.1: prior p0(z0) = p(f(z0)) |det f'(z0)| "
    "and decoder p(x | f(z0)). What is the cheapest way to draw images from it?",
    options={
        "a": "z ~ N(0, I), then p(x | z): f and its inverse cancel.",
        "b": "z ~ N(0, I), z0 = f^{-1}(z) by root finding, then the new decoder.",
        "c": "z0 ~ N(0, I), then the new decoder.",
        "d": "MCMC in z0, since p0 has no simple form.",
    },
    hints=(
        "If z0 ~ p0, how is f(z0) distributed? That is how p0 was made.",
        "The new decoder looks at f(z0) and at nothing else.",
        "Two maps that undo each other need not be run.",
    ),
    sealed='35a940a0cbb3bbe4',
)
