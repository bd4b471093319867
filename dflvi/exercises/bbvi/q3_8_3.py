"""3.8  Why an independent Z is of no use."""

# Built from solutions/bbvi/q3_8_3.py by `python -m solutions build`. Edit that file, not this one.

from dflvi.checking.exercise import Choice


exercise = Choice(
    __name__,
    question="3.8",
    minutes=3,
    difficulty=2,
    text="""
So with an independent Z all variance would be gone. Haugh asks (Exercise 2) why Y and Z must nevertheless be
*dependent* for conditional Monte Carlo to be worth doing. What is the reason?
""",
    options={
        "a": "Without dependence there is no reduction: drawing Z and drawing Y come to the same.",
        "b": "The estimator is biased then, since it no longer looks at Y.",
        "c": "The variance doubles: that of Z is added to that of Y.",
        "d": "The value that you have to evaluate for each draw of Z is then the unknown itself.",
    },
    hints=(
        "Write down what a program for conditional Monte Carlo does with one draw of Z.",
        "It needs g(z) = E[Y | Z = z] as a formula. Which function is g if Y and Z are independent, and who knows it?",
    ),
    sealed='8df71df04329c185',
)
