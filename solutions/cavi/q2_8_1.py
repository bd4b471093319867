"""2.8  Starting all components in one place."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="2.8",
    text="""
You start CAVI with all means m_k equal and all variances s2_k equal, on data with three clear clusters.
Where is it after 50 sweeps?
""".strip(),
    options={
        "a": "At the best optimum: coordinate ascent leaves a saddle point by itself.",
        "b": "All m_k are still equal to each other.",
        "c": "At nan: the responsibilities divide zero by zero.",
        "d": "Component 1 has moved to a cluster, the others have stayed.",
    },
    key="b",
    reasons={
        "a": "Something would have to break the tie, and no step of the update can: equal inputs give "
             "equal outputs for every component. Try a start that is off by one part in a million.",
        "b": "Equal components get equal responsibilities, hence equal means again, for ever.",
        "c": "Equal scores are harmless: the softmax of K equal numbers is 1/K for each.",
        "d": "No component is special: exchange the names of 1 and 2 in the start, and nothing has changed.",
    },  # fmt: skip
    hints=(
        "Write down one row of phi for this start.",
        "All its entries are 1/K. Which means and variances follow from that?",
        "The update treats all components alike, so what is equal before a sweep is equal after it.",
    ),
    answer="""
The update does not know the names of the components. If m and s2 are equal for all k, each row of phi is
(1/K, ..., 1/K), and the new m and s2 are equal again: the overall mean, shrunk a little towards zero. This
is a stationary point that is no maximum. Move one mean by a millionth, and that component escapes, while
those that are still equal stay together for ever: a start must be random in every component.
""",
)
