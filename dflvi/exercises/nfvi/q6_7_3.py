"""6.7  More draws from the exact posterior."""

# Built from solutions/nfvi/q6_7_3.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "What is p(x, z)/p(z|x), for any z?",
    ),
    minutes=2,
    sealed='6db94eaf5637a622',
)
