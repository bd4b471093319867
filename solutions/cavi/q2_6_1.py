"""2.6  What exponential families give to CAVI."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="2.6",
    text="""
In a model every complete conditional (the law of one unknown, given all others and the data) is in an exponential
family. What does CAVI gain?
""".strip(),
    options={
        "a": "The ELBO becomes concave, so every start ends at the best q.",
        "b": "Each best factor is in the family of its complete conditional; its natural parameter is an average of "
             "that conditional's.",
        "c": "q becomes the exact posterior.",
        "d": "No averages over q have to be computed any more.",
    },  # fmt: skip
    key="b",
    reasons={
        "a": "The mixture has such conditionals, and its components can be named in K! ways: as many optima, with "
             "worse points between them.",
        "b": "The form of the factor is known before one starts, and an update is an average of a few numbers.",
        "c": "The factors are the best ones, as factors. What the factorisation gave up stays given up.",
        "d": "There are averages in each update. They are moments of simple families, so they have formulas.",
    },
    hints=(
        "The best factor is the exponential of an average of the log conditional. Put an exponential family there.",
        "The log conditional is natural parameter times statistic, plus pieces without z_j in them or known in "
        "advance. Which of these is averaged?",
        "Averaging goes through to the natural parameter; the statistic stays what it is. Which family has this "
        "statistic?",
    ),
    answer="""
**Model answer to 2.6.** The best factor satisfies q_j(z_j) proportional to exp E[log p(z_j | z_others, x)]. If
log p(z_j | ...) = log h(z_j) + eta(z_others, x) . t(z_j) - a(eta), the average over the others reaches eta and the
normaliser alone, and the latter has no z_j in it:

$$q_j(z_j) \\propto h(z_j) \\exp(E[\\eta] \\cdot t(z_j)).$$

That is the same family, with an averaged natural parameter. So no search over functions and no integral over z_j is
needed; moments and normaliser are known; the ELBO has a closed form. Where a conditional is no such family (logistic
regression with a Gaussian prior), the exponential of the average is a density without a name, and one has to
approximate, augment, or take gradients.
""",
)
