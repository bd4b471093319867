"""3.2  The score at the maximum of the likelihood, and the expected score."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="3.2",
    minutes=2,
    difficulty=1,
    text="""
"At the maximum of the likelihood the gradient of the log-likelihood is zero. So that is why the score has mean zero."
You have 20 observations from $N(\\mu, 1)$ and the sample mean $\\hat\\mu$. What is true?
""",
    options={
        "a": "The sum of the 20 scores is zero at the sample mean; each score has expectation zero at the true mean.",
        "b": "Both are one statement, since the sample mean is the true mean on average.",
        "c": "Each of the 20 scores is zero at the sample mean.",
        "d": "The sum of the 20 scores is zero at the true mean as well, since its expectation is.",
    },
    key="a",
    reasons={
        "a": "The first is a property of a sample and the parameter fitted to it, with no expectation in it. The "
             "second is a property of the model and its own draws, with no maximum in it.",
        "b": "The sample mean varies from sample to sample, and at the true mean the sum of the scores is that "
             "variation, times 20. Draw a sample and look at both numbers.",
        "c": "A score of N(mu, 1) in mu is how far the observation lies to the right of mu. All 20 are zero only if "
             "all observations are equal.",
        "d": "Zero on average is not zero: the sum at the true mean has a variance of 20. If it were zero always, no "
             "sample could tell anything about mu.",
    },  # fmt: skip
    hints=(
        "Write the score of one observation in mu. What do the 20 of them sum to at the sample mean, whatever the "
        "sample is?",
        "Which of the two statements speaks of draws from the density whose score is taken, at the same parameter?",
    ),
    answer="""
The likelihood equation $\\sum_i \\partial\\log p(x_i;\\mu) = 0$ defines $\\hat\\mu$ for *one sample*: here $\\sum_i
(x_i - \\hat\\mu) = 0$, always, by definition of the mean. The identity
$\\mathbb E_{p(x;\\mu)}[\\partial\\log p(X;\\mu)] = 0$ is about *draws from the model at that very parameter*.
They meet for large samples: the average score at the true mean tends to its expectation, so the root of the
likelihood equation tends to the true mean. At finite size the sum of 20 scores at the true mean scatters with
variance 20, which is the Fisher information of the sample.
""",
)
