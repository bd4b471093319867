"""2.5  The main obstacle on very large data."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="2.5",
    text="What is the main obstacle to running CAVI on very large data?",
    options={
        "a": "The softmax over components is expensive.",
        "b": "The ELBO cannot be computed.",
        "c": "There are K! equivalent optima.",
        "d": "Each move of the global factors takes a pass over all data.",
        "e": "A matrix has to be inverted in each sweep.",
    },
    key="d",
    reasons={
        "a": "It costs K exponentials a datum, a constant. What grows with N?",
        "b": "It can, and one does not need it to run the updates.",
        "c": "They are the same solution under other names, however many data there are.",
        "d": "The global factors need every local one, and nothing is gained from a part of the data.",
        "e": "The factors here are scalar and independent. There is nothing to invert.",
    },
    hints=(
        "Look at what grows with the number of data.",
        "Count the data that are looked at between two values of m.",
        "In the first sweeps the means are far off. How many data would tell in which direction to go, and how many "
        "does CAVI ask?",
    ),
    answer="""
**Model answer to 2.5.** The update of a global factor is a sum over all data of something that depends on the
present local factors. So every move of the globals costs one full pass: N K responsibilities. Partial data bring no
progress, and the early passes are wasted on precision, since the globals that they are computed from are still poor.
Storing phi is not the point (rows can be recomputed), and parallel machines shorten a pass without changing that it
is one pass a move. The remedy is to subsample: notebook 3. That each model asks for its own derivation is a limit as
well, of another kind: it decides which models one can use, and not how many data.

**Rubric.** Full pass; work for each datum's local factor; early precision wasted; points to subsampling; derivation
by hand named as a different limit.
""",
)
