"""3.10  How many factors stay?"""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="3.10",
    minutes=2,
    difficulty=1,
    text="""
N = 1000 data. How many factors of the model are left in the Rao-Blackwellised weight, first for the parameters of
$q(\\beta)$, then for those of one $q(z_i)$?
""".strip(),
    options={
        "a": "2001 and 2",
        "b": "1 and 1",
        "c": "1000 and 1000",
        "d": "2 and 2001",
    },
    key="a",
    reasons={
        "a": "The global variable is in every factor of the model, a local one in its own two.",
        "b": "These would be the priors alone. The likelihood mentions both variables.",
        "c": "Every datum mentions the global variable, twice in fact. No z_i occurs with the data of others.",
        "d": "The numbers are right and exchanged: which of the two variables do all data have in common?",
    },
    hints=(
        "You have a function for it.",
        "Call `rb_terms` with both names.",
    ),
    answer="""
2001 for the global variable, which is in its prior and in two factors a datum, and 2 for a local one.
""",
)
