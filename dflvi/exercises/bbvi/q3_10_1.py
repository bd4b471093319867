"""3.10  How many factors stay?"""

# Built from solutions/bbvi/q3_10_1.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "You have a function for it.",
        "Call `rb_terms` with both names.",
    ),
    sealed='3a5cd5687c10ebe7',
)
