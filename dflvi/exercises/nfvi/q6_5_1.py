"""6.5  A bound above the evidence."""

# Built from solutions/nfvi/q6_5_1.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "What is the difference between the evidence and an ELBO, as a divergence? Which values may it have?",
    ),
    sealed='1673a4a73d31658c',
)
