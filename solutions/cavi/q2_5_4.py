"""2.5  An instrumented run."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="2.5",
    text="""
The instrumented run below starts from the same five means on data from the same five groups, with N = 200, with 2,000
and with 20,000 data. With N = 200 it looks at 1,000 data before every mean is within 0.3 of where it ends. At how
many data does it look with N = 20,000, before the same is true?
""".strip(),
    truth=100000,
    near={
        1000: "That would be a twentieth of one sweep. When does a mean move for the first time?",
        20000: "That is one sweep. With N = 200 it took five of them; why should one be enough here?",
        2000: "The means would not have moved at all by then: a move takes a full pass.",
        5: "That is a number of sweeps. At how many data does one sweep look?",
    },
    hints=(
        "How many sweeps are 1,000 looks at 200 data?",
        "Groups and start are the same. Does a sweep over more data from the same groups bring the means further?",
        "The number of sweeps hardly changes with N, and each of them looks at all data.",
    ),
    answer="""
Five sweeps with 200 data, and five with 20,000: the way is the same, only described by more data. So 5 x 20,000 =
100,000. The first hundred data of the first sweep already show where to go; the algorithm looks at 19,900 more before
it moves.
""",
)
