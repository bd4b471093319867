"""2.2  What takes the place of the M-step."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="2.2",
    text="What replaces the M-step in full Bayes?",
    options={
        "a": "A gradient step on the ELBO in the parameters.",
        "b": "A step in the prior's own parameters.",
        "c": "A draw of the parameters from their posterior.",
        "d": "Nothing: the parameters are in q.",
    },
    key="d",
    reasons={
        "a": "That moves a point, so there would still be a point to be moved. This is how variational EM is often "
             "done, in the VAE of section 4 for one.",
        "b": "That is empirical Bayes, a point estimate one level higher up. It may be added; it replaces nothing.",
        "c": "That is Gibbs sampling: another road to the same posterior, and no step of an ascent.",
        "d": "What looks like an M-step in CAVI is an update of one more factor of q.",
    },  # fmt: skip
    hints=(
        "Which quantities were moved by the M-step? What has become of them?",
        "They have a prior and a posterior now, like everything else that is not observed.",
        "So the step that updates them is of the same kind as the step that updates z.",
    ),
    answer="""
Nothing does. The parameters are latent, q covers them, and the half step that updates their factor is an E-step in
the same sense as the one for z. It returns a distribution; its mean may coincide with what an M-step would return.
""",
)
