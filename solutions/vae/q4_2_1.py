"""4.2  The slopes of two lines."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="4.2",
    minutes=1,
    text="""
The variance of each estimator is drawn against n, with logarithms on both axes. What are the slopes of the two lines?
Answer with a tuple, (score, path).
""".strip(),
    truth=(-1, -1),
    near={
        (-0.5, -0.5): "That is the slope of a standard deviation. Here it is the variance.",
        (1, 1): "Do more draws make an average noisier?",
        (-1, -2): "A better estimator does not gain more from averaging. It starts lower.",
        (-0.5, -1): "A better estimator does not gain more from averaging. It starts lower.",
    },
    hints=(
        "How does the variance of an average depend on the number of independent terms?",
        "On logarithmic axes a power law is a line, and its slope is the power.",
        "Twice as many draws halve the variance, for any estimator with a finite one.",
    ),
    answer="""
Both have slope -1: an average of n independent terms has the variance of one, divided by n. The lines are parallel and
differ in height. Averaging does not change how many times better one of them is.
""",
)
