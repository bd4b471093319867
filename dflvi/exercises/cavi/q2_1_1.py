"""2.1  Which objective draws one broad bell."""

# Built from solutions/cavi/q2_1_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.1",
    text="""
P has two bumps, at -5 and 5. A sketch shows one broad Gaussian Q that lies over both of them and is highest in the
empty valley between. Which objective made it?
""".strip(),
    options={
        "a": "KL(Q || P).",
        "b": "KL(P || Q).",
        "c": "Either of the two: it depends on where the optimiser started.",
        "d": "Neither: it is the Jensen-Shannon divergence that spreads like this.",
    },
    hints=(
        "In each direction ask where an infinite penalty can come from.",
        "Under P, a place with P > 0 and Q = 0 is infinitely expensive. Under Q, a place with Q > 0 and P = 0 is.",
        "The sketch has Q > 0 in the valley, where P is nearly 0. Which of the two directions does not mind?",
    ),
    sealed='6d3d08ee68f17769',
)
