"""2.5  Half precision."""

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
    key="c",
    reasons={
        "a": "They need not be stored at all: compute a row, add it to the sums, forget it. Is the algorithm quick "
             "then?",
        "b": "How many data does a pass look at, with numbers of 16 bits and of 32?",
        "c": "phi can be recomputed row by row, so memory never was the point. It is the work, and what it buys: one "
             "move.",
        "d": "The ELBO survives some rounding, and it is optional. Look at the number of data in a pass.",
    },
    hints=(
        "Could one run the algorithm without ever storing all of phi?",
        "A row of phi is needed only for its contribution to K sums. What is it that cannot be left out?",
        "Count data per move of the means, before and after.",
    ),
    answer="""
Memory only. The responsibilities can be recomputed, row by row, and need no storage at all; what is inherent is the
work: N data for one move of the means, early on as well, when the means are so poor that a few hundred data would
have told the direction as well.
""",
)
