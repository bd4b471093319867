"""6.7  What is unbiased."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.7",
    text="""
Take the mean of k importance weights, and its log. What is unbiased for what?
""".strip(),
    options={
        "a": "The log is unbiased for log p(x), the mean is too low for p(x)",
        "b": "Both are, each for its own",
        "c": "The mean is unbiased for p(x), the log is not for log p(x)",
    },
    key="c",
    reasons={
        "a": "The other way round. A mean has the right average whatever k is; a log bends it.",
        "b": "If both were, the log would be a straight line. By concavity the log of something that scatters is "
             "too low on average.",
        "c": "An average of weights has p(x) as its average for every k. Its log is too low on average, the more "
             "so the more the mean scatters.",
    },
    hints=(
        "What is the average of one weight? And what does a concave function do to something that scatters?",
    ),
    minutes=2,
    answer="""
The average of weights is unbiased for the evidence. The log of it is below in the mean, which is what makes L_k a
bound; the bias falls about like 1/k.
""",
)
