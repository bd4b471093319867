"""6.4  Where the inverse comes back."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.4",
    text="A planar flow q has been trained. For which of these would you have to invert it?",
    options={
        "a": "For weighing the draws of somebody else's sampler by p / q.",
        "b": "For one more step of training.",
        "c": "For importance sampling with q's own draws.",
        "d": "For putting eight more layers on top.",
    },
    key="a",
    reasons={
        "a": (
            "Those points came from elsewhere. Their density under q has to be looked up, layer by layer, from the "
            "last to the first."
        ),
        "b": (
            "A step of training draws from q and scores its own draws. One way there is all it takes."
        ),
        "c": (
            "The weights are p / q at points that q has drawn itself, with the density in hand. That is why the "
            "importance weighted bound of 6.7 costs no inverse either."
        ),
        "d": (
            "New layers begin where the old ones end, and their log-determinants are added. Nothing goes back."
        ),
    },
    hints=(
        "Ask of each: where does the point come from at which q is wanted?",
        "In three of them q draws the points itself.",
        "Somebody hands you a point, and you do not know from which draw of the base it would have come.",
    ),
    answer="""
The same holds for the divergence in the other direction, an average over p; for a Metropolis step with q as proposal,
which needs q at the *present* point; and for a mixture of flows, where each has to score what another has drawn.
""",
)
