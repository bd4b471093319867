"""6.5  How much of the target counts at step t."""

import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import T32_LOOSE, close, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    return jnp.minimum(1.0, 0.01 + t / 10_000)


# ---- other right answers ----------------------------------------------------------------------


def by_clipping(t):
    """NumPy, clipped at both ends."""
    return np.clip((t + 100) / 10000, 0.01, 1.0)


def by_cases(t):
    """Two cases."""
    return jnp.where(t < 9900, 1e-2 + 1e-4 * t, 1.0)


# ---- checks: cheap to deep --------------------------------------------------------------------


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
    variants=(by_clipping, by_cases),
    mistakes=(
        Mistake(
            "starts-at-nothing",
            one_edit("0.01 + t / 10_000", "t / 10_000"),
            "At step 0 the target does not count at all, and nothing would hold q together. The paper begins a little "
            "above.",
            caught_by=starts_low_and_grows_as_in_the_paper,
        ),
        Mistake(
            "the-larger-of-the-two",
            one_edit("jnp.minimum", "jnp.maximum"),
            "Beta is 1 from the first step on: that is no annealing. Which of the two numbers should win?",
            also=lambda t: 1.0,
            caught_by=starts_low_and_grows_as_in_the_paper,
        ),
        Mistake(
            "whole-numbers-only",
            one_edit("t / 10_000", "t // 10_000"),
            "For thousands of steps nothing changes, and then it jumps. A division of yours leaves the remainder "
            "away.",
            caught_by=starts_low_and_grows_as_in_the_paper,
        ),
        Mistake(
            "no-ceiling",
            one_edit("jnp.minimum(1.0, 0.01 + t / 10_000)", "0.01 + t / 10_000"),
            "After 30,000 steps the target counts threefold. What is fitted at the end has to be the true one.",
            also=lambda t: 0.01 + t * 1e-4,
            caught_by=ends_at_one,
        ),
    ),
    answer="""
The line reaches 1 at step 9,900. The paper trains for 500,000 steps, so this is the first fiftieth of its run. A run of
3,000 steps that used it as it stands would end at beta = 0.31, with a q that is far too wide: `train_nfvae` stretches t
so that beta is 1 for most of the run.
""",
    afterword="Two things to remember of it: where it starts, and that it must have ended long before training does.",
)
