"""5.6  What keeps q wide."""

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
    key="d",
    reasons={
        "a": "Log Z is one number for every q, so no q gains anything by it, wide or narrow. It is not in F at all.",
        "b": "A flow that is only pushed forward never computes an inverse. Which of the terms that are in F grows "
        "without limit when q becomes narrow?",
        "c": "Each restart minimises the same F. If that had no term against narrow q, all of them would collapse.",
        "d": "A narrow q has a large log q at its own samples. Halve the width in both directions and this term rises "
        "by 2 log 2, however low U may be.",
    },
    hints=(
        "Take a Gaussian q at the lowest point of U and let its standard deviation s go to 0. What does each term do?",
        "E[U] goes to the least value of U, a finite number. Something has to go to plus infinity.",
        "The entropy of a Gaussian in the plane is 1 + log(2 pi) + 2 log s.",
    ),
    answer="""
F = -(entropy of q) + E_q[U]. The second term alone is least for a point at the bottom of U. As q shrinks to a point,
its entropy goes to minus infinity, faster than anything that U could give back. The two balance where q is exp(-U) / Z.
""",
)
