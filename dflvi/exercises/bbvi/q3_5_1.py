"""3.5  Is the second part of the ELBO's gradient needed?"""

# Built from solutions/bbvi/q3_5_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="3.5",
    minutes=3,
    difficulty=2,
    text="""
The ELBO is $\\mathbb E_{q_\\lambda}[\\log p(x,z) - \\log q_\\lambda(z)]$. Here the function under the
expectation contains $\\lambda$ as well, so the product rule gives two parts:

$$\\nabla_\\lambda\\,\\mathrm{ELBO} = \\mathbb E_{q_\\lambda}\\big[\\nabla_\\lambda \\log q_\\lambda(z)\\,
(\\log p(x,z) - \\log q_\\lambda(z))\\big]
\\;-\\; \\mathbb E_{q_\\lambda}[\\nabla_\\lambda \\log q_\\lambda(z)].$$

Does the second part have to be in a Monte Carlo estimate of this gradient?
""",
    options={
        "a": "Yes: without it the gradient misses how the entropy of q changes with its parameters.",
        "b": "No: its integrand is zero at every z, so sampling it always gives zero.",
        "c": "Yes, if log p(x, z) is known only up to a constant; no if it is normalised.",
        "d": "No: zero on average, though not for a sample; any multiple may be added to change the noise.",
    },
    hints=(
        "Which question of this section is about the expectation in the second part?",
        "Write that expectation as an integral of the derivative of q, and swap derivative and integral. "
        "What is the integral of q?",
        "The expectation is zero for every lambda. Now compare with what `score_grad_baseline` does to each "
        "term.",
    ),
    sealed='99def8216fccd4f2',
)
