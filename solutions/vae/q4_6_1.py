"""4.6  Who reconstructs better, and where?"""

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
    truth="ae-vae",
    near={
        "ae-ae": "On the images it has seen the autoencoder wins: that is all it was trained for. What does it do with "
        "its freedom where it has seen nothing?",
        "vae-vae": "On new images, yes. But who would beat a model on the images for whose reconstruction alone it was "
        "trained?",
        "vae-ae": "The other way round in both places. Which of the two losses has reconstruction and nothing else?",
    },
    hints=(
        "One of the two was trained for reconstruction alone. Where must that show?",
        "Noise in the codes and a price on them are a regulariser. With 4,000 images, do 800,000 weights need one?",
    ),
    answer="""
"ae-vae". In our runs 33 against 44 nats on the training images and 75 against 61 on new ones. The autoencoder spends
all its capacity on the images it sees; the noise of the VAE makes it decode a whole neighbourhood of each code alike.
""",
)
