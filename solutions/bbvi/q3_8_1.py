"""3.8  Conditioning on something that says nothing."""

from dflvi.checking.exercise import Choice

exercise = Choice(
    __name__,
    question="3.8",
    text="""
You estimate $\\theta = \\mathbb E\\,Y$ by averaging draws of $V = \\mathbb E[Y\\mid Z]$ in the place of draws of Y. Y
and Z are independent. What is $\\mathrm{Var}(V)$?
""",
    options={
        "a": "Var(Y)",
        "b": "Half of Var(Y): each of the two parts takes its share.",
        "c": "0",
        "d": "Var(Y), since the other part, the expected Var(Y | Z), is 0.",
    },
    key="c",
    reasons={
        "a": "That is the other extreme, Z = Y, where V is Y itself. Here Z says nothing: how does V vary with it?",
        "b": "There is no rule that halves. Ask your `decompose` with the outer product of two marginals as the joint.",
        "c": "Given Z, the law of Y is what it was, so V is the number theta for every z. A number has no variance.",
        "d": "The parts do add up to Var(Y), and you gave each the value of the other. With Z known, how much does "
             "an independent Y still vary?",
    },  # fmt: skip
    hints=(
        "What is the conditional law of Y given Z = z, for an independent pair?",
        "So E[Y | Z = z] is which number, for each z? A random variable that takes one value only has which variance?",
    ),
    answer="""
If Y and Z are independent, $\\mathbb E[Y\\mid Z] = \\mathbb E\\,Y = \\theta$, a constant: the part between is zero and
the part within is all of Var(Y). By the law of total variance conditioning on such a Z removes *all* of the variance.
""",
)
