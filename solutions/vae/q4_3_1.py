"""4.3  The VAE program with hard samples."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="4.3",
    text="""
Somebody takes a working VAE program and replaces its normal latent by a hard Gumbel-argmax sample. Everything runs.
What happens to the encoder's weights during training?
""".strip(),
    options={
        "a": "They converge, more slowly than with a normal latent.",
        "b": "The reconstruction term never moves them; only the KL term does.",
        "c": "They blow up, since the gradient of a jump is infinite.",
        "d": "They are trained as before: autodiff smooths the jump.",
    },
    key="b",
    reasons={
        "a": "A gradient that is zero is not a small one. Ten times as many steps of length zero lead nowhere.",
        "b": "The reconstruction reaches the encoder through z alone, and dz/da is 0 wherever it exists. The KL is a "
        "function of a itself, and pulls q to the prior, unopposed.",
        "c": "The jump is met with probability zero. At all other noise the slope is a number, and which one?",
        "d": "Autodiff differentiates the program as it is written. An argmax returns a whole number, and whole "
        "numbers do not change a little.",
    },
    hints=(
        "By which ways does a change of the encoder's weights reach the loss?",
        "One way leads through z. What is the slope of z on it?",
        "The other way, the KL, does not contain a sample if it is in closed form.",
    ),
    answer="""
**Model answer to 4.3.** BBVI samples z, evaluates $\\log p(x, z)$ and differentiates $\\log q(z; a)$ *in a*. All of
that exists for a discrete z. The estimator of the VAE differentiates the decoder in z and z in a. With a discrete z the
first has no meaning, and $g(a, \\varepsilon)$ is constant between jumps: its derivative is 0 almost everywhere, and the
mean of the derivative is not the derivative of the mean. Ways out: sum over z (enumeration); the score function with
control variates; a relaxation, which has a pathwise gradient of *another* problem; straight-through, which is biased
too. So "cannot" means "not by the plain trick".

**Not the reason:** that the log-likelihood could not be differentiated in the parameters (it can); that the KL between
categoricals had no closed form (it has); that x is discrete (that is harmless).
""",
)
