"""2.2  The spread that EM throws away."""

# Built from solutions/cavi/q2_2_4.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="2.2",
    text="""
A mixture of Gaussians of variance 1, with a flat prior on the means. EM has converged, and component k has collected
a soft count of n_k = 40 data. EM returns a point for mu_k. Take the labels' distribution as it is: what is the
posterior **variance** of mu_k, which EM throws away?
""".strip(),
    hints=(
        "With the labels held, mu_k is question 1.3: a Gaussian mean and some observations.",
        "A flat prior adds no precision. Each whole observation adds one, a part of an observation its part.",
        "The precisions add up to the soft count; the variance is one over that.",
    ),
    sealed='416a4ff2d6d22634',
)
