"""2.2  What is left of EM if every unknown is latent."""

# Built from solutions/cavi/q2_2_1.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="2.2",
    text="""
Every unknown parameter gets a prior and joins the latent variables. Which step of EM is left?
""".strip(),
    options={
        "a": "Only the M-step.",
        "b": "Both, as before.",
        "c": "Only the E-step: compute, or approximate, one joint posterior.",
        "d": "Neither: Bayes' rule leaves nothing to be optimised.",
    },
    hints=(
        "The bound F has two arguments in EM. What are they, and which step moves which?",
        "Put the parameters among the latent variables and write F again. Which arguments does it have now?",
        "F(q) has one argument, a distribution over everything unknown. Choosing that is one of the two steps.",
    ),
    sealed='57b483c03e00562f',
)
