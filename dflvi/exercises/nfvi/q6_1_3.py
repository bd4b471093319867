"""6.1  What a flow for all images is, and is not."""

# Built from solutions/nfvi/q6_1_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.1",
    text="Only mean and variance of the base depend on x; the flow behind it is trained and the same for all x. Which "
    "claim is right?",
    options={
        "a": "The flow has no effect: the trained model is the one without it.",
        "b": "It is the better choice, since fewer numbers an image over-fit less.",
        "c": "It cannot be trained, since no gradient reaches the flow.",
        "d": "It is a VAE with a learnt prior and a deeper decoder; its gap is that of a diagonal Gaussian.",
    },
    hints=(
        "What did `absorb_global_flow` return, and what did it leave as it was?",
        "A KL divergence is the same before and after a bijection.",
        "Two of the claims go too far, one in each direction.",
    ),
    sealed='eb8203edd20e9d12',
)
