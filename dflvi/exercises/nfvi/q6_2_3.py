"""6.2  Why samples get better."""

# Built from solutions/nfvi/q6_2_3.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "What is used to draw a sample, and what is different in it between the two models?",
        "Both draw z ~ N(0, I) and decode. So the difference is in the numbers of the decoder.",
        "Which objective were these numbers trained on?",
    ),
    sealed='bb4cc203c667b5b5',
)
