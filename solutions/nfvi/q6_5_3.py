"""6.5  Three seeds."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="6.5",
    text="Test ELBOs of three seeds each, all trained alike. K = 0: -20.9, -20.7, -20.8. K = 4: -20.2, -20.5, -20.3. "
    "K = 16: -20.4, -20.1, -20.3. Which sentence do they support?",
    options={
        "a": "the flows are better than none in every seed; 4 and 16 layers cannot be told apart",
        "b": "more layers are better: the best runs are -20.7, -20.2 and -20.1",
        "c": "nothing can be said from three seeds",
        "d": "K = 4 is the best choice, as its mean is the highest among those with few parameters",
    },
    key="a",
    reasons={
        "a": "All six runs with layers lie above all three without. Those of 4 and of 16 layers lie in one another.",
        "b": "The best of three is a maximum of noise. By the worst of three, 16 layers would be best, too, but by the "
        "means (-20.33 and -20.27) the difference is a third of what seeds of one K differ by.",
        "c": "Nine numbers that split without overlap are something: if K made no difference, six of nine would be on "
        "top with a chance of 1 in 84.",
        "d": "The means are -20.33 and -20.27, so it is not even the highest; the difference is within the scatter.",
    },
    hints=(
        "Put the nine numbers on a line, with three signs. Where can you draw a cut, and where not?",
    ),
    answer="""
Show every seed. Where the ranges do not overlap there is a finding, and where they do there is none yet. The best seed
of each is the worst summary: it rewards the model that was run most often.
""",
)
