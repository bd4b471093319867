"""4.3  The VAE program with hard samples."""

# Built from solutions/vae/q4_3_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="4.3",
    text="""
Somebody takes a working VAE program and replaces its normal latent by a hard Gumbel-argmax sample. Everything runs.
What happens to the encoder's weights during training?
""".strip(),
    options={
        "a": "They converge, more slowly than with a normal latent.",
        "b": "The reconstruction term never moves them; only the KL term does.",
        "c": "They blow up, since the gradient of a jump is infinite.",
        "d": "They are trained as before: autodiff smooths the jump.",
    },
    hints=(
        "By which ways does a change of the encoder's weights reach the loss?",
        "One way leads through z. What is the slope of z on it?",
        "The other way, the KL, does not contain a sample if it is in closed form.",
    ),
    sealed='bb8ba26cfad5538b',
)
