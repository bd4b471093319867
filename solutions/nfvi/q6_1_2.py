"""6.1  How many numbers more an image."""

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
    key="b",
    reasons={
        "a": "Two vectors for each layer. What shifts the place of its bend?",
        "b": "Two vectors and one number a layer.",
        "c": "One vector and one number. A layer moves along one vector and reads another.",
        "d": "So many has an affine layer with a full matrix. A planar layer has no matrix.",
    },
    hints=(
        "Write one planar layer and mark what is trained in it.",
        "u, w and b: how many numbers is each?",
        "For d = 2 a layer has five.",
    ),
    answer="""
u and w have d numbers each, b is one: K (2 d + 1). The cost is linear in both. In 40 dimensions with K = 80 (the
paper's largest) it is 6,480 numbers an image, and the head that puts them out is the largest matrix of the encoder.
""",
)
