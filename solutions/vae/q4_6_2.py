"""4.6  Why the KL has to go with the variance."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="4.6",
    text="""
Why is the KL not kept in the loss when the variance of q is set to zero?
""",
    options={
        "a": "It is 0 then, so that it makes no difference.",
        "b": "It would turn into the entropy of x.",
        "c": "For a variance that goes to zero it goes to infinity.",
        "d": "Its gradient in the means would vanish.",
    },
    key="c",
    reasons={
        "a": "A point is as far from a density as can be. Look at minus the log-variance in the formula.",
        "b": "It knows nothing of x but through mu and the variance. What happens as the variance shrinks?",
        "c": "Its term -logvar/2 has no top. If the log-variance is ignored instead, what is left is a penalty on the "
             "means and some terms that no longer mean anything.",
        "d": "The slope in a mean is that mean, whatever the variance. The trouble is in another term.",
    },  # fmt: skip
    hints=(
        "Write the KL of one coordinate and let its variance shrink.",
        "Which of its four terms has no limit?",
    ),
    answer="""
$\\tfrac12(\\sigma^2 + \\mu^2 - 1 - \\log\\sigma^2) \\to \\infty$ as $\\sigma \\to 0$. Dropping noise and KL
together is the consistent change.
""",
)
