"""5.6  What keeps q wide."""

# Built from solutions/flows/q5_6_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="5.6",
    text="You minimise F = E[log q + U] over a flow q. Which part of the objective keeps q from falling onto the "
    "lowest point of U?",
    options={
        "a": "log Z, the normaliser of the target.",
        "b": "The log-determinant of the inverse map, which has to be computed for each sample.",
        "c": "The restarts: one of them stays wide.",
        "d": "E[log q], minus the entropy of q.",
    },
    hints=(
        "Take a Gaussian q at the lowest point of U and let its standard deviation s go to 0. What does each term do?",
        "E[U] goes to the least value of U, a finite number. Something has to go to plus infinity.",
        "The entropy of a Gaussian in the plane is 1 + log(2 pi) + 2 log s.",
    ),
    sealed='a6b30762cac51bbc',
)
