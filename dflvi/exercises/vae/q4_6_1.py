"""4.6  Who reconstructs better, and where?"""

# Built from solutions/vae/q4_6_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="4.6",
    minutes=3,
    difficulty=2,
    text="""
A VAE and an autoencoder of the same size are trained on 4,000 digits for 2,000 steps. Then both reconstruct images from
the mean code. Which has the lower reconstruction loss on the training images, and which on 1,000 new ones? Write one
word: "ae-vae" if the autoencoder wins on the old and the VAE on the new, and likewise "ae-ae", "vae-ae" or "vae-vae".
""".strip(),
    hints=(
        "One of the two was trained for reconstruction alone. Where must that show?",
        "Noise in the codes and a price on them are a regulariser. With 4,000 images, do 800,000 weights need one?",
    ),
    sealed='79d7f8962f288329',
)
