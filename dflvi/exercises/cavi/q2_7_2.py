"""2.7  How far the bound stays below the evidence."""

# Built from solutions/cavi/q2_7_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="2.7",
    text="""
Three groups of data lie so far apart that every datum is sure of its group, and K = 3. The mean field climbs to its
best ELBO. By how many nats does it stay below log p(x)? Two digits.
""".strip(),
    hints=(
        "The gap is KL(q || posterior). Where does the posterior have mass and q has none?",
        "The model does not care for names of components, so the posterior is made of equal copies of one mode. q "
        "sits on one of them.",
        "On its mode q is n times as dense as the posterior, where n is the number of copies; the KL is the log of "
        "that. How many orders do three names have?",
    ),
    sealed='b55905282fa95c67',
)
