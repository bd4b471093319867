"""5.1  How many layers let everything reach everything."""

# Built from solutions/flows/q5_1_4.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Prediction


exercise = Prediction(
    __name__,
    question="5.1",
    text="""
Coupling layers in turn: the first moves the second half, the next one the first half, and so on. What is the smallest
number of layers after which every input coordinate can influence every output coordinate, for halves of two or more?
""".strip(),
    hints=(
        "Multiply block matrices: a layer is the identity with one more block, below or above the diagonal.",
        "After two layers write the product. Which of its four blocks is still free of the key makers?",
        "One block is the identity after two layers. One more layer adds something to it.",
    ),
    sealed='9b4ae21708701753',
)
