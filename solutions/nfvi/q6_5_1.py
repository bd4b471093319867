"""6.5  A bound above the evidence."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.5",
    text="Two programs estimate an ELBO, from so many draws that the noise is negligible. The evidence is known. "
    "Program A prints a number 0.4 nats above it, program B one 9 nats below it. What has been shown?",
    options={
        "a": "A has the better q, B the worse one",
        "b": "A is wrong; of B nothing is known",
        "c": "both are wrong, since a right ELBO comes close to the evidence",
        "d": "A has a flow and B has none",
    },
    key="b",
    reasons={
        "a": "Nothing that is a bound can be above what it bounds, so A computes something else.",
        "b": "A number above the evidence proves a fault, since no q whatever can have such an ELBO. A number below is "
        "what a right program prints for a poor q, and what a wrong one may print as well.",
        "c": "The ELBO of a poor q may be as far below as you like, and still be computed correctly.",
        "d": "A flow moves the ELBO towards the evidence, and never across it.",
    },
    hints=(
        "What is the difference between the evidence and an ELBO, as a divergence? Which values may it have?",
    ),
    answer="""
log p(x) - ELBO = KL(q || p(z | x)) >= 0, for every density q. So one number above the evidence convicts a program, and
no number below acquits it. Tests that need equality, such as the mean weight of `neg_elbo_nf`'s check, are stricter.
""",
)
