"""4.6  Twenty numbers against twenty numbers."""

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
    key="a",
    reasons={
        "a": "The KL is the number of nats that a latent costs, given that precision. The autoencoder puts no bound "
             "on the precision that its decoder relies on.",
        "b": "The receiver needs one z to decode. The log-variances say how carelessly it may be chosen, which makes "
             "the code cheaper and not dearer.",
        "c": "A single real number can hold a whole library in its digits. How many digits does the decoder rely on?",
        "d": "Blur is distortion. Compression is asked for: how many bits does the code cost at that distortion?",
    },  # fmt: skip
    hints=(
        "How many bits does a real number need? To which precision?",
        "Change a code a little. Which of the two decoders was trained not to mind?",
    ),
    answer="""
Dimension is not bits. The VAE minimises the length of a two-part code, the KL for z and the reconstruction for x given
z, both in nats. For the autoencoder no such number exists until a precision for its codes is chosen.
""",
)
