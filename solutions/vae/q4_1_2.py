"""4.1  What would make the estimator biased?"""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="4.1",
    text="You have a working pathwise estimator of a gradient. Which of these changes makes it biased?",
    options={
        "a": "One point instead of 100.",
        "b": "The scale is parameterised by a log-variance where it was a standard deviation.",
        "c": "`jax.lax.stop_gradient` around the sample z, before f is applied.",
        "d": "One eps is shared by all data points of a mini-batch.",
    },
    key="c",
    reasons={
        "a": "A hundredth of the points has ten times the standard error. The mean of an average does not depend on "
        "how many terms it has.",
        "b": "Then it is the gradient in another parameter, and the chain rule has taken care of that.",
        "c": "The path from the parameters to f leads through z and nowhere else. Cut it and the gradient is 0.",
        "d": "The terms of the batch are then correlated, so that averaging them takes away less noise. Each has the "
        "right mean, and so has their sum.",
    },
    hints=(
        "Bias is about the mean of the estimate, over many keys.",
        "For each of the four: what is the estimate on average? Variance does not count.",
        "By how many ways do the parameters reach the value of f?",
    ),
    answer="""
**Model answer to 4.1.** (i) A sampler hands out numbers. The parameters sit in the *distribution* of these numbers and
not in the numbers, so an autodiff system sees f of a constant. Gradient and expectation do not commute, since
$\\nabla \\int q_\\phi f = \\int (\\nabla q_\\phi) f$ is no expectation under q. (ii) With $z = g(\\phi, \\varepsilon)$
the expectation runs over a fixed law, $J = \\mathbb E_\\varepsilon f(g(\\phi, \\varepsilon))$, and the gradient moves
inside: $\\mathbb E_\\varepsilon[\\nabla f(g)\\, \\partial g/\\partial\\phi]$. One draw is an unbiased estimate, by
ordinary backpropagation with $\\varepsilon$ as data. (iii) z has to be continuous and g differentiable in $\\phi$:
location and scale, inverse distribution functions, compositions of such (flows). f has to be continuous,
differentiable almost everywhere, and not too wild for the exchange. (iv) It uses the slope of f, so that it is mostly
much less noisy than the score function, and encoder and decoder are trained in one graph.

**Rubric.** Distribution against path; gradient and expectation exchanged; noise free of parameters; conditions on g and
on f; variance; training end to end. "It makes the randomness disappear" is wrong: what is still random?
""",
)
