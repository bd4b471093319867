"""3.3  The Fisher information is the curvature of a KL divergence, line by line."""

# Built from solutions/bbvi/fisher_ladder.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance
from dflvi.checking.exercise import Ladder
from dflvi.types import Scalar, Step


def fisher_ladder(log_q: Callable, kl: Callable, theta: Scalar, x: Float[Array, " n"]) -> list[Step]:
    """The chain from the expected squared score to the curvature of a KL divergence, in at least four lines.

    Args:
        log_q: (theta, x) -> log densities at the points x, [n], in nats; theta is a number.
        kl: (theta, theta2) -> KL(q_theta || q_theta2) of this family, a number in nats.
        theta: the parameter, a number.
        x: evenly spaced points that cover the density, [n]. An expectation under q_theta is
            `jnp.sum(jnp.exp(log_q(theta, x)) * values) * dx` with dx = x[1] - x[0].

    Returns:
        a list of `Step(value, because="...")`. The first line is the first form of the information, the expected
        square of the score. Then comes the second form, with second derivatives of log q. Then one expectation,
        under q at theta, of what a divergence says about its second argument: this is differentiated as a whole. The
        last line is the second derivative of `kl` in its second argument, at theta2 = theta. Each line equals the
        one before.

    `because` names what leads to a line from the one before it: DEFINITION, LINEARITY, PRODUCT_RULE, SWAP_GRAD_INT
    or SCORE_ZERO (the expected score is zero at every theta, so its slope is zero as well). Slopes at all points are
    `jax.jacfwd(log_q)(theta, x)`, [n]. At the ends the check also passes a `kl` of another family.
    """
    raise NotImplementedError("yours to write")


def log_of_a_tilted_normal(theta, x):
    """N(sin theta, v) with log v = theta + 0.3 theta^2."""
    log_v = theta + 0.3 * theta**2
    return -0.5 * ((x - jnp.sin(theta)) ** 2 * jnp.exp(-log_v) + log_v + jnp.log(2 * jnp.pi))


def kl_of_that_up_to_zero(theta, theta2):
    """From the averages of x and x^2 under the first. For positive theta that of exponentials, rates exp(2 theta)."""
    first, log_v, log_v2 = jnp.sin(theta), theta + 0.3 * theta**2, theta2 + 0.3 * theta2**2
    second_moment = jnp.exp(log_v) + first**2
    distance = second_moment - 2 * jnp.sin(theta2) * first + jnp.sin(theta2) ** 2
    of_waiting_times = 2 * (theta - theta2) + jnp.exp(2 * (theta2 - theta)) - 1
    return jnp.where(theta > 0, of_waiting_times, 0.5 * (distance * jnp.exp(-log_v2) + log_v2 - log_v - 1))


def _grid(rng):
    return (np.linspace(-12, 12, 161) + rng.uniform(0, 0.15)).astype(np.float32)


def _instance(rng):
    return log_of_a_tilted_normal, kl_of_that_up_to_zero, float(rng.uniform(-0.9, -0.05)), _grid(rng)


def _unrelated(rng):
    return log_of_a_tilted_normal, kl_of_that_up_to_zero, float(rng.uniform(0.05, 0.9)), _grid(rng)


def _start(log_q, kl, theta, x):
    return np.cos(theta) ** 2 * np.exp(-theta - 0.3 * theta**2) + 0.5 * (1 + 0.6 * theta) ** 2


def _end(log_q, kl, theta, x):
    return 4.0 if theta > 0 else _start(log_q, kl, theta, x)


exercise = Ladder(
    fisher_ladder,
    question="3.3",
    minutes=15,
    difficulty=3,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=4,
    reasons=("DEFINITION", "LINEARITY", "PRODUCT_RULE", "SWAP_GRAD_INT", "SCORE_ZERO"),
    required=("SCORE_ZERO", "SWAP_GRAD_INT"),
    tolerance=Tolerance(5e-4, 5e-4),
    hints=(
        "Write the expected score as an integral of density times score. It is zero at every theta. Differentiate the "
        "integral once more, with the product rule: which two terms add up to zero?",
        "A divergence is a difference of two expectations under the first density. Which of them knows the second "
        "argument? Its second derivative is taken outside of the expectation in one line and inside in the other.",
        "For the third line define a function of theta2 that averages minus log q at theta2 under the weights of "
        "theta, which do not move, and differentiate it twice. For the fourth differentiate `kl` twice in its second "
        "argument, and evaluate at (theta, theta).",
    ),
)
