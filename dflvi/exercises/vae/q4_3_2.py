"""4.3  What BBVI never needs."""

# Built from solutions/vae/q4_3_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="4.3",
    text="Which of these does the plain score-function estimator of BBVI never need?",
    options={
        "a": "The gradient of log q(z; a) in a.",
        "b": "The value of log p(x, z) at a sample.",
        "c": "Samples of q.",
        "d": "The gradient of log p(x, z) in z.",
    },
    hints=(
        "Write down a term of the estimator of 3.5, with log p - log q in the place of f.",
        "Which of the four does the term contain? Derivatives in a and derivatives in z are two things.",
        "What made the pathwise estimator quieter is what the other one does without.",
    ),
    sealed='f9add072b67954a4',
)
