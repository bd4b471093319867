"""4.2  The slopes of two lines."""

# Built from solutions/vae/q4_2_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="4.2",
    minutes=1,
    text="""
The variance of each estimator is drawn against n, with logarithms on both axes. What are the slopes of the two lines?
Answer with a tuple, (score, path).
""".strip(),
    hints=(
        "How does the variance of an average depend on the number of independent terms?",
        "On logarithmic axes a power law is a line, and its slope is the power.",
        "Twice as many draws halve the variance, for any estimator with a finite one.",
    ),
    sealed=['654cb6bd0c8f7b8a', '8a44c995e2ccdcad'],
)
