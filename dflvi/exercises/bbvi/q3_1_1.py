"""3.1  Which step sizes are lawful?"""

# Built from solutions/bbvi/q3_1_1.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "When does the sum over t of t to the power of minus p stay finite?",
        "It does for p > 1. The steps have p = kappa, and their squares have p = 2 kappa.",
        "Noise: the squares must have a finite sum, which fails at kappa up to one half. Arrival: the steps must "
        "have an infinite one, which fails above one.",
    ),
    sealed=['6ec702ecc9c0b30c', '3088ca9ac4db5759'],
)
