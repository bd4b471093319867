"""6.1  How many numbers more an image."""

# Built from solutions/nfvi/q6_1_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.1",
    text="A VAE with d latents, and K planar layers whose parameters the encoder puts out. How many numbers does it "
    "put out for each image beyond the 2d of the Gaussian?",
    options={
        "a": "2 d K",
        "b": "K (2 d + 1)",
        "c": "K (d + 1)",
        "d": "K (d^2 + d)",
    },
    hints=(
        "Write one planar layer and mark what is trained in it.",
        "u, w and b: how many numbers is each?",
        "For d = 2 a layer has five.",
    ),
    sealed='1abdf6b765b15605',
)
