"""4.4  A step that raises the bound and lowers the evidence."""

import jax.numpy as jnp
import numpy as np

from dflvi.checking import oracles
from dflvi.checking.compare import fields, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def counterexample() -> tuple[Scalar, Scalar, Scalar, Scalar, Scalar]:
    """A step in theta that raises the ELBO while log p(x) falls, both by at least 0.01 nats.

    The model and q are those of `elbo_terms`: z ~ N(0, 1), x given z ~ N(theta z, 1), q(z) = N(m, s^2), log s = logs.
    No arguments: you choose the numbers. q does not move in the step.

    Returns:
        x: the observation.
        m: the mean of q.
        logs: the log of the standard deviation of q.
        theta0: the parameter of the model before the step.
        theta1: the parameter after it; it need not be the best one for this q.
    """
    x, m, s, theta0 = jnp.array([0.5, 0.5, 0.5, 0.0])
    return x, m, jnp.log(s), theta0, x * m / (m**2 + s**2)


# ---- other right answers ----------------------------------------------------------------------


def far_out():
    """A q on the other side, and an x near zero."""
    return {"x": 0.2, "m": -1.0, "logs": -1.0, "theta0": 0.05, "theta1": -0.25}


def as_arrays():
    """With another sign, as arrays of one number each."""
    return tuple(np.float32(one) for one in (0.3, -0.6, -1.2, 0.0, -0.4))


# ---- checks: cheap to deep --------------------------------------------------------------------
# The learner makes the numbers up, so a mistake is recognised by its kind: `value` is the number of a kind.

NAMES = ("x", "m", "logs", "theta0", "theta1")


def _numbers(attempt):
    result = attempt()
    if isinstance(result, np.ndarray) and result.shape == (5,):
        result = tuple(result)
    got = [has_shape(part, (), what=name) for part, name in zip(fields(result, *NAMES), NAMES, strict=True)]
    return [float(one) for one in got]


def _bound_and_evidence(x, m, logs, theta):
    nodes, weights = oracles.gauss_hermite(8)
    z = m + np.exp(logs) * nodes
    log_q = oracles.normal_logpdf(z, m, np.exp(2 * logs))
    elbo = (oracles.normal_logpdf(z) + oracles.normal_logpdf(x, theta * z, 1.0) - log_q) @ weights
    return float(elbo), float(oracles.normal_logpdf(x, 0.0, 1.0 + theta**2))


def gives_five_numbers(attempt):
    numbers = _numbers(attempt)
    good = bool(np.all(np.isfinite(numbers)) and abs(numbers[2]) < 20)
    holds(good, "One of the five is infinite, no number, or a log beyond 20.", value=float(good), got=str(numbers))


def the_bound_rises(attempt):
    x, m, logs, theta0, theta1 = _numbers(attempt)
    before, after = (_bound_and_evidence(x, m, logs, theta)[0] for theta in (theta0, theta1))
    kind = np.searchsorted([-1e-9, 1e-9, 0.01], after - before)
    holds(after - before >= 0.01, "In your step the ELBO does not rise by 0.01 nats.", value=kind,
          where="your own numbers", expected="a rise of at least 0.01", got=f"{before:.4f} to {after:.4f}")  # fmt: skip


def the_evidence_falls(attempt):
    x, m, logs, theta0, theta1 = _numbers(attempt)
    before, after = (_bound_and_evidence(x, m, logs, theta)[1] for theta in (theta0, theta1))
    best = max(x**2 - 1, 0.0)
    over = abs(theta0) < np.sqrt(best)
    exact = abs(m - theta0 * x / (1 + theta0**2)) < 0.02 and abs(2 * logs + np.log(1 + theta0**2)) < 0.04
    kind = np.searchsorted([-0.01, 0.0], after - before)
    holds(before - after >= 0.01, "In your step log p(x) does not fall by 0.01 nats.", value=[kind, over, exact],
          where="your own numbers", expected="a fall of at least 0.01",
          got=f"{before:.4f} to {after:.4f}")  # fmt: skip


exercise = Exercise(
    counterexample,
    question="4.4",
    minutes=10,
    difficulty=2,
    hints=(
        "log p(x) is the bound plus the divergence. The bound rises; what has to happen to the divergence for log p(x) "
        "to fall, and by how much? So begin with a q that fits badly.",
        "Which theta is best for log p(x), when x is small? For |x| below one, a model without any signal. Start "
        "there, with a q that says that z is somewhere else.",
        "Take a small x, theta0 = 0, and a q with a mean of about the size of x or more and a small spread. "
        "`theta_star` gives you theta1. Look at all three numbers before and after.",
    ),
    checks=(gives_five_numbers, the_bound_rises, the_evidence_falls),
    variants=(far_out, as_arrays),
    mistakes=(
        Mistake(
            "log-of-zero",
            one_edit("jnp.log(s)", "jnp.log(0.0 * s)"),
            "A q with no spread at all has an infinite divergence from anything, and every bound is minus infinity. "
            "Give it a little room.",
            also=lambda: (0.5, 0.5, float("-inf"), 0.0, 0.5),
            caught_by=gives_five_numbers,
        ),
        Mistake(
            "steps-exchanged",
            lambda: (0.5, 0.5, float(np.log(0.5)), 0.5, 0.0),
            "In your step the bound falls. Is the order theta0, theta1 the one you meant?",
            caught_by=the_bound_rises,
        ),
        Mistake(
            "no-step",
            lambda: (0.5, 0.5, float(np.log(0.5)), 0.5, 0.5),
            "theta0 and theta1 have one and the same bound. Nothing has moved.",
            caught_by=the_bound_rises,
        ),
        Mistake(
            "too-small-a-step",
            lambda: (0.5, 0.5, float(np.log(0.5)), 0.0, 0.01),
            "The bound rises, but by less than a hundredth of a nat. Go further in the same direction.",
            caught_by=the_bound_rises,
        ),
        Mistake(
            "exact-before",
            lambda: (3.0, 1.2, float(-0.5 * np.log(1.25)), 0.5, 1.8),
            "Your q is the posterior before the step. Then bound and log p(x) touch there, and a higher bound carries "
            "log p(x) up with it: the guarantee of EM. Take a worse q.",
            caught_by=the_evidence_falls,
        ),
        Mistake(
            "towards-the-best-model",
            lambda: (3.0, 1.0, -1.0, 0.2, 2.0),
            "At this x the model before the step explains too little, and raising theta is right for log p(x) as well. "
            "With which x is a smaller theta the better one?",
            caught_by=the_evidence_falls,
        ),
    ),
    answer="""
x = 0.5, q = N(0.5, 0.5^2), from theta = 0 to theta* = 0.5. ELBO: -1.4871 to -1.4246, up. log p(x): -1.0439 to -1.1305,
down. KL: 0.4431 to 0.2941, down by more than the bound has gained. For |x| < 1 the best model is theta = 0, pure noise.
The bound does not see this, since q insists that z is near 0.5, and for such a z a positive theta explains x better.
""",
    afterword="What the bound wants is a model whose posterior looks like q. That is the price of not moving q.",
)
