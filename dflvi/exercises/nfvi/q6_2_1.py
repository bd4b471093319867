"""6.2  How often the flow is run to draw images."""

# Built from solutions/nfvi/q6_2_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.2",
    text="A trained VAE with K = 16 planar layers behind its encoder. You draw 100 new images. How many planar "
    "layers are evaluated?",
    options={
        "a": "1600: 16 for each image.",
        "b": "16: the layers are the same for all of them.",
        "c": "Not a single one.",
        "d": "100: one pass of the whole flow for each image.",
    },
    hints=(
        "Trace one sample from its first random number to the image.",
        "p(x) = INT p(z) p(x | z) dz. Where is the flow?",
        "It bends q(z | x), and that needs an x.",
    ),
    sealed='f8beeef6fef8b1b9',
)
