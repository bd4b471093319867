"""2.7  How far the bound stays below the evidence."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="2.7",
    text="""
Three groups of data lie so far apart that every datum is sure of its group, and K = 3. The mean field climbs to its
best ELBO. By how many nats does it stay below log p(x)? Two digits.
""".strip(),
    truth=1.79,
    near={
        0.0: "Within its mode, q is as good as perfect. But the posterior has more than one mode: give the components "
             "other names, and the model says the same of the data.",
        1.1: "You counted 3 copies. How many ways are there to give the names 1, 2, 3 to three groups?",
        0.69: "That is log 2, the gap for two groups. How many copies of one mode does the posterior have for three?",
    },  # fmt: skip
    hints=(
        "The gap is KL(q || posterior). Where does the posterior have mass and q has none?",
        "The model does not care for names of components, so the posterior is made of equal copies of one mode. q "
        "sits on one of them.",
        "On its mode q is n times as dense as the posterior, where n is the number of copies; the KL is the log of "
        "that. How many orders do three names have?",
    ),
    answer="""
The posterior is the average of 3! = 6 copies of one mode, one for each way of naming the groups. q covers one of
them and is there six times as dense as the posterior, so KL(q || posterior) = log 6 = 1.79 nats. For two groups
the gap is log 2. This part of the gap is harmless: all copies say the same of the data. Where groups overlap
there is a second part, since q takes labels and means to be independent, and that one is not harmless.
""",
)
