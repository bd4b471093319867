"""4.4  A worse q and a better model."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="4.4",
    text="""
q stays as it is, and one step in theta raises the ELBO by 2 nats and the KL(q || p(z|x)) by 1.5 nats. By how much did
log p(x) change?
""".strip(),
    options={
        "a": "By +0.5.",
        "b": "By -1.5.",
        "c": "By +3.5.",
        "d": "That cannot be told from these two numbers.",
    },
    key="c",
    reasons={
        "a": "You have taken one from the other. Which of the three in the identity is the sum of the other two?",
        "b": "The KL is a part of log p(x), with a plus sign. A larger part does not make the whole smaller.",
        "c": "log p(x) is the sum of the two, so both changes count in full.",
        "d": "The identity holds before the step and after it. Subtract one from the other.",
    },
    hints=(
        "Write the identity twice, before and after.",
        "log p(x) = ELBO + KL, for every theta.",
        "Differences add up as the terms do.",
    ),
    answer="""
2 + 1.5 = 3.5. That q has become a worse approximation is no loss here: the model has gained on top of what the bound
shows, and the next step in phi can win it back, as far as family and encoder allow.

**Model answer to 4.4.** (i) With theta fixed log p(x) cannot move, so what the bound gains the KL loses. (ii) With phi
fixed, raising the bound by d changes log p(x) by d plus the change of the KL: either the model explains x better, or
its posterior has come towards q, or both. The bound is a guaranteed floor that is being raised. The entropy of q does
not depend on theta, so the step maximises E_q log p(x, z): an M-step with an approximate posterior. (iii) log p(x) need
not rise: `counterexample`. It must if q was exact before the step, since then the KL can only rise. (iv) A gradient
step on both interleaves the two, with small steps of each. The model is drawn to posteriors that q can match.

**Rubric.** Identity; bound; M-step; a rising KL is no loss; no guarantee, and when there is one; the pull towards
simple posteriors; interleaving.
""",
)
