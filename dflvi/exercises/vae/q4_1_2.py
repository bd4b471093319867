"""4.1  What would make the estimator biased?"""

# Built from solutions/vae/q4_1_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="4.1",
    text="You have a working pathwise estimator of a gradient. Which of these changes makes it biased?",
    options={
        "a": "One point instead of 100.",
        "b": "The scale is parameterised by a log-variance where it was a standard deviation.",
        "c": "`jax.lax.stop_gradient` around the sample z, before f is applied.",
        "d": "One eps is shared by all data points of a mini-batch.",
    },
    hints=(
        "Bias is about the mean of the estimate, over many keys.",
        "For each of the four: what is the estimate on average? Variance does not count.",
        "By how many ways do the parameters reach the value of f?",
    ),
    sealed='19cd126f3cdf4c5d',
)
