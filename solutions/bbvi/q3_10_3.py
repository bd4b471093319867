"""3.10  What Rao-Blackwellization gains for the means."""

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
    truth=1.0,
    near={
        100.0: "That is the kind of gain a label sees: its weight loses the terms of the 99 other data. Which "
        "terms of the data does the weight of mu_k lose?",
        200.0: "You count the terms that the weight of a label loses. Count for mu_k.",
        3.0: "The other two means have priors of their own, which do go from the weight. Compare their size "
        "with that of a hundred log likelihoods.",
        0.01: "Fewer terms, more variance? Conditioning never does that (question 3.7).",
    },
    hints=(
        "Which factors does `rb_terms` leave for a global variable?",
        "All that goes is log q(c), which is the same number for every draw here, and two small priors. What "
        "share of the variance was theirs?",
    ),
    answer="""
1.00 (measured). All N likelihood terms mention mu_k as long as c_i may be k, and they make nearly all of the
variance. For the logits the same step gains a factor of 5,700: the weight of c_i falls from N terms to one.
That is why the globals need control variates and mini-batches.
""",
)
