"""2.1  A wide start for the reverse fit."""

# Built from solutions/cavi/q2_1_3.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Think of Q as so wide that it sees both bumps. Does it gain by moving to the right?",
        "By symmetry the slope in m is zero at m = 0. What remains to be seen is whether that point is a valley or "
        "a ridge in m, for s near 4.",
        "Use your own function: values of `reverse_kl` at s = 4.2, for m = 0, 0.5 and 1.",
    ),
    sealed='1d581e073370882c',
)
