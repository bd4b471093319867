"""2.1  Which objective draws one broad bell."""

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
    key="b",
    reasons={
        "a": "This one averages under Q, and this Q has most of its mass where P has almost none. It would be "
             "charged heavily for the empty valley.",
        "b": "P does the averaging, so Q must have mass wherever P has. The best Q takes over the mean and the "
             "variance of P.",
        "c": "Half of that is true: the other direction has a wide local optimum as well, with s = 4.2. But its "
             "value there is 3.31, far from its best, 0.69, and this direction has a single optimum.",
        "d": "Nobody asked for that one here. Look at what each of the two directions charges for.",
    },  # fmt: skip
    hints=(
        "In each direction ask where an infinite penalty can come from.",
        "Under P, a place with P > 0 and Q = 0 is infinitely expensive. Under Q, a place with Q > 0 and P = 0 is.",
        "The sketch has Q > 0 in the valley, where P is nearly 0. Which of the two directions does not mind?",
    ),
    answer="""
**Model answer to 2.1.** KL(Q || P) averages under Q: Q pays wherever it has mass and P has none, and pays nothing for
a bump of P that it leaves out. (Zero-forcing.) So it sits on one bump, N(5, 1) or N(-5, 1), at a cost of log 2. The
two optima are equally good; the start decides, and a wide start near the centre ends in a third, worse one.
KL(P || Q) averages under P: Q pays wherever P has mass and Q has little. (Zero-avoiding, mass-covering.) For a
Gaussian Q, or any exponential family, the best Q matches moments: N(0, 26), at a cost of 0.94.

Which suits posterior inference? Take a side and say why. The reverse gives a region in which every value is credible,
and it leaves out modes and states too small a spread; the forward covers everything, and its most probable place may
be one where the posterior has nothing. Which is easier? The reverse asks for draws of Q, which we make ourselves, and
for log P up to a constant. The forward asks for averages under P, which is what we do not have.

**Rubric.** Mass where Q lives; zero-forcing and zero-avoiding; moment matching; spread understated, modes left out;
a side with a reason; tractability: draws of P; two equal optima, so the start matters.
""",
)
