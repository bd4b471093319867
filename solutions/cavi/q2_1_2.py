"""2.1  The reverse KL at its best."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="2.1",
    text="""
P is half N(-5, 1) and half N(5, 1), Q is Gaussian. How small can KL(Q || P) become, to two digits, in nats?
""".strip(),
    options={
        "a": "0.00",
        "b": "0.94",
        "c": "0.69",
        "d": "1.39",
    },
    key="c",
    reasons={
        "a": "Zero would need Q = P, and no Gaussian has two bumps.",
        "b": "That is how small the other direction, KL(P || Q), can become.",
        "c": "On one of the bumps P is half of Q, so the average of log Q - log P is log 2.",
        "d": "That is 2 log 2: one log 2 too many. How many bumps does this Q pay for?",
    },
    hints=(
        "Where does the best Q sit? Write log Q - log P there.",
        "On a bump, P is a constant times that bump's density. Which constant?",
        "With Q = N(5, 1), P is Q / 2 wherever Q has any mass. The average of the log of a constant is that log.",
    ),
    answer="""
At Q = N(5, 1) the other bump is nearly zero wherever Q has mass: P = Q / 2, and log Q - log P = log 2 = 0.693. The
exact optimum, by quadrature, is m = 4.9999955, s = 1.0000112, with 0.6931463.
""",
)
