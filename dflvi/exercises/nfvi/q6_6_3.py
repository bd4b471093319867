"""6.6  Whether any A and B will do."""

# Built from solutions/nfvi/q6_6_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.6",
    text="The layer is z + A tanh(B z + b). For which A [D, M] and B [M, D] can it be undone?",
    options={
        "a": "For all, since tanh can be undone.",
        "b": "Not for all. For M = 2 already a layer can fold whose two units would each be lawful alone.",
        "c": "For all with M < D, since then at most M directions are touched.",
        "d": "For all for which each unit by itself is lawful, b_m . a_m >= -1.",
    },
    hints=(
        "Begin with D = M = 1.",
        "For D = M = 2 take B = I, so that the Jacobian at B z + b = 0 is I + A. Which A have zeros on the diagonal "
        "and make its determinant negative?",
        "A with 2 twice off the diagonal: what is 1 - 4?",
    ),
    sealed='faecd4eb3751df0d',
)
