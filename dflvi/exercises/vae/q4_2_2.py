"""4.2  Where the two estimators are closest."""

# Built from solutions/vae/q4_2_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="4.2",
    minutes=3,
    difficulty=2,
    text="""
For which mu are the variances of the two estimators closest, as a ratio, and how many times larger is that of the score
there? Answer with a tuple, (mu, ratio).
""".strip(),
    hints=(
        "You have both variances in closed form.",
        "One of them does not depend on mu. Where is the other smallest?",
        "At mu = 0 a term of the score is the cube of the noise.",
    ),
    sealed=['fd1e8b53500446f2', '8598fd164014d31a'],
)
