"""2.1  Minimise a loss with Adam."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    beta1, beta2 = 0.9, 0.999

    def step(state, t):
        theta, mean, square = state
        g = jax.grad(loss)(theta)
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        scaled = mean / (1 - beta1**t) / (jnp.sqrt(square / (1 - beta2**t)) + 1e-8)
        return (theta - lr * scaled, mean, square), None

    start = (theta0, jnp.zeros_like(theta0), jnp.zeros_like(theta0))
    return jax.lax.scan(step, start, jnp.arange(1.0, steps + 1))[0][0]


# ---- other right answers ----------------------------------------------------------------------


def with_optax(loss, theta0, steps, lr):
    """Optax, its step size going down along a cosine."""
    import optax

    optimizer = optax.adam(optax.cosine_decay_schedule(1.0, steps, alpha=0.1))

    def step(_, carry):
        theta, state = carry
        updates, state = optimizer.update(jax.grad(loss)(theta), state)
        return theta + lr * updates, state

    return jax.lax.fori_loop(0, steps, step, (theta0, optimizer.init(theta0)))[0]


def with_numpy(loss, theta0, steps, lr):
    """Other betas, a Python loop; only the gradient is JAX's."""
    slope_at = jax.jit(jax.grad(loss))
    theta, mean, square = (np.array(theta0, np.float32) for _ in range(3))
    mean[:], square[:] = 0, 0
    for t in range(1, steps + 1):
        slope = np.asarray(slope_at(theta))
        mean, square = 0.8 * mean + 0.2 * slope, 0.99 * square + 0.01 * slope**2
        theta = theta - lr * mean / (1 - 0.8**t) / (np.sqrt(square / (1 - 0.99**t)) + 1e-7)
    return theta


# ---- what the checks pass in ------------------------------------------------------------------


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


# ---- checks: cheap to deep --------------------------------------------------------------------


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


# ---- known wrong answers ----------------------------------------------------------------------


def plain_gradient_descent(loss, theta0, steps, lr):
    """Steps in proportion to the gradient."""
    return jax.lax.scan(lambda theta, _: (theta - lr * jax.grad(loss)(theta), None), theta0, length=steps)[0]


def sign_descent(loss, theta0, steps, lr):
    """Steps of one length, without memory."""
    return jax.lax.scan(lambda theta, _: (theta - lr * jnp.sign(jax.grad(loss)(theta)), None), theta0, length=steps)[0]


def one_gradient_for_all_steps(loss, theta0, steps, lr):
    """The gradient is taken once."""
    slope = jax.grad(loss)(theta0)
    return theta0 - lr * steps * slope / (jnp.abs(slope) + 1e-8)


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
    variants=(with_optax, with_numpy),
    mistakes=(
        Mistake(
            "plain-gradient-descent",
            plain_gradient_descent,
            "Multiply the loss by 1000 and you end elsewhere, far away. Adam does not: it divides by the size that "
            "gradients have had. Your steps are in proportion to the gradient.",
            caught_by=the_size_of_the_loss_does_not_matter,
        ),
        Mistake(
            "lr-not-used",
            one_edit("theta - lr * scaled", "theta - (lr * 0 + 0.02) * scaled"),
            "With lr = 0.001, six steps should go about 0.006; yours go some 0.1. Which number is in the place of "
            "lr?",
            caught_by=the_size_of_the_loss_does_not_matter,
        ),
        Mistake(
            "no-square-root",
            one_edit("(jnp.sqrt(square / (1 - beta2**t)) + 1e-8)", "(square / (1 - beta2**t) + 1e-8)"),
            "The larger the loss, the shorter your steps. You divide by an average of squares, which has another "
            "unit than a gradient.",
            caught_by=the_size_of_the_loss_does_not_matter,
        ),
        Mistake(
            "uphill",
            one_edit("theta - lr", "theta + lr"),
            "It walks away from the minimum of a bowl, and the loss rises. A loss is made small.",
            also=lambda loss, theta0, steps, lr: fit(lambda theta: -loss(theta), theta0, steps, lr),
            caught_by=finds_the_bottom_that_lies_below_its_start,
        ),
        Mistake(
            "one-gradient-for-all-steps",
            one_gradient_for_all_steps,
            "It walks on in one direction and past the bottom of the bowl. The gradient has to be taken anew at "
            "every step.",
            caught_by=finds_the_bottom_that_lies_below_its_start,
        ),
        Mistake(
            "signs-alone",
            sign_descent,
            "Near the bottom it jumps to and fro by lr and never comes to rest. The averages of Adam make steps "
            "shorter where gradients disagree; yours have no memory.",
            caught_by=finds_the_bottom_that_lies_below_its_start,
        ),
        Mistake(
            "start-forgotten",
            one_edit("start = (theta0,", "start = (jnp.zeros_like(theta0),"),
            "Six steps of 0.001 from (-1, 1) should end close to there, and yours end close to the origin. Which start "
            "did you carry into the loop?",
            caught_by=the_size_of_the_loss_does_not_matter,
        ),
    ),
    answer="""
Adam keeps an average of gradients and one of their squares, both forgetting at a fixed rate, and moves each entry
of theta by lr times the first over the root of the second. Multiplying the loss by a constant changes neither the
direction nor the length of a step. Which minimum it ends in depends on the start, and on where momentum carries
it: from (1, 0), the reverse KL of this question is fitted to a bump by Adam, while plain gradient descent is caught
by the wide minimum in the middle.
""",
    afterword="Which of several minima you are in, only other starts can tell.",
)
