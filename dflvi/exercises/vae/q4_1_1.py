"""4.1  Two slopes of a mean of squares."""

# Built from solutions/vae/q4_1_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="4.1",
    text="""
q = N(1.5, 0.7^2) and f(z) = z^2. What are the derivatives of E[f(z)] in the mean and in the standard deviation (not the
log-variance)? Answer with a tuple, (in mu, in sigma).
""".strip(),
    hints=(
        "E[z^2] has a closed form in mu and sigma.",
        "A mean square is the squared mean plus the variance.",
        "Twice 1.5, and twice 0.7.",
    ),
    sealed=['b03ce3520092f6f2', '6c7d4835163dca71'],
)
