"""4.4  The best model for a given q."""

# Built from solutions/vae/theta_star.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking import oracles
from dflvi.checking.compare import T64, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def theta_star(m: Scalar, logs: Scalar, x: Scalar) -> Scalar:
    """The theta at which the ELBO is highest while q stays as it is: the theta step, made in one go.

    The model and q are those of `elbo_terms`: z ~ N(0, 1), x given z ~ N(theta z, 1), q(z) = N(m, s^2), log s = logs.

    Args:
        m: the mean of q, a number.
        logs: the log of the standard deviation of q, a number.
        x: the observation, a number.

    Returns:
        theta, a number.
    """
    raise NotImplementedError("yours to write")

CASES = 60


def is_the_top_of_the_bound(attempt):
    rng = attempt.rng
    m, x = rng.choice((-1.0, 1.0), size=(2, CASES)) * rng.uniform(0.3, 2.0, (2, CASES))
    logs = rng.uniform(-1.2, 0.6, CASES)
    where = f"{CASES} random (m, logs, x)"
    nodes, weights = oracles.gauss_hermite(8)
    z = m[:, None] + np.exp(logs)[:, None] * nodes
    # Only the expected log likelihood moves with theta. It is a parabola: three values tell where its top is.
    low, mid, high = (oracles.normal_logpdf(x[:, None], t * z, 1.0) @ weights for t in (-1.0, 0.0, 1.0))
    top = (low - high) / (2 * (low - 2 * mid + high))
    got = has_shape(attempt.float64.vmap(0, 0, 0)(m, logs, x), (CASES,), where=where)
    close(got, top, T64, where=where, says="the theta with the highest ELBO")


exercise = Exercise(
    theta_star,
    question="4.4",
    minutes=6,
    difficulty=1,
    hints=(
        "Which of the parts of the ELBO move when theta does?",
        "Only the expected log likelihood does, and it is a parabola in theta. Put its derivative to zero.",
        "It is a regression of x on z through the origin, with z random: the mean of x z over the mean of z squared, "
        "both under q. The mean of a square is more than the square of the mean.",
    ),
    checks=(is_the_top_of_the_bound,),
)
