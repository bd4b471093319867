"""6.1  What a flow for all images is, and is not."""

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
    key="d",
    reasons={
        "a": "The family of q is not richer. But your `absorb_global_flow` changed two things; are they worth nothing?",
        "b": "Fewer numbers they are. What they can no longer do is to bend one image's posterior in another way "
        "than the next one's, and that was the purpose.",
        "c": "The ELBO depends on the flow's parameters through z and through the log-determinant, as it does on an "
        "encoder's. Nothing stands in the way.",
        "d": "The bracket that holds the flow knows no x, so it is a prior, and the rest is a decoder.",
    },
    hints=(
        "What did `absorb_global_flow` return, and what did it leave as it was?",
        "A KL divergence is the same before and after a bijection.",
        "Two of the claims go too far, one in each direction.",
    ),
    answer="""
By absorbing it: decoder p(x | f(z0)), prior p(f(z0)) |det f'(z0)|, and q0 a diagonal Gaussian as before. The generative
side has gained; the inference side has not.
""",
)
