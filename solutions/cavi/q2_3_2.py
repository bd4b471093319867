"""2.3  A pseudo KL with very precise data."""

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
    key="a",
    reasons={
        "a": "At the posterior it is minus the log evidence, and x ~ N(0, 2e-4) has a density of 28 at zero.",
        "b": "Zero is what a true KL would have here. That needs a p(x) of exactly one, and x has a "
             "density of 28.",
        "c": "Right size. This is the ELBO; the expression in question is minus that.",
        "d": "The log of 28 to base 10, with the right sign. We count in nats.",
    },
    hints=(
        "For q the posterior, log q(z) - log p(z, x) does not depend on z. What is left?",
        "Only p(x) is left. Which distribution does x have before z is known?",
        "x is a sum of two independent Gaussians, so its variance is 2e-4. Evaluate its log density at zero.",
    ),
    answer="""
With q(z) = p(z | x), log q(z) - log p(z, x) = -log p(x) for every z. Here x ~ N(0, 2e-4), so the value is
-log N(0; 0, 2e-4) = 1/2 log(2 pi 2e-4) = -3.3397.
""",
)
