"""4.6  Twenty numbers against twenty numbers."""

# Built from solutions/vae/q4_6_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="4.6",
    text="""
"The autoencoder stores 20 floats an image and so does the VAE. So they compress equally much." What is wrong with it?
""",
    options={
        "a": "A number has no fixed worth in bits: the noise of q says how precisely a latent need be sent.",
        "b": "The VAE stores 40 floats, 20 means and 20 log-variances.",
        "c": "Nothing: the width of the code is the size of the code.",
        "d": "The VAE compresses worse, since its images are blurred.",
    },
    hints=(
        "How many bits does a real number need? To which precision?",
        "Change a code a little. Which of the two decoders was trained not to mind?",
    ),
    sealed='696a2ae1cceb5c39',
)
