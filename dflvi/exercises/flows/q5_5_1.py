"""5.5  A likelihood without a limit."""

# Built from solutions/flows/q5_5_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="5.5",
    text="A flow is trained on images whose pixels are whole numbers, and the loss (minus the mean log density of the "
    "training images) falls and falls, past any bound. Why?",
    options={
        "a": "The step size is too large.",
        "b": "The log-determinant has a wrong sign somewhere.",
        "c": "A continuous density can pile up on the few values that pixels take.",
        "d": "The flow has learned the training images by heart, and held-out images would show it.",
    },
    hints=(
        "How large can the density of a continuous variable be at one point?",
        "Think of one pixel that is 0, 1, 2, ... : put a narrow peak on each of these values. What is the log density "
        "there, as the peaks become narrower?",
        "It would not happen if the data were spread over each interval from one whole number to the next.",
    ),
    sealed='2891fa95e92f4948',
)
