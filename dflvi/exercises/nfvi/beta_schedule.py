"""6.5  How much of the target counts at step t."""

# Built from solutions/nfvi/beta_schedule.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import T32_LOOSE, close, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def beta_schedule(t: int | Scalar) -> Scalar:
    """The factor beta_t that multiplies the log joint at step t of training, as the paper has it.

    Args:
        t: the number of the step, from 0. A check calls with Python ints; your `train_nfvae` will hand over a number
            that JAX traces, and not always a whole one.

    Returns:
        beta_t, one number: it starts at 0.01, grows by one in 10,000 steps, and stays at 1 once it is there.

    (Rezende and Mohamed 2015, below equation 20.)
    """
    raise NotImplementedError("yours to write")


def _at(attempt, t):
    return float(has_shape(attempt(t), (), where=f"t = {t:,}").astype(np.float64))


def starts_low_and_grows_as_in_the_paper(attempt):
    for t, want in ((0, 0.01), (1, 0.0101), (5000, 0.51), (9000, 0.91)):
        close(np.float64(_at(attempt, t)), want, T32_LOOSE, where=f"t = {t:,}", says="beta")


def ends_at_one(attempt):
    for t in (9900, 9901, 30_000, 500_000):
        beta = _at(attempt, t)
        where = f"t = {t:,}"
        holds(beta <= 1 + 1e-6, "Beta goes beyond 1: the target would count more than it should.",
              value=min(beta, 50.0), where=where)  # fmt: skip
        close(np.float64(beta), 1.0, T32_LOOSE, where=where, says="beta")


exercise = Exercise(
    beta_schedule,
    question="6.5",
    minutes=4,
    difficulty=1,
    hints=(
        "A straight line up to a ceiling. Where does it start, how steep is it, and how high is the ceiling?",
        "The smaller of two numbers is the ceiling once the line has crossed it.",
        "An `if` on t would do for ints and not for a number that JAX traces: take a minimum instead.",
    ),
    checks=(starts_low_and_grows_as_in_the_paper, ends_at_one),
)
