"""2.5  Data between two updates of the means."""

# Built from solutions/cavi/q2_5_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.5",
    text="""
N = 1,000,000 data, K = 10 components. How many data does textbook CAVI look at between two updates of the means m?
""".strip(),
    options={
        "a": "All 1,000,000.",
        "b": "10, one for each component.",
        "c": "N K^2, a hundred million.",
        "d": "As many as are in a batch.",
    },
    hints=(
        "Write the update of one m_k. What is summed over?",
        "Each term has a responsibility in it, computed from the present means. Can any of them be an old one?",
        "If every responsibility must be fresh, every datum has been looked at once more.",
    ),
    sealed='6df315d45c677633',
)
