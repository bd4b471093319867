"""5.6  The best Gaussian for two modes far apart."""

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
    key="a",
    reasons={
        "a": "It loses log 2 by leaving half of the mass away, and no more. In the middle p is nearly 0 where q is "
        "not, and each sample that falls there costs as much as U is high.",
        "b": "That is the Gaussian with the same mean and covariance, which is best for KL(p || q). Here the samples "
        "come from q: what do those between the modes pay?",
        "c": "Symmetry exchanges the left mode with the right one. It says nothing about the middle.",
        "d": "F is never below -log Z, whatever q is, provided that the target has a finite Z.",
    },
    hints=(
        "Which of the two densities do the samples come from, over which log(q / p) is averaged?",
        "Where q puts mass and p has nearly none, log(q / p) is large. Where p has mass and q none, nothing is lost "
        "directly.",
        "Question 2.1 of section 2 has the same answer in one dimension.",
    ),
    answer="""
The reverse KL is mode seeking: a q on one mode pays log 2, once. If the modes are *close*, a broad blob over both can
be better. And what a training run finds is one more thing: a run from the middle whose target was nearly flat at first
(small beta) may stay a blob. With U1 it ends at 3.20 nats, where the best diagonal Gaussian, on one side, has 0.90.
""",
)
