"""5.6  An energy that is raised by five."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="5.6",
    text="You replace U by U + 5 everywhere. What happens to F, and to the best q?",
    options={
        "a": "Nothing at all happens.",
        "b": "F rises by 5, and the best q is the same.",
        "c": "F and the KL divergence from q to the target rise by 5.",
        "d": "F rises by 5, and the best q becomes narrower, since all places are less likely.",
    },
    key="b",
    reasons={
        "a": "F is an average of log q + U over samples of q. Each of them has 5 more of U.",
        "b": "exp(-U - 5) is the same density with another normaliser: Z falls by the factor exp(5), -log Z rises by "
        "5, F with it, and the KL divergence is what is left between the two.",
        "c": "F does. The KL divergence is one between two densities, and the density of U + 5 is that of U.",
        "d": "Only differences of U between places matter for where q goes. A target that is lowered everywhere by a "
        "factor is, once normalised, the same target.",
    },
    hints=(
        "Write down the density that belongs to U + 5, with its normaliser.",
        "F + log Z = KL(q || p). Two of the three know of the 5.",
        "F gets 5 more. Log Z gets 5 less.",
    ),
    answer="""
The value of F by itself says nothing about how good a fit is: a constant of U is in it. Differences of F between two
fits of one target do, and F + log Z does. In this notebook log Z is known, by a sum over a grid; in 2 dimensions one
can do that, and in 20 one cannot.
""",
)
