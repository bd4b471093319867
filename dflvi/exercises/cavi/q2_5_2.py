"""2.5  Half precision."""

# Built from solutions/cavi/q2_5_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.5",
    text="""
A colleague stores all responsibilities phi in half precision, so that they take half of the memory. What of the
bottleneck does this remove?
""".strip(),
    options={
        "a": "All of it: the responsibilities are what does not fit.",
        "b": "Half of it: the pass over the data takes half as long.",
        "c": "Some memory. There is still one full pass over the data for each move of the means.",
        "d": "Nothing, and the ELBO can no longer be computed.",
    },
    hints=(
        "Could one run the algorithm without ever storing all of phi?",
        "A row of phi is needed only for its contribution to K sums. What is it that cannot be left out?",
        "Count data per move of the means, before and after.",
    ),
    sealed='bdbfa60372aee02c',
)
