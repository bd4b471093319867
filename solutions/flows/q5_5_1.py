"""5.5  A likelihood without a limit."""

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
    key="c",
    reasons={
        "a": "Too large a step makes the loss jump or give nan. Here every step does what it should, and there is no "
        "limit to reach.",
        "b": "Then the density would not integrate to one. Here it does, and the loss falls all the same.",
        "c": "The data lie in a set of volume zero. Ever narrower ridges over it have ever higher densities, and still "
        "integrate to one. Noise of the width of a level takes the set away.",
        "d": "Held-out images have whole numbers for pixels too, and their loss falls with the other. It is no "
        "overfitting.",
    },
    hints=(
        "How large can the density of a continuous variable be at one point?",
        "Think of one pixel that is 0, 1, 2, ... : put a narrow peak on each of these values. What is the log density "
        "there, as the peaks become narrower?",
        "It would not happen if the data were spread over each interval from one whole number to the next.",
    ),
    answer="""
The likelihood of a density model is unbounded on data that lie in a set of volume zero: whole numbers, constant
columns, columns that are functions of each other. Add to each level a uniform draw from [0, 1): the log density of
that, averaged, is a lower bound on the log probability of the level (Jensen), so that it can be compared with models of
discrete data. It is compared in bits per dimension.
""",
)
