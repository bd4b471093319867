"""6.4  Where the density of the flow is asked for."""

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
    key="b",
    reasons={
        "a": (
            "The data have a density under the model, p(x|z). The flow is a density of latents; no x is ever pushed "
            "through it."
        ),
        "b": (
            "Each comes with its z_0 and with the log-determinants that were met on the way. Nothing has to be looked "
            "for."
        ),
        "c": (
            "The prior is *evaluated* there, at z_K. Draws from it come in when new data are made, and then q has "
            "nothing to do."
        ),
        "d": (
            "That is how figures are made in two dimensions. Training takes an average over draws."
        ),
    },
    hints=(
        "Write F as an expectation. Over which distribution is it?",
        "For each of the three terms of F: at which point is it evaluated, and where did that point come from?",
        "Follow one line of the algorithm after the other, and note when z_K first exists.",
    ),
    answer="""
F is an expectation over q_0 of ln q_0(z_0) - sum of ln |det| - ln p(x, z_K), with z_K = f(z_0). Every point in it has
just been generated, its pre-image included.
""",
)
