"""2.2  What takes the place of the M-step."""

# Built from solutions/cavi/q2_2_3.py by `python -m solutions build`. Edit that file, not this one.

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
    hints=(
        "Which quantities were moved by the M-step? What has become of them?",
        "They have a prior and a posterior now, like everything else that is not observed.",
        "So the step that updates them is of the same kind as the step that updates z.",
    ),
    sealed='89fa2866b486e927',
)
