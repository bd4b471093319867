"""6.1  The gap of a flow that is the same for all images."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="6.1",
    text="""
Three VAEs for small digits, with the same networks and two latents: one with a diagonal Gaussian, one with 16 planar
layers put out for each image ("amortised"), and one with 16 planar layers whose parameters are trained but are the same
for all images. Each has an inference gap on test images, log p(x) less the ELBO. Where is that of the third, on the
average of some seeds? Answer "near diagonal" or "near amortised".
""".strip(),
    truth="near diagonal",
    near={
        "near amortised": "The same number of layers, and the same warp. Absorb it, as you are about to: which "
        "family of q is left for z0?",
    },
    hints=(
        "What does this model amount to, if the flow is read as part of the decoder?",
        "The gap is a KL divergence between q and the posterior. What becomes of it if both are carried back through "
        "one bijection?",
    ),
    answer="""
Near diagonal. Carried back to z0, q is a diagonal Gaussian again, and a KL does not notice a bijection. The gap comes
out a little smaller than with no flow at all, since prior and decoder can adapt so that posteriors look more like
Gaussians. The measurement comes after 6.5.
""",
)
