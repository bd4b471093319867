"""6.4  Where the density of the flow is asked for."""

# Built from solutions/nfvi/q6_4_2.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="6.4",
    text="At which points does the free energy of Algorithm 1 ask for ln q_K?",
    options={
        "a": "At the data x of the mini-batch.",
        "b": "At the z_K that the flow has just made from its own draws.",
        "c": "At draws from the prior p(z).",
        "d": "At points on a grid over the latent space.",
    },
    hints=(
        "Write F as an expectation. Over which distribution is it?",
        "For each of the three terms of F: at which point is it evaluated, and where did that point come from?",
        "Follow one line of the algorithm after the other, and note when z_K first exists.",
    ),
    sealed='e004f171e652269f',
)
