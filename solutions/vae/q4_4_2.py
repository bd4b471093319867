"""4.4  Why not lower the KL in theta?"""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="4.4",
    difficulty=2,
    text="We want q close to the posterior. Why do we not lower KL(q(z) || p(z|x)), in phi and in theta?",
    options={
        "a": "It can be lowered by making the data less likely, and it contains p(z|x), which we do not have.",
        "b": "It is negative for some theta, so that it has no minimum.",
        "c": "Its gradient in theta is zero, since q does not depend on theta.",
    },
    key="a",
    reasons={
        "a": "In the counter-example its fall was paid for by log p(x). And whoever could evaluate it would not need "
        "q.",
        "b": "No divergence is negative. Its smallest value is zero, where the posterior is q.",
        "c": "q does not, and the posterior does. So moving theta moves the divergence.",
    },
    hints=(
        "What is the best a model can do if only this divergence counts? Think of a model that ignores z.",
        "With theta = 0 the posterior is the prior, whatever x is. What does that say about x?",
        "And what would you have to know to evaluate it?",
    ),
    answer="""
A model whose posterior is easy to match need not be a good model of x: with theta = 0 the posterior is the prior, and
q = prior has divergence zero, at any x. In the sum of both parts such a model is held to account. Besides, p(z|x) is
unknown up to the constant p(x), which in theta is not constant.
""",
)
