"""1.0  A loop that is compiled: the running mean."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def running_mean(x: Float[Array, " n"]) -> Float[Array, " n"]:
    """The mean of the first entry, of the first two, of the first three, and so on.

    Args:
        x: numbers, [n], n at least 1.

    Returns:
        an array [n] whose entry i (from 0) is the mean of x[0], ..., x[i]. Try it with `jax.lax.scan`; other ways
        are right too.
    """

    def step(carry, value):
        total, count = carry
        total, count = total + value, count + 1
        return (total, count), total / count

    _, means = jax.lax.scan(step, (jnp.zeros((), x.dtype), 0), x)
    return means


# ---- other right answers ----------------------------------------------------------------------


def by_cumulative_sums(x):
    """No loop: partial sums, divided by how many."""
    return jnp.cumsum(x) / jnp.arange(1, x.size + 1)


def moving_the_mean(x):
    """A Python loop in which each entry moves the mean by its share."""
    mean, means = 0.0, []
    for i, value in enumerate(x):
        mean = mean + (value - mean) / (i + 1)
        means.append(mean)
    return jnp.stack(means)


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(by_cumulative_sums, moving_the_mean),
    mistakes=(
        Mistake(
            "divides-before-counting",
            one_edit("return (total, count), total / count", "return (total, count), total / (count - 1)"),
            "Your first entry is a division by zero: when the first number has been added, one has been seen.",
            also=lambda x: jnp.cumsum(x) / jnp.arange(x.size),
            caught_by=starts_with_the_first_entry,
        ),
        Mistake(
            "the-last-carry",
            one_edit("return means", "return jnp.mean(x)"),
            "One number came back. The mean after every step is asked for: scan stacks what the step gives out "
            "second.",
            caught_by=starts_with_the_first_entry,
        ),
        Mistake(
            "divides-by-all",
            lambda x: jnp.cumsum(x) / x.size,
            "Only your last entry is right: you divide every partial sum by the length of x.",
            caught_by=starts_with_the_first_entry,
        ),
        Mistake(
            "sum-so-far",
            one_edit("(total, count), total / count", "(total, count), total"),
            "For a constant 2.5 your result climbs: 2.5, 5, 7.5. Those are sums.",
            caught_by=a_constant_stays_what_it_is,
        ),
        Mistake(
            "half-of-old-and-new",
            lambda x: jax.lax.scan(lambda m, v: ((m + v) / 2,) * 2, x[0], x)[1],
            "Each new entry gets half of the say in yours, however many came before. The third of three has a "
            "third.",
            caught_by=is_the_mean_of_all_entries_so_far,
        ),
    ),
    answer="""
The carry is what is remembered: the sum and the count. Each step adds one entry to both and puts out their ratio.
`scan` compiles the step once, however long x is; a Python loop under `jit` would be written out entry by entry.
""",
    afterword="Training loops of this course have this form: carry the parameters, put out the loss.",
)
