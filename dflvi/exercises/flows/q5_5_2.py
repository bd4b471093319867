"""5.5  The likelihood without any layer."""

# Built from solutions/flows/q5_5_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="5.5",
    text="Two moons, standardised: each column has mean 0 and standard deviation 1. A flow of *no* layers models them "
    "by N(0, I). What is its mean negative log likelihood, in nats a point?",
    hints=(
        "Minus log N(x; 0, I) in the plane is log(2 pi) + |x|^2 / 2. Its mean asks only for the mean of |x|^2.",
        "Standardised columns have a mean square of one each, whatever their shape is.",
    ),
    sealed='6b6d79bbfd70849a',
)
