"""3.6  Keeping the model up to date."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="3.6",
    minutes=3,
    difficulty=2,
    text="""
M new data have joined the N old ones, all from the same source, and now the *globals* are to take them in.
Which plan does it, at a cost that does not grow with N?
""".strip(),
    options={
        "a": "Optimise the local factors of the new data; with that the model is up to date.",
        "b": "Put them into the pool, draw batches from all of it, and leave N, t and the rest as they are.",
        "c": "Train a network that maps a datum to its local factor, and run it on the new data.",
        "d": "Put them into the pool, draw batches from all of it with N + M for N, from the present q, with "
        "a small step size that has not died out.",
    },
    key="d",
    reasons={
        "a": "The locals are up to date then. q of the globals has not heard of the new data.",
        "b": "Each batch would still stand for N data, so the balance of prior and likelihood is wrong. And "
        "at t of a million the step size is next to nothing: late data barely count.",
        "c": "Such a network (section 4) makes the locals quick. It leaves the globals where they were.",
        "d": "A warm start, the right N, and steps long enough to go somewhere. To stream, with the present q "
        "as prior and the new data alone, is the other way.",
    },
    hints=(
        "Which numbers in `svi` speak of how many data there are, and which of how far the run has come?",
        "After a million steps with a power of 0.7 a step has a length of 0.00006. What will a new datum change?",
    ),
    answer="""
Continue SVI: new data in the pool, N grows to N + M so that a batch stands for all of them, start from the
present q, and set the step size back to something small that is not zero. If the source drifts, keep the step
size above a floor: that forgets on purpose. Drawing only new data would forget without being asked.
""",
)
