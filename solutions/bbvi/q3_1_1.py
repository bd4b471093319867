"""3.1  Which step sizes are lawful?"""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="3.1",
    minutes=4,
    difficulty=2,
    text="""
Robbins and Monro ask of step sizes $\\rho_t = (t + \\tau)^{-\\kappa}$ that $\\sum_t \\rho_t = \\infty$ and
$\\sum_t \\rho_t^2 < \\infty$. Of the four powers $\\kappa$ = 0.5, 0.7, 1 and 1.5, two fail, each at one of
the conditions. Which one lets in too much noise, and which one stops before it has arrived? Answer with the
two powers in this order.
""".strip(),
    truth=(0.5, 1.5),
    near={
        (1.5, 0.5): "The right two, the other way round. Which of them makes the longer steps late in the "
        "run? Those carry the noise.",
        (0.5, 1.0): "0.5 is right. At a power of 1 the sum of the steps is the harmonic series, which grows "
        "without end, if slowly.",
        (0.7, 1.5): "1.5 is right. At 0.7 the squares have the power 1.4, and their sum stays finite.",
        (0.7, 1.0): "These are the two that are fine: one is used in practice, the other makes plain averages.",
    },
    hints=(
        "When does the sum over t of t to the power of minus p stay finite?",
        "It does for p > 1. The steps have p = kappa, and their squares have p = 2 kappa.",
        "Noise: the squares must have a finite sum, which fails at kappa up to one half. Arrival: the steps must "
        "have an infinite one, which fails above one.",
    ),
    answer="""
A sum of $t^{-p}$ is finite for p > 1. Squares: $2\\kappa > 1$, so 0.5 fails, if barely: with $\\tau = 1$ the sum
of squares is 8.2 after 2,000 steps, 12.8 after 200,000, and goes on. Steps: $\\kappa \\le 1$, so 1.5 fails: the
sum is 2.57 after 2,000 steps and 2.61 after 200,000, so that a start that is farther away is never left behind.
""",
)
