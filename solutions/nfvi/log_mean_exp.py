"""6.7  The log of a mean of exponentials."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import T32, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def log_mean_exp(a: Float[Array, "..."], axis: int) -> Float[Array, "..."]:
    """The log of the mean of exp(a) over one axis, for entries of any size.

    Args:
        a: logs, an array with at least one axis. They may lie at -10,000 or at +10,000, where exp is 0 or infinite in
            float32. Some of them, not all along an axis, may be minus infinity: the log of a weight of zero.
        axis: over which the mean is taken, a Python int; -1 is the last. It is not there any more in the result.

    Returns:
        an array with one axis less, in nats.
    """
    return jax.nn.logsumexp(a, axis=axis) - jnp.log(a.shape[axis])


# ---- other right answers ----------------------------------------------------------------------


def around_the_largest(a, axis):
    """Takes the largest entry out first."""
    top = jnp.max(a, axis=axis, keepdims=True)
    return jnp.log(jnp.mean(jnp.exp(a - top), axis=axis)) + jnp.squeeze(top, axis=axis)


def with_numpy_pair_by_pair(a, axis):
    """Adds one slice after the other in the log domain."""
    slices = np.moveaxis(np.asarray(a), axis, 0)
    total = slices[0]
    for one in slices[1:]:
        total = np.logaddexp(total, one)
    return total - np.log(len(slices)).astype(total.dtype)


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def over_those_that_are_there(a, axis):
    count = jnp.sum(jnp.isfinite(a), axis=axis)
    return jax.nn.logsumexp(a, axis=axis) - jnp.log(count)


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
    variants=(around_the_largest, with_numpy_pair_by_pair),
    mistakes=(
        Mistake(
            "over-all-axes",
            one_edit("jax.nn.logsumexp(a, axis=axis)", "jax.nn.logsumexp(a)"),
            "Of a table you return one number. Each row, or each column, is to be averaged by itself.",
            caught_by=takes_one_axis_away,
        ),
        Mistake(
            "sum-for-mean",
            one_edit(" - jnp.log(a.shape[axis])", ""),
            "Seven times the same number, and you return more than it. With such weights a bound would grow with k "
            "for ever.",
            also=lambda a, axis: jnp.log(jnp.sum(jnp.exp(a), axis=axis)),
            caught_by=of_equal_entries_it_is_that_entry,
        ),
        Mistake(
            "length-of-the-first-axis",
            one_edit("jnp.log(a.shape[axis])", "jnp.log(len(a))"),
            "In a table of 4 x 7 the columns come out right and the rows too large. By the length of which axis do "
            "you divide?",
            caught_by=of_equal_entries_it_is_that_entry,
        ),
        Mistake(
            "mean-of-the-logs",
            lambda a, axis: jnp.mean(a, axis=axis),
            "You average the logs. For weights of 1 and 100 the mean is 50.5, and yours would say 10.",
            also=lambda a, axis: jnp.log(jnp.exp(jnp.sum(a, axis=axis) / a.shape[axis])),
            caught_by=is_the_log_of_the_mean,
        ),
        Mistake(
            "the-largest-alone",
            lambda a, axis: jnp.max(a, axis=axis),
            "Your number is the largest entry. Near it others may lie that add a good deal, and far more of them may "
            "add nothing.",
            caught_by=is_the_log_of_the_mean,
        ),
        Mistake(
            "zeros-left-out",
            over_those_that_are_there,
            "Where some entries are minus infinity you average over the others only. A draw with weight zero has been "
            "made, and takes part in the mean.",
            caught_by=a_weight_of_zero_counts_in_the_mean,
        ),
        Mistake(
            "exp-first",
            lambda a, axis: jnp.log(jnp.mean(jnp.exp(a), axis=axis)),
            "Near -10,000 you return minus infinity, near +10,000 infinity: all the exponentials have left float32. "
            "An image of 784 pixels has a log probability of that kind.",
            caught_by=holds_far_from_zero,
        ),
    ),
    answer="""
$\\log \\frac1k\\sum_i e^{a_i} = \\operatorname{logsumexp}(a) - \\log k$. Inside, the largest entry M is taken out,
$M + \\log\\sum_i e^{a_i - M}$: no exponent is positive then, and one of them is zero, so nothing overflows and the sum
is at least 1.
""",
    afterword="Weights of images are numbers like exp(-170). They exist in this form only.",
)
