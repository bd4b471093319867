"""4.1  Two slopes of a mean of squares."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="4.1",
    text="""
q = N(1.5, 0.7^2) and f(z) = z^2. What are the derivatives of E[f(z)] in the mean and in the standard deviation (not the
log-variance)? Answer with a tuple, (in mu, in sigma).
""".strip(),
    truth=(3.0, 1.4),
    near={
        (3.0, 0.49): "The first is right. The second is the derivative in the log-variance, which is sigma squared.",
        (3.0, 0.7): "The first is right. Write E[z^2] in terms of sigma, and differentiate that in sigma.",
        (3.0, 1.0): "The first is right. The second is the derivative in the variance; the question is about its root.",
        (2.25, 0.49): "These are the two parts of E[z^2] themselves. Their slopes are asked for.",
        (1.4, 3.0): "The right two numbers in the other order.",
    },
    hints=(
        "E[z^2] has a closed form in mu and sigma.",
        "A mean square is the squared mean plus the variance.",
        "Twice 1.5, and twice 0.7.",
    ),
    answer="""
$\\mathbb E z^2 = \\mu^2 + \\sigma^2$, so $2\\mu = 3$ and $2\\sigma = 1.4$. In the log-variance it is
$\\sigma^2 = 0.49$, which is $2\\sigma$ times $d\\sigma/d\\log\\sigma^2 = \\sigma/2$.
""",
)
