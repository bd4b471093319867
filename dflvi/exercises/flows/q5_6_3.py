"""5.6  The best Gaussian for two modes far apart."""

# Built from solutions/flows/q5_6_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="5.6",
    text="The target has two equal modes, far apart compared with their width. Which K = 0 flow, a Gaussian, has the "
    "least KL(q || p)?",
    options={
        "a": "One that sits on one of the two modes.",
        "b": "One that sits in the middle, as wide as to reach both.",
        "c": "Either: by symmetry the two have the same KL.",
        "d": "None has: by moving it further out F can be made as small as one likes.",
    },
    hints=(
        "Which of the two densities do the samples come from, over which log(q / p) is averaged?",
        "Where q puts mass and p has nearly none, log(q / p) is large. Where p has mass and q none, nothing is lost "
        "directly.",
        "Question 2.1 of section 2 has the same answer in one dimension.",
    ),
    sealed='7bc07a724a30cb9f',
)
