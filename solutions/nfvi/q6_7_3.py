"""6.7  More draws from the exact posterior."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.7",
    text="""
q is the exact posterior. You double k. What happens to the gap between log p(x) and L_k?
""".strip(),
    options={
        "a": "Nothing: it is zero before and after",
        "b": "It is halved",
        "c": "It falls by log 2",
    },
    key="a",
    reasons={
        "a": "Each weight is p(x) then, so that the mean of any number of them is p(x), and its log has no spread "
             "to lose by.",
        "b": "That is the rule of thumb for large k and a q that is not the posterior: the gap is about Var(w)/(2 "
             "k p(x)^2). What is Var(w) here?",
        "c": "This would be so for a sum of weights that somebody forgot to divide by k, and it would go the "
             "other way.",
    },
    hints=(
        "What is p(x, z)/p(z|x), for any z?",
    ),
    minutes=2,
    answer="""
With the exact posterior all weights are p(x). The bound touches at k = 1 and stays there.
""",
)
