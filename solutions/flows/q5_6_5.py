"""5.6  The price of a lost mode."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="5.6",
    text="U1 has two equal halves. Suppose a fit keeps one of them, exactly, and has nothing of the other. How large "
    "is KL(q || p), in nats?",
    truth=0.6931,
    near={
        0.5: "Half of the mass is lost, true. The KL averages the log of a ratio; what is the ratio of q to p where q "
        "is?",
        1.386: "Where q has mass it is twice as high as p. You took four times.",
        -0.6931: "The sign: a KL divergence is never negative.",
    },
    hints=(
        "On the half that it keeps q has to integrate to one. How high is it there, compared with p?",
        "q = 2 p wherever q is not zero, so log(q / p) is the same number at each sample.",
    ),
    answer="""
q = 2p on its half, so log(q / p) = log 2 = 0.693 at each of its samples. When a table of restarts shows a value
close to 0.69 for a target with two equal halves, you know what has happened without a picture.
""",
)
