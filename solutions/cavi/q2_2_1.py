"""2.2  What is left of EM if every unknown is latent."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="2.2",
    text="""
Every unknown parameter gets a prior and joins the latent variables. Which step of EM is left?
""".strip(),
    options={
        "a": "Only the M-step.",
        "b": "Both, as before.",
        "c": "Only the E-step: compute, or approximate, one joint posterior.",
        "d": "Neither: Bayes' rule leaves nothing to be optimised.",
    },
    key="c",
    reasons={
        "a": "The M-step looks for the best point of the parameters. Which parameter is a point now?",
        "b": "The M-step would need something to maximise over that is not in q. Is there any left?",
        "c": "The parameters are inside q, and choosing q is what an E-step does.",
        "d": "Where the joint posterior can be computed, true. Where it cannot, q is still chosen, so that the bound "
             "becomes large.",
    },  # fmt: skip
    hints=(
        "The bound F has two arguments in EM. What are they, and which step moves which?",
        "Put the parameters among the latent variables and write F again. Which arguments does it have now?",
        "F(q) has one argument, a distribution over everything unknown. Choosing that is one of the two steps.",
    ),
    answer="""
**Model answer to 2.2.** Question 1.6 gave log p(x; theta) = F(q, theta) + KL(q || p(z | x, theta)). EM climbs F by
turns: the E-step sets q = p(z | x, theta), so that F touches log p(x; theta), and the M-step moves theta. Give theta a
prior and count it among the latent variables. Then F has one argument, q(z, theta); no M-step remains, and the E-step
is Bayesian inference, "compute the joint posterior". If that is out of reach, restrict q: that is variational
inference. With q(z, theta) = q(z) q(theta), coordinate ascent has two half steps again: q(z) from the average of the
log joint over q(theta), and q(theta) from its average over q(z). They look like E and M, and both are E-steps.

Variational EM is the same with q(theta) a point mass: theta is a point again. Mean-field variational EM factorises
q(z) as well. With the prior's term and point masses one has EM for the MAP estimate. What full Bayes adds is the
spread of theta, and with it a price for complexity, the KL to the prior. One more difference: after an exact
E-step, EM's F equals log p(x; theta); a factorised q keeps F below the evidence for good.

**Rubric.** One objective F; the E-step as a projection; parameters become latent; the limit of point masses; mean
field as a restriction; whether the bound is tight.
""",
)
