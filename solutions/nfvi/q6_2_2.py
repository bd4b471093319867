"""6.2  Sampling from the model with an absorbed flow."""

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
    key="a",
    reasons={
        "a": "If z0 has the density p0, then f(z0) has the prior's, and the new decoder reads nothing but f(z0).",
        "b": "The images are right, and half of the work is in vain: what does the new decoder do first with the z0 "
        "that you have searched for?",
        "c": "That would be right if p0 were a standard normal. Which density does f(z0) have, if z0 has p0?",
        "d": "It is the image of a normal under a map, and such a density is easy to draw from.",
    },
    hints=(
        "If z0 ~ p0, how is f(z0) distributed? That is how p0 was made.",
        "The new decoder looks at f(z0) and at nothing else.",
        "Two maps that undo each other need not be run.",
    ),
    answer="""
p0 is the pull-back of N(0, I): z0 = f^{-1}(z) with z ~ N(0, I). The new decoder begins with f, and f(f^{-1}(z)) = z.
So one draws z and decodes, as in the model before it was rewritten. No inverse is needed.
""",
)
