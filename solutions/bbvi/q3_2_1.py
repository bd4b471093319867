"""3.2  The expected score of a uniform density."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="3.2",
    minutes=3,
    difficulty=2,
    text="""
X is uniform on $(0, \\theta)$, so $p(x;\\theta) = 1/\\theta$ there and 0 elsewhere. What is the expected score
$\\mathbb E\\,[\\partial\\log p(X;\\theta)/\\partial\\theta]$, and which line of the ladder says why?
""",
    options={
        "a": "0, as for every density: all four lines hold.",
        "b": "-1/theta: the swap fails, because the support ends at theta.",
        "c": "-1/theta: the area under p is not 1 for every theta.",
        "d": "It does not exist: log p is minus infinity outside of the support.",
    },
    key="b",
    reasons={
        "a": "The statement was proved for curves whose support stays. Write down the score at one x inside: does it "
             "depend on x at all, and can its average then be zero?",
        "b": "Inside, log p = -log theta, so the score is -1/theta at every draw. The area is 1 for every theta, and "
             "yet the integral of the slope of p is -1/theta: what is gained at the moving edge is missing from it.",
        "c": "The value is right. But the area of this density is 1 whatever theta is, so the last line is innocent. "
             "Which line pulls a derivative through an integral whose upper end moves?",
        "d": "Outside there are no draws, and an expectation does not look there. Take x between 0 and theta.",
    },  # fmt: skip
    hints=(
        "Write the log density of one x between 0 and theta, and differentiate it.",
        "You have a number that is the same for every draw. Compare it with the slope of the area, and go through the "
        "lines one by one.",
    ),
    answer="""
For x inside, $\\log p = -\\log\\theta$, so the score is $-1/\\theta$ for every draw, and so is its expectation. The
first two lines of the ladder hold. The third does not: $\\int_0^\\theta \\partial_\\theta(1/\\theta)\\,dx =
-1/\\theta$, while $\\partial_\\theta\\int_0^\\theta (1/\\theta)\\,dx = 0$. Leibniz' rule has a boundary term for the
moving end, $p(\\theta;\\theta) = 1/\\theta$, and that is exactly the difference. The swap needs a support that does
not depend on the parameter (or a density that is zero at the moving edge).
""",
)
