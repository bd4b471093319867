"""6.9  What was repaired."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.9",
    text="""
You optimise q for each test image by itself, starting from the encoder's q, and the ELBO rises by 5 nats. log p(x)
stays where it is. What were the 5 nats?
""".strip(),
    options={
        "a": "Amortisation gap",
        "b": "Approximation gap",
        "c": "A decoder that did not fit",
    },
    key="a",
    reasons={
        "a": "The family is the same before and after. What has been gained is the distance from the encoder's q "
             "to the best one in it.",
        "b": "That is what is left after the optimisation: a better q would have to come from another family.",
        "c": "Nothing was done to the decoder, and log p(x), the number that is its own, has not moved.",
    },
    hints=(
        "Which of the three levels, log p(x), best q, encoder's q, has been left, and which has been reached?",
    ),
    minutes=2,
    answer="""
From L of the encoder to L of the best q: the amortisation gap. It shows where the fault lies, and it repairs it for
these images at the price of an optimisation for each.
""",
)
