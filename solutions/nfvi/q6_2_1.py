"""6.2  How often the flow is run to draw images."""

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
    key="c",
    reasons={
        "a": "So many it would be to encode 100 images. To draw one, which of the model's densities are used?",
        "b": "They are the same for no two images: the encoder puts them out. But what would it read here?",
        "c": "z comes from the prior and goes into the decoder. The flow belongs to q.",
        "d": "Whether one counts passes or layers: what would be sent through?",
    },
    hints=(
        "Trace one sample from its first random number to the image.",
        "p(x) = INT p(z) p(x | z) dz. Where is the flow?",
        "It bends q(z | x), and that needs an x.",
    ),
    answer="""
None. The layers' parameters are put out for a given x, and there is none. Sampling costs what it costs in a plain VAE.
""",
)
