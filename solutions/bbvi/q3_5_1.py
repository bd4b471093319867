"""3.5  Is the second part of the ELBO's gradient needed?"""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="3.5",
    minutes=3,
    difficulty=2,
    text="""
The ELBO is $\\mathbb E_{q_\\lambda}[\\log p(x,z) - \\log q_\\lambda(z)]$. Here the function under the
expectation contains $\\lambda$ as well, so the product rule gives two parts:

$$\\nabla_\\lambda\\,\\mathrm{ELBO} = \\mathbb E_{q_\\lambda}\\big[\\nabla_\\lambda \\log q_\\lambda(z)\\,
(\\log p(x,z) - \\log q_\\lambda(z))\\big]
\\;-\\; \\mathbb E_{q_\\lambda}[\\nabla_\\lambda \\log q_\\lambda(z)].$$

Does the second part have to be in a Monte Carlo estimate of this gradient?
""",
    options={
        "a": "Yes: without it the gradient misses how the entropy of q changes with its parameters.",
        "b": "No: its integrand is zero at every z, so sampling it always gives zero.",
        "c": "Yes, if log p(x, z) is known only up to a constant; no if it is normalised.",
        "d": "No: zero on average, though not for a sample; any multiple may be added to change the noise.",
    },
    key="d",
    reasons={
        "a": "The entropy is a good thing to ask about, and its pull is in the first part: log q stands "
        "there, beside the score. Take f = -log q in your `score_function_grad`, and compare with the "
        "derivative of the entropy of a normal.",
        "b": "The conclusion is right, the reason is not. Evaluate the score of a normal at one z that is "
        "not its mean: it is zero only on average.",
        "c": "A constant added to log p(x, z) multiplies the score and averages out. That holds in the first "
        "part as it stands, and decides nothing about the second.",
        "d": "The expected score is zero (question 3.2), so the estimate is unbiased without it. For "
        "finitely many draws it is noise of known mean: the free control variate behind the baseline b.",
    },
    hints=(
        "Which question of this section is about the expectation in the second part?",
        "Write that expectation as an integral of the derivative of q, and swap derivative and integral. "
        "What is the integral of q?",
        "The expectation is zero for every lambda. Now compare with what `score_grad_baseline` does to each "
        "term.",
    ),
    answer="""
No. $\\mathbb E_q[\\nabla\\log q] = \\int\\nabla q = \\nabla\\int q = \\nabla 1 = 0$. BBVI drops it from
equation (2). In the sum over finitely many draws it is not zero, and any multiple of it can be put back
without bias: with factor b this is the baseline, with a well-chosen factor for each coordinate it is the
control variate of BBVI's section on variance. (In the paper's section 7 the line labelled (13) lacks a
gradient sign in this expectation.)
""",
)
