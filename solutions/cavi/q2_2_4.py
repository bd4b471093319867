"""2.2  The spread that EM throws away."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="2.2",
    text="""
A mixture of Gaussians of variance 1, with a flat prior on the means. EM has converged, and component k has collected
a soft count of n_k = 40 data. EM returns a point for mu_k. Take the labels' distribution as it is: what is the
posterior **variance** of mu_k, which EM throws away?
""".strip(),
    truth=0.025,
    near={
        0.158: "That is a standard deviation. The question asks for its square.",
        1.0: "That is the variance of one datum around its mean. The mean of 40 of them is known better.",
        40.0: "That is a precision. A variance is its reciprocal.",
        0.0: "That is what EM reports. What would q(mu_k) be instead of a point?",
    },
    hints=(
        "With the labels held, mu_k is question 1.3: a Gaussian mean and some observations.",
        "A flat prior adds no precision. Each whole observation adds one, a part of an observation its part.",
        "The precisions add up to the soft count; the variance is one over that.",
    ),
    answer="""
The factor of mu_k is that of question 1.3, with n_k = 40 observations of variance 1 and no prior: N(mu_k; mean, 1/n_k),
so the variance is 1/40 = 0.025 (a standard deviation of 0.16). And even this is too small, since it takes the labels'
distribution as given.
""",
)
