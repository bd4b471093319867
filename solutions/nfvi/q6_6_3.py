"""6.6  Whether any A and B will do."""

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
    key="b",
    reasons={
        "a": "tanh can be undone, and z can be undone. It is their sum that has to be: think of z - 3 tanh(z).",
        "b": "Take a unit that looks along the other's way, and one that looks back, with opposite signs.",
        "c": "One direction is enough for a fold. Think of one unit, in the plane.",
        "d": "For M = 1 that is the rule. With two units there are also the entries of B A off the diagonal, which "
        "tell how each looks along the other's way.",
    },
    hints=(
        "Begin with D = M = 1.",
        "For D = M = 2 take B = I, so that the Jacobian at B z + b = 0 is I + A. Which A have zeros on the diagonal "
        "and make its determinant negative?",
        "A with 2 twice off the diagonal: what is 1 - 4?",
    ),
    answer="""
Not for all. B = I and A = [[0, 2], [2, 0]]: each unit alone has b_m . a_m = 0 and so a determinant of 1 everywhere,
and together the determinant is 1 - 4 h_1' h_2', which is -3 at the origin and 1 far out. It changes its sign, so the
map folds. Sylvester layers buy safety by a form of A and B in which only the diagonal counts.
""",
)
