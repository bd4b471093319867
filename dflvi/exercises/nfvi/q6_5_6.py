"""6.5  How much a flow gains on images."""

# Built from solutions/nfvi/q6_5_6.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="6.5",
    text="By how many nats an image does the ELBO rise with 16 layers in place of none? Two size classes out of 0.01, "
    "0.1, 1 and 10 (the nearest in ratio), as a tuple (C, E). C: digits of 8 x 8 pixels and two latents. E: digits of "
    "28 x 28 pixels and ten latents.",
    is_open=True,
    hints=(
        "No more can be gained than the gap. How far from a Gaussian is the posterior of an image that says clearly "
        "where its latent is?",
    ),
    sealed=None,
)
