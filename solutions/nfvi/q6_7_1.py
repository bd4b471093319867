"""6.7  Where the inequality is."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.7",
    text="""
On the way from log p(x) to the bound L_k, where does the equality sign turn into an inequality?
""".strip(),
    options={
        "a": "At importance sampling, when q takes the place of the posterior",
        "b": "Where the log goes inside of the average over all k draws",
        "c": "Where a divergence from q to the posterior is left away",
    },
    key="b",
    reasons={
        "a": "A weight makes up exactly for drawing from the wrong density: the average of p(x, z)/q(z|x) under q "
             "is p(x) for every q that is positive where it should be. No number changes.",
        "b": "Up to there all lines are log p(x). The average of the logs is below the log of the average, and "
             "this is the only step that loses something.",
        "c": "That is how one often sees the ELBO, k = 1. In this derivation no divergence occurs at all, and for "
             "k > 1 the gap is not the divergence of q from the posterior.",
    },
    hints=(
        "Your ledger has a relation for every step. Which of them is not an equality?",
    ),
    minutes=2,
    answer="""
All of the derivation is bookkeeping of averages, which hold for any q, up to one step: the log of an average is
replaced by the average of a log.
""",
)
