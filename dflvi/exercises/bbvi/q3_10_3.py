"""3.10  What Rao-Blackwellization gains for the means."""

# Built from solutions/bbvi/q3_10_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="3.10",
    minutes=3,
    difficulty=2,
    text="""
A Gaussian mixture with N = 100 data and K = 3; at the start all labels are equally probable under q. Draws of
(mu, c) make score-function gradients of the ELBO in the means m. By which factor does the variance of these
gradients fall when the weight of mu_k keeps only the factors in which mu_k occurs, and all else is as it was?
Two digits.
""".strip(),
    hints=(
        "Which factors does `rb_terms` leave for a global variable?",
        "All that goes is log q(c), which is the same number for every draw here, and two small priors. What "
        "share of the variance was theirs?",
    ),
    sealed='19fb6275518b863e',
)
