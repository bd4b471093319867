"""4.4  A worse q and a better model."""

# Built from solutions/vae/q4_4_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="4.4",
    text="""
q stays as it is, and one step in theta raises the ELBO by 2 nats and the KL(q || p(z|x)) by 1.5 nats. By how much did
log p(x) change?
""".strip(),
    options={
        "a": "By +0.5.",
        "b": "By -1.5.",
        "c": "By +3.5.",
        "d": "That cannot be told from these two numbers.",
    },
    hints=(
        "Write the identity twice, before and after.",
        "log p(x) = ELBO + KL, for every theta.",
        "Differences add up as the terms do.",
    ),
    sealed='3da38d04061c0355',
)
