"""2.5  Data between two updates of the means."""

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
    key="a",
    reasons={
        "a": "A mean is a weighted sum over all data, and every weight has to be up to date.",
        "b": "That is the work for one datum: ten scores. How many data have a say in one m_k?",
        "c": "Nothing here compares components in pairs. And the question is how many data are looked at.",
        "d": "There are no batches in it. An algorithm with batches is another one, that of notebook 3.",
    },
    hints=(
        "Write the update of one m_k. What is summed over?",
        "Each term has a responsibility in it, computed from the present means. Can any of them be an old one?",
        "If every responsibility must be fresh, every datum has been looked at once more.",
    ),
    answer="""
Each m_k is a sum over all data of responsibility times datum, and each responsibility comes from the present m and s2.
So between two moves of m the algorithm computes N K numbers and looks at all N data.
""",
)
