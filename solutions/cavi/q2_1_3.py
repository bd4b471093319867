"""2.1  A wide start for the reverse fit."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="2.1",
    text="""
`fit` minimises `reverse_kl`, and it starts at m = 0.1 with s = 7.4, a little to the right of the centre. Where does
it end?
""".strip(),
    options={
        "a": "At m = 0, s = 4.2.",
        "b": "On the bump at +5, since it started on that side.",
        "c": "At m = 0, s = 5.1, a variance of 26.",
        "d": "Nowhere: s grows without end.",
    },
    key="a",
    reasons={
        "a": "That is a true local minimum, with a value of 3.31: its curvature in m is small, and positive.",
        "b": "From a narrow start it would. A wide Q that shifts a little to the right reaches with its right tail "
             "to where P is tiny, and that costs more than the bump is worth.",
        "c": "That is the best Q of the other direction. Is this one willing to pay for tails beyond the bumps?",
        "d": "A wider Q has more entropy, but its tails are where log P falls like a parabola. They balance.",
    },  # fmt: skip
    hints=(
        "Think of Q as so wide that it sees both bumps. Does it gain by moving to the right?",
        "By symmetry the slope in m is zero at m = 0. What remains to be seen is whether that point is a valley or "
        "a ridge in m, for s near 4.",
        "Use your own function: values of `reverse_kl` at s = 4.2, for m = 0, 0.5 and 1.",
    ),
    answer="""
At m = 0 and s = 4.22257 both slopes vanish, and the curvature in m is +0.056: it is a local minimum and no saddle
point. Its value is 3.3066, against 0.6931 on a bump. So a wide start is the wrong start here: start narrow and off
the centre, and more than once.
""",
)
