"""2.1  Bumps that are close together."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="2.1",
    text="The bumps of P move from -5 and 5 to -1.5 and 1.5. What is the best Q for KL(Q || P) now?",
    options={
        "a": "Still one of the bumps, N(1.5, 1) or its mirror image.",
        "b": "Still one of the bumps, but wider, as the other is near.",
        "c": "There is none: the two optima merge into a ridge.",
        "d": "One Gaussian in the centre, over both bumps.",
    },
    key="d",
    reasons={
        "a": "There it would pay nearly log 2 again. Is the valley between the bumps still so empty that this is "
             "the cheapest?",
        "b": "A good thought, as Q does reach over to the other bump. Carry it on: where is m in the end?",
        "c": "The two do merge. What is left when two valleys join?",
        "d": "m = 0 and s = 1.71, at a cost of 0.074 nats. The valley is hardly there any more, so it costs little.",
    },  # fmt: skip
    hints=(
        "What made the reverse direction avoid the middle? Is it still there?",
        "With standard deviations of 1 and centres three apart, the density in the middle is not much below its top.",
        "The price of the middle is gone, and the price for leaving out half of P, log 2, is what it was.",
    ),
    answer="""
For d = 1.5 the best Q is in the centre: m = 0, s = 1.714, KL = 0.0742. At d = 2 it is still there (s = 2.047, 0.2265);
at d = 3 one bump has become better (m = 2.984, s = 1.023, 0.6888). "Reverse KL picks a mode" is a statement about
bumps that are far apart, measured in their widths.
""",
)
