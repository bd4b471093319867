"""5.6  The price of a lost mode."""

# Built from solutions/flows/q5_6_5.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="5.6",
    text="U1 has two equal halves. Suppose a fit keeps one of them, exactly, and has nothing of the other. How large "
    "is KL(q || p), in nats?",
    hints=(
        "On the half that it keeps q has to integrate to one. How high is it there, compared with p?",
        "q = 2 p wherever q is not zero, so log(q / p) is the same number at each sample.",
    ),
    sealed='06f7b7d1be23b4a3',
)
