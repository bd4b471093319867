"""2.3  A pseudo KL with very precise data."""

# Built from solutions/cavi/q2_3_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.3",
    text="""
The model: z ~ N(0, 1e-4) and x given z ~ N(z, 1e-4), where the second number is a variance. We observe x
= 0, and q is the exact posterior. What is the value of "KL(q || p(z, x))", in nats?
""".strip(),
    options={
        "a": "-3.34",
        "b": "0",
        "c": "3.34",
        "d": "-1.45",
    },
    hints=(
        "For q the posterior, log q(z) - log p(z, x) does not depend on z. What is left?",
        "Only p(x) is left. Which distribution does x have before z is known?",
        "x is a sum of two independent Gaussians, so its variance is 2e-4. Evaluate its log density at zero.",
    ),
    sealed='96fa1f0ea6698021',
)
