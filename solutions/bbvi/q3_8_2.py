"""3.8  Which of the two to integrate out."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="3.8",
    minutes=3,
    difficulty=2,
    text="""
Haugh's Example 9: $\\theta = \\mathbb P(U + Z > 4)$, with U exponential of mean 1 and Z exponential of mean 2,
independent. Conditional Monte Carlo draws one of the two and integrates the other out in closed form. On which of
them do you condition, that is, which do you draw?
""",
    options={
        "a": "On U: what is integrated out then is the more variable of the two.",
        "b": "On Z, as the notes do: it is the larger one, so it decides more often whether the sum exceeds 4.",
        "c": "It makes no difference: the two enter the sum alike, and both conditional probabilities are known.",
        "d": "On neither: the event is about the sum, and each of the two alone says too little about it.",
    },
    key="a",
    reasons={
        "a": "Both work. Drawing U leaves a variance that is 6.8 times smaller than that of the indicator, drawing Z "
             "only 1.6 times. What you draw stays in the variance, so integrate out the one that varies more.",
        "b": "This works and helps by a factor of 1.6. But that Z decides so much is the reason to *integrate it out*: "
             "what is drawn keeps its variance in the estimate.",
        "c": "They would be alike if they had one law. Z has four times the variance of U. In which of the two "
             "estimators does that variance survive?",
        "d": "By the law of total variance conditioning on anything at all cannot raise the variance, and here both "
             "conditional probabilities have a formula.",
    },  # fmt: skip
    hints=(
        "Which part of the variance does conditioning remove, and which stays?",
        "What stays is the variance of a function of the variable that you draw. Which of the two would you rather "
        "have in there?",
    ),
    answer="""
Given Z, $V = e^{-(4-Z)}$ for $Z \\le 4$ and 1 beyond: variance .1167 against .1887 of the indicator, a factor of 1.62.
Given U, $V = e^{-(4-U)/2}$ for $U \\le 4$ and 1 beyond: variance .0279, a factor of 6.76. The gain is the part within,
$\\mathbb E\\,\\mathrm{Var}(Y\\mid\\cdot)$, which is large if what is integrated out varies much. The notes condition on
Z, which is right and not the best.
""",
)
