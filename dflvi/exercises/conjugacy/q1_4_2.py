"""1.4  When a KL divergence is zero, and when it is infinite."""

# Built from solutions/conjugacy/q1_4_2.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Go through the inequalities of your chain, one by one: when is each an equality?",
        "The tangent touches the log in one point only. The other inequality is about the mass of p that q misses.",
        "For the infinite case, ask what one summand is for q = 0 and p > 0, and what it is for q > 0 and p = 0.",
    ),
    sealed='1f7e2617699adb14',
)
