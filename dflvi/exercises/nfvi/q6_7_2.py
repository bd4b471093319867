"""6.7  What is unbiased."""

# Built from solutions/nfvi/q6_7_2.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "What is the average of one weight? And what does a concave function do to something that scatters?",
    ),
    minutes=2,
    sealed='43d2253ebe05a154',
)
