"""1.6  A free energy that does not notice the prior."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="1.6",
    text=(
        "Somebody changes the prior p(z) of a model, to one just as broad around another centre, and recomputes F for "
        "the same q and the same data. Their F is what it was, to the last digit. What did they most likely compute?"
    ),
    options={
        "a": "An average of log p(x | z) - log q(z).",
        "b": "The right thing: F depends on the prior only through the best q.",
        "c": "An average of log p(x, z), without the entropy of q.",
        "d": "The average of log p(z | x) - log q(z).",
    },
    key="a",
    reasons={
        "a": "The likelihood alone does not hold the prior. With it in the place of the joint, F is no bound on "
             "the evidence of this model, nor of any.",
        "b": "The posterior does depend on the prior, but so does F at a fixed q: the log of the prior stands under "
             "the average.",
        "c": "That is off by the entropy, and still it would have moved: the joint is prior times likelihood.",
        "d": "This is minus the divergence from the posterior. Another prior makes another posterior, so it moves.",
    },  # fmt: skip
    hints=(
        "Write the joint as a product. Which factor has to be absent for F not to notice?",
        "Of the four quantities, find the one into which p(z) does not enter, neither by itself nor through p(x).",
    ),
    answer="""
F averages log p(x, z) = log p(z) + log p(x | z). Leave out log p(z) and the result knows the likelihood and q only.
In code this is a forgotten term, found in a minute by the test that the question describes: change the prior, watch F.
The posterior and the evidence both depend on the prior, so everything that holds one of them would have moved.
""",
)
