"""1.0  A loop that is compiled: the running mean."""

# Built from solutions/conjugacy/running_mean.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise


def running_mean(x: Float[Array, " n"]) -> Float[Array, " n"]:
    """The mean of the first entry, of the first two, of the first three, and so on.

    Args:
        x: numbers, [n], n at least 1.

    Returns:
        an array [n] whose entry i (from 0) is the mean of x[0], ..., x[i]. Try it with `jax.lax.scan`; other ways
        are right too.
    """
    raise NotImplementedError("yours to write")

_CLOSE = Tolerance(1e-5, 1e-5)


def starts_with_the_first_entry(attempt):
    x = attempt.rng.normal(3.0, 1.0, 5).astype(np.float32)
    means = finite(has_shape(attempt(x), (5,), where="n = 5"), where="n = 5")
    close(means[0], x[0], _CLOSE, where="n = 5, the first entry of the result", says="the mean of one number")


def a_constant_stays_what_it_is(attempt):
    x = np.full(5, 2.5, np.float32)
    close(attempt(x), x, _CLOSE, where="x = (2.5, 2.5, 2.5, 2.5, 2.5)", says="each mean is 2.5")


def is_the_mean_of_all_entries_so_far(attempt):
    x = attempt.rng.normal(3.0, 2.0, 5).astype(np.float32)
    want = [np.mean(x[: i + 1], dtype=np.float64) for i in range(5)]
    close(attempt(x), want, _CLOSE, where="five random numbers")


exercise = Exercise(
    running_mean,
    question="1.0",
    minutes=4,
    difficulty=1,
    hints=(
        "What must be remembered from one entry to the next, so that the next mean can be computed? One number is "
        "not enough.",
        "Carry the sum so far and the count so far. The step takes them and one entry, and gives back the new two "
        "and the mean.",
        "`jax.lax.scan(step, (0.0, 0), x)`, where `step(carry, value)` returns `(new_carry, output)`. The outputs "
        "come back stacked, as the second thing that scan returns.",
    ),
    checks=(starts_with_the_first_entry, a_constant_stays_what_it_is, is_the_mean_of_all_entries_so_far),
)
