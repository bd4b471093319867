"""2.1  Minimise a loss with Adam."""

# Built from solutions/cavi/fit.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def fit(loss: Callable, theta0: Float[Array, " P"], steps: int, lr: float | Scalar) -> Float[Array, " P"]:
    """Minimise loss(theta) with Adam, from theta0.

    Write Adam yourself or take it from Optax. The two decay rates (betas) are yours to choose, and so is whether the
    step size decays from lr on the way; the usual 0.9, 0.999 and a constant lr will do.

    Args:
        loss: theta [P] -> a number. JAX can differentiate it. Its minima, steepness and size are unknown.
        theta0: where to start, [P].
        steps: number of steps, a Python int.
        lr: step size: with Adam, about the distance that an entry of theta moves in a step.

    Returns:
        theta after all steps, [P].
    """
    raise NotImplementedError("yours to write")


def bowl(theta):
    """Lowest at (1.5, -0.7), thirty times steeper in the second direction."""
    away = theta - jnp.array([1.5, -0.7])
    return 0.5 * jnp.dot(jnp.array([1.0, 30.0]), away**2)


def bowl_times_a_thousand(theta):
    return 1000.0 * bowl(theta)


def three_wells(theta):
    """Two deep ones at (-2, 0) and (2, 0), and a shallow one between them, at (0, 1)."""
    wells = jnp.array([[-2.0, 0.0], [2.0, 0.0], [0.0, 1.0]])
    depths = jnp.array([3.0, 3.0, 0.5])
    squares = jnp.sum((wells - jnp.stack([theta, theta, theta])) ** 2, axis=1)
    return -jax.scipy.special.logsumexp(depths - 3.0 * squares)


def _fit(attempt, loss, theta0, steps, lr):
    where = f"loss `{loss.__name__}`, from ({theta0[0]:.3g}, {theta0[1]:.3g}), steps = {steps}, lr = {lr}"
    theta = attempt(loss, np.array(theta0, np.float32), steps, lr)
    return finite(has_shape(theta, (2,), where=where), where=where), where


def the_size_of_the_loss_does_not_matter(attempt):
    # Adam divides by the size of the gradient, and its first steps are about lr long, with any betas.
    start = (-1.0 + attempt.rng.uniform(-0.3, 0.3), 1.0)
    lr = float(np.float32(0.001))
    small, where = _fit(attempt, bowl, start, 6, lr)
    large, _ = _fit(attempt, bowl_times_a_thousand, start, 6, lr)
    close(large, small, Tolerance(2e-4, 1e-4), where=f"{where}; and the loss times 1000",
          says="both end in one place")  # fmt: skip
    moved = np.abs(small.astype(np.float64) - np.array(start, np.float32))
    holds(bool(np.all(moved < 0.02)), "Six steps of about lr have gone much further than that.", value=moved,
          where=where, got=f"{moved.max():.3g} in 6 steps")  # fmt: skip


def finds_the_bottom_that_lies_below_its_start(attempt):
    start = (0.3 + attempt.rng.uniform(-0.3, 0.3), 0.2)
    theta, where = _fit(attempt, bowl, start, 150, 0.1)
    close(theta, [1.5, -0.7], Tolerance(0.02, 0.0), where=where, says="theta is at the lowest point")
    shift = attempt.rng.uniform(-0.1, 0.1)
    theta, where = _fit(attempt, three_wells, (1.4 + shift, 0.4), 150, 0.1)
    close(theta, [2.0, 0.0], Tolerance(0.02, 0.0), where=where, says="it ends in the well on the right")
    theta, where = _fit(attempt, three_wells, (-1.4 + shift, 0.4), 150, 0.1)
    close(theta, [-2.0, 0.0], Tolerance(0.02, 0.0), where=where, says="it ends in the well on the left")
    theta, where = _fit(attempt, three_wells, (0.0, 1.3 + shift), 150, 0.1)
    close(theta, [0.0, 0.999], Tolerance(0.02, 0.0), where=where, says="it stays in the shallow well in the middle")


exercise = Exercise(
    fit,
    question="2.1",
    minutes=8,
    difficulty=2,
    slow=True,
    hints=(
        "Adam keeps two running averages beside theta. Of what?",
        "One step: a gradient from `jax.grad`; a running average of it, and one of its square; a step along the "
        "first divided by the root of the second. Both averages start at zero, so correct them for that.",
        "`jax.lax.scan` over the step number, with (theta, first average, second average) as what is carried. With "
        "Optax: `optax.adam(lr)`, its `init` before the loop, `update` and `optax.apply_updates` inside.",
    ),
    checks=(
        the_size_of_the_loss_does_not_matter,
        finds_the_bottom_that_lies_below_its_start,
    ),
)
