"""1.4  When a KL divergence is zero, and when it is infinite."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="1.4",
    text="q and p are distributions over the same cells. When is KL(q || p) exactly zero, and when infinite?",
    options={
        "a": "Zero if q = p wherever q > 0, and p is free elsewhere; infinite if some cell has q = 0 and p > 0.",
        "b": "Zero if they have the same entropy; infinite if their supports differ.",
        "c": "Zero if q = p; infinite if either has a zero where the other has none.",
        "d": "Zero if q = p, and only then; infinite if some cell has q > 0 and p = 0.",
    },
    key="d",
    reasons={
        "a": "If q = p wherever q > 0, how much is left for p elsewhere? And a cell that q never visits has weight "
             "zero in the average: it can cost nothing, however likely p makes it.",
        "b": "Relabel the cells of q: its entropy stays and the divergence does not. Supports may differ, in one "
             "direction.",
        "c": "The first half is right. The two kinds of zeros are not alike: which of the distributions is it that "
             "draws, and which only quotes prices?",
        "d": "Both bounds of the proof have to be equalities: t = 1 in every visited cell, and no mass of p outside of "
             "them. And a draw that p holds to be impossible has an infinite surprise.",
    },  # fmt: skip
    hints=(
        "Go through the inequalities of your chain, one by one: when is each an equality?",
        "The tangent touches the log in one point only. The other inequality is about the mass of p that q misses.",
        "For the infinite case, ask what one summand is for q = 0 and p > 0, and what it is for q > 0 and p = 0.",
    ),
    answer="""
The tangent touches log t at t = 1 only, so the first inequality is tight only if q = p wherever q > 0. Then p has mass
one there, and the second inequality is tight by itself. So q = p everywhere (for densities: almost everywhere).
Cells with q = 0 contribute nothing. A cell with q > 0 and p = 0 makes the divergence infinite. This lopsidedness has
consequences: minimised over q, as in this course, the divergence lets q ignore a part of p, and never lets it put mass
where p has none.
""",
)
