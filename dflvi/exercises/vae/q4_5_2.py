"""4.5  Which estimate of the loss is noisier after training?"""

# Built from solutions/vae/q4_5_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="4.5",
    minutes=3,
    difficulty=3,
    text="""
After training, the loss of 100 fixed images is evaluated at many keys, by `neg_elbo` (KL in closed form) and by
`neg_elbo_mc` (all from one draw). Which of the two numbers scatters more from key to key? Answer with "closed" or "mc".
""".strip(),
    hints=(
        "The difference of the two is a number with mean zero. Is it independent of the noise in the reconstruction?",
        "If q were the exact posterior, log p(x, z) - log q(z | x) would be log p(x) for every z.",
        "Then one of the two losses has no noise at all, and the other has all the noise of the reconstruction.",
    ),
    sealed='44a0f86fd2ee617c',
)
