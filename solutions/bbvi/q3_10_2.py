"""3.10  The weight of the global variable, from a batch."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="3.10",
    minutes=3,
    difficulty=2,
    text="""
The weight of $\\beta$ holds a sum over all N data. You replace it by a sum over B of them, drawn at random.
What does the weight become, and what changes?
""".strip(),
    options={
        "a": "log p(beta) + (B/N) times the sum over the batch - log q(beta): the batch counts for its share.",
        "b": "log p(beta) + (N/B) times the sum over the batch - log q(beta): unbiased, at a cost of B, with "
        "extra noise.",
        "c": "(N/B) times (log p(beta) + the sum over the batch) - log q(beta): unbiased, at a cost of B.",
        "d": "log p(beta) + (N/B) times the sum over the batch - log q(beta): unbiased, and less noisy for "
        "each draw.",
    },
    key="b",
    reasons={
        "a": "The batch has to stand for all data, so it counts for more than itself and not for less.",
        "b": "Each datum of the batch stands for N/B of them. Which data are drawn is a second source of "
        "chance: doubly stochastic.",
        "c": "The prior and log q are there once. Scaled with the data they are counted N/B times, and the "
        "mean is off.",
        "d": "The formula is right. The cost goes down and the noise goes up: to the chance of the draw from "
        "q comes that of the batch.",
    },
    hints=(
        "Average your weight over all batches of size B. What should come out?",
        "You met the same factor in `eta_hat`, and what it may not be put in front of.",
    ),
    answer="""
$\\log p(\\beta) + \\frac{N}{B}\\sum_{i \\in B}[\\log p(z_i \\mid \\beta) + \\log p(x_i \\mid z_i, \\beta)] -
\\log q(\\beta)$. It is unbiased and costs B terms; only the sampled $z_i$ are drawn and updated; the variance
for each draw is higher. One pays in noise and buys steps.
""",
)
