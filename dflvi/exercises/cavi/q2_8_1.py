"""2.8  Starting all components in one place."""

# Built from solutions/cavi/q2_8_1.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Write down one row of phi for this start.",
        "All its entries are 1/K. Which means and variances follow from that?",
        "The update treats all components alike, so what is equal before a sweep is equal after it.",
    ),
    sealed='570b71e4bbabddfe',
)
