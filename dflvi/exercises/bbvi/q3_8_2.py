"""3.8  Which of the two to integrate out."""

# Built from solutions/bbvi/q3_8_2.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Which part of the variance does conditioning remove, and which stays?",
        "What stays is the variance of a function of the variable that you draw. Which of the two would you rather "
        "have in there?",
    ),
    sealed='bffcc84e6a77fd5d',
)
