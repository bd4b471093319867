"""4.2  Where the two estimators are closest."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="4.2",
    minutes=3,
    difficulty=2,
    text="""
For which mu are the variances of the two estimators closest, as a ratio, and how many times larger is that of the score
there? Answer with a tuple, (mu, ratio).
""".strip(),
    truth=(0, 3.75),
    near={
        (0, 15): "The right mu, and the variance of a score term there. Divide by that of a pathwise term.",
        (0, 1): "The right mu. At the minimum of J both estimate zero, and neither is without noise: what does each "
        "average there?",
        (2, 21.75): "That is the ratio at mu = 2. Is it smaller anywhere?",
        (0, 0.26666666): "The right mu, and the ratio the other way round.",
    },
    hints=(
        "You have both variances in closed form.",
        "One of them does not depend on mu. Where is the other smallest?",
        "At mu = 0 a term of the score is the cube of the noise.",
    ),
    answer="""
$(\\mu^4 + 14\\mu^2 + 15)/4$ is smallest at $\\mu = 0$, where it is $15/4 = 3.75$. Even at the minimum of J, where there
is nothing left to gain, the score is noisier. With the best constant baseline it is $6/4$ there.
""",
)
