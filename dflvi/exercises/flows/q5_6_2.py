"""5.6  An energy that is raised by five."""

# Built from solutions/flows/q5_6_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="5.6",
    text="You replace U by U + 5 everywhere. What happens to F, and to the best q?",
    options={
        "a": "Nothing at all happens.",
        "b": "F rises by 5, and the best q is the same.",
        "c": "F and the KL divergence from q to the target rise by 5.",
        "d": "F rises by 5, and the best q becomes narrower, since all places are less likely.",
    },
    hints=(
        "Write down the density that belongs to U + 5, with its normaliser.",
        "F + log Z = KL(q || p). Two of the three know of the 5.",
        "F gets 5 more. Log Z gets 5 less.",
    ),
    sealed='7b9b1f3d23f62cac',
)
