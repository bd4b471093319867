"""3.6  New points, and only their latents are wanted."""

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
    key="c",
    reasons={
        "a": "It would be right, and a waste: a handful of points hardly moves globals that a huge data set "
        "has settled.",
        "b": "That moves the globals as well, towards a handful of points, and forgets the rest. The question "
        "asks for their latents only.",
        "c": "Given q of the globals each new point is on its own, and its best local factor is one small "
        "optimisation: here a softmax.",
        "d": "A near point has a similar factor, but not the best one, and you would have to keep all old "
        "points to find it.",
    },
    hints=(
        "Which factors of q depend on a new datum? Which depend on it hardly at all?",
        "Look at the two blocks of a sweep. One of them treats each datum alone.",
    ),
    answer="""
Freeze q(globals), optimise the locals of the new points (closed form where the model is conjugate, a few
gradient steps or BBVI on the local terms where it is not), and predict by averaging over q(globals).
""",
)
