"""4.5  Which estimate of the loss is noisier after training?"""

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
    truth="closed",
    near={
        "mc": "So everybody thinks: the one with more formula has less noise. But what is log p(x, z) - log q(z | x), "
        "as a function of z, if q is the exact posterior?",
    },
    hints=(
        "The difference of the two is a number with mean zero. Is it independent of the noise in the reconstruction?",
        "If q were the exact posterior, log p(x, z) - log q(z | x) would be log p(x) for every z.",
        "Then one of the two losses has no noise at all, and the other has all the noise of the reconstruction.",
    ),
    answer="""
The closed form. Near a good q the noise of log p(x | z) and that of log p(z) - log q(z | x) cancel, since their sum
tends to log p(x), a constant. A formula for the second part takes away the partner that would cancel the noise of the
first. For the gradient of the encoder the usual sentence holds: the closed form is less noisy.
""",
)
