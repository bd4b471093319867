"""6.9  Which encoder will be best on new images."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="6.9",
    text="""
A decoder is kept as it is. Four encoders are fitted to 200 images only: a Gaussian one with 16 hidden units (G16), a
Gaussian one with 256 (G256), one that puts out a flow of 8 layers and has 16 hidden units (F16), and such a one with
64 (F64). Which will have the smallest gap on **new** images at the end, which the largest? Write the four names from
the smallest gap to the largest, as a string, for example "G16 G256 F16 F64".
""".strip(),
    is_open=True,
    hints=(
        "Each of them is fitted for long. Which can learn 200 images by heart, and is that good or bad on new ones?",
    ),
    answer="""
Run it and see: there is no law. What came out of our run is said below the figure. Since the decoder is frozen,
whatever separates fitted images from new ones is the encoder's.
""",
)
