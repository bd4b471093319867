"""5.1  How many layers let everything reach everything."""

from dflvi.checking.exercise import Prediction

exercise = Prediction(
    __name__,
    question="5.1",
    text="""
Coupling layers in turn: the first moves the second half, the next one the first half, and so on. What is the smallest
number of layers after which every input coordinate can influence every output coordinate, for halves of two or more?
""".strip(),
    truth=3,
    near={
        2: "After two layers one block of the Jacobian is still an identity: within one of the halves an input reaches "
        "its own output and no other of that half. Which one, and who could carry the message?",
        4: "The paper uses four, and they are enough. Are fewer?",
        1: "After one layer half of the outputs are half of the inputs, and nothing else has reached them.",
    },
    hints=(
        "Multiply block matrices: a layer is the identity with one more block, below or above the diagonal.",
        "After two layers write the product. Which of its four blocks is still free of the key makers?",
        "One block is the identity after two layers. One more layer adds something to it.",
    ),
    answer="""
With additive layers, two give dz1/dx1 = I + m2' m1', dz1/dx2 = m2', dz2/dx1 = m1' and dz2/dx2 = I: an entry of x2
reaches no other entry of z2. The third makes that block I + m3' m2'. So three. The paper says the same and takes four.
""",
)
