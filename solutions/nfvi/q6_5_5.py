"""6.5  Where the annealing goes."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.5",
    text="Early in training beta is 0.01. One program multiplies the log joint by it, log p(x | z) + log p(z), another "
    "one multiplies the KL between q and the prior. Both end with beta = 1. What does q do in the first steps?",
    options={
        "a": "the same in both: only the ratio of the two terms matters",
        "b": "in the first it becomes narrow, in the second wide",
        "c": "in the first it becomes wide, in the second it may become narrow",
        "d": "nothing in either, as the gradient is a hundredth of what it will be",
    },
    key="c",
    reasons={
        "a": "There are three terms: the entropy of q, the prior and the likelihood. Each program weighs others down.",
        "b": "Look at what is left at full weight: in the first program only log q, which is small where q is wide.",
        "c": "With the log joint nearly gone, what is left is the entropy of q. With the KL nearly gone, what is left "
        "is the likelihood, which is highest for a q that sits at one good point.",
        "d": "The terms that are not multiplied are there in full, and Adam takes no notice of the size anyway.",
    },
    hints=(
        "Set beta to 0 in both losses. Which term is left, and which q makes it small?",
    ),
    answer="""
Annealing the log joint (the paper) is a warm target: q first spreads over all of it and is then drawn in, so it finds
modes. Annealing the KL (often called warm-up) makes a plain autoencoder of the first steps, so that the decoder learns
to use z before the prior can switch it off. Both are in use, and a report should say which.
""",
)
