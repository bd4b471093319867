"""6.2  Why samples get better."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.2",
    text="Two VAEs with the same decoder architecture and the same number of latents, one of them trained with a flow "
    "behind its encoder. Its samples look better. What is the most likely cause?",
    options={
        "a": "The flow is applied to the prior's draws when sampling.",
        "b": "Its decoder was trained on a tighter bound.",
        "c": "Its latent space has more dimensions.",
        "d": "Its prior was moulded by the flow.",
    },
    key="b",
    reasons={
        "a": "Set all weights of encoder and flow to NaN and draw again. What changes?",
        "b": "The flow acts through theta, at training time, and not through z at sampling time.",
        "c": "A flow of planar layers maps d coordinates to d coordinates, and the number is the same by assumption.",
        "d": "A flow for all images could be read like that, as in 6.1. Here it is put out by the encoder, and the "
        "prior is N(0, I).",
    },
    hints=(
        "What is used to draw a sample, and what is different in it between the two models?",
        "Both draw z ~ N(0, I) and decode. So the difference is in the numbers of the decoder.",
        "Which objective were these numbers trained on?",
    ),
    answer="""
The decoder's parameters. The ELBO is log p(x) less the gap, and its gradient for theta includes that of the gap: it
pulls the decoder to posteriors that the family of q can follow. A richer family pulls less.
""",
)
