"""2.3  The sign of the ELBO for discrete data."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="2.3",
    text="Both x and z are discrete. Can the ELBO be positive?",
    options={
        "a": "Yes: nothing in its formula fixes the sign.",
        "b": "Only if q is bad.",
        "c": "No: it is at most log p(x), and p(x) is at most one.",
        "d": "No, and only if z were continuous could it be.",
    },
    key="c",
    reasons={
        "a": "The formula alone does not, but the model does: an upper limit on the ELBO is known for "
             "every q. For it to lie above zero, p(x) would have to be the density of a continuous x.",
        "b": "A worse q takes the ELBO down, never up. What is its value for the best q of all?",
        "c": "The ELBO is log p(x) less a KL divergence, and the log of a probability is never positive.",
        "d": "The limit is log p(x), and z has been summed out of that. It is the kind of x that decides, "
             "whatever z is.",
    },  # fmt: skip
    hints=(
        "Which number does the ELBO never exceed, whatever q is?",
        "That number is the log evidence. For which kind of x is the evidence a probability?",
        "A probability is at most one, so its log is at most zero, and the ELBO is at most that log.",
    ),
    answer="""
**Model answer to 2.3.** With x fixed, p(z, x) as a function of z has total mass p(x), not 1: it is no
density in z (and as a density in (z, x) it lives on another space than q). Putting it in the place of the
second density of a KL gives an expression that can be negative. Its smallest value is -log p(x), not 0,
and it depends on the unit of x. Non-negativity of the KL would "prove" that every ELBO is at most 0,
which fails for continuous x. Two repairs: ELBO = log p(x) - KL(q || p(z | x)), or the generalised KL for
unnormalised measures, which adds p(x) - 1. For *optimising* q none of this matters: the expressions
differ by numbers without q. In Tzikas et al., eq. 15, the same holds factor by factor: normalise the
tilted density and its log normaliser, which does not depend on q_j, comes out.

**Rubric.** The mass of p(z, x) over z; the evidence as the missing constant; the sign is not guaranteed;
the maximiser is safe; a discrete x never shows the problem.
""",
)
