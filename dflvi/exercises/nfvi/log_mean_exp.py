"""6.7  The log of a mean of exponentials."""

# Built from solutions/nfvi/log_mean_exp.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import T32, close, has_shape
from dflvi.checking.exercise import Exercise


def log_mean_exp(a: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
    """The log of the mean of exp(a) over one axis, for entries of any size.

    Args:
        a: logs, an array with at least one axis. They may lie at -10,000 or at +10,000, where exp is 0 or infinite in
            float32. Some of them, not all along an axis, may be minus infinity: the log of a weight of zero.
        axis: over which the mean is taken, a Python int; -1 is the last. It is not there any more in the result.

    Returns:
        an array with one axis less, in nats.
    """
    raise NotImplementedError("yours to write")

SHAPE = (4, 7)


def _of(attempt, a, where):
    """The result over either axis, with what it has to be."""
    a = a.astype(np.float32)
    for axis, length, shape in ((-1, 7, (4,)), (0, 4, (7,))):
        at = f"{where}, shape {SHAPE}, axis = {axis}"
        got = has_shape(attempt(a, axis), shape, where=at)
        yield got, oracles.logsumexp(a, axis=axis) - np.log(length), at


def takes_one_axis_away(attempt):
    for _ in _of(attempt, attempt.rng.normal(size=SHAPE), "normal draws"):
        pass


def of_equal_entries_it_is_that_entry(attempt):
    level = float(attempt.rng.uniform(-2, 2))
    for got, _, where in _of(attempt, np.full(SHAPE, level), f"all entries {level:.3f}"):
        close(got, np.full(got.shape, np.float32(level)), T32, where=where, says="the log-mean-exp of equal entries")


def is_the_log_of_the_mean(attempt):
    for got, want, where in _of(attempt, 2 * attempt.rng.normal(size=SHAPE), "normal draws with sd 2"):
        close(got, want, T32, where=where, says="the log of the mean of the exponentials")


def a_weight_of_zero_counts_in_the_mean(attempt):
    a = attempt.rng.normal(size=SHAPE)
    a[[0, 1, 2, 3, 2], [1, 4, 0, 6, 5]] = -np.inf
    for got, want, where in _of(attempt, a, "five entries are minus infinity"):
        close(got, want, T32, where=where, says="a mean to which some contribute nothing")


def holds_far_from_zero(attempt):
    for level in (-1e4, 1e4):
        for got, want, where in _of(attempt, level + attempt.rng.normal(size=SHAPE), f"entries near {level:g}"):
            close(got, want, T32, where=where, says="exp of these numbers leaves float32, their log-mean-exp does not")


exercise = Exercise(
    log_mean_exp,
    question="6.7",
    minutes=6,
    difficulty=1,
    hints=(
        "A mean is a sum divided by a number. What does that division become after the log?",
        "There is a function for the log of a sum of exponentials that stays finite. How is it done by hand? Take the "
        "largest entry out of the sum before you exponentiate.",
        "`jax.nn.logsumexp` over the axis, less the log of how many entries lie along it.",
    ),
    checks=(
        takes_one_axis_away,
        of_equal_entries_it_is_that_entry,
        is_the_log_of_the_mean,
        a_weight_of_zero_counts_in_the_mean,
        holds_far_from_zero,
    ),
)
