"""2.1  The log density of a target with two bumps."""

# Built from solutions/cavi/log_p.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def log_p(z: Scalar) -> Scalar:
    """Log density in nats of P, half N(-5, 1) and half N(5, 1), at one point.

    Args:
        z: a point, a number. It can be far from both bumps, z = 60 say: the log there is a finite number.

    Returns:
        log P(z), with all constants. JAX must be able to differentiate it, far out too.
    """
    raise NotImplementedError("yours to write")

_GRID = np.linspace(-16.0, 16.0, 801).astype(np.float32)

_FAR = np.concatenate([[-60.0, -19.5, 19.5, 60.0], np.linspace(-40.0, 40.0, 797)]).astype(np.float32)


def _truth(z):
    z = np.asarray(z, np.float64)
    return oracles.logsumexp(oracles.normal_logpdf(z[:, None], np.array([-5.0, 5.0])), axis=1) - np.log(2)


def _of_all(attempt, z):
    return has_shape(attempt.vmap(0)(z), z.shape, where=f"{z.size} points, one at a time")


def integrates_to_one(attempt):
    logs = finite(_of_all(attempt, _GRID), where="z from -16 to 16")
    total = oracles.trapezoid(np.exp(logs.astype(np.float64)), _GRID.astype(np.float64))
    close(total, 1.0, Tolerance(1e-3, 0.0), where="the integral over [-16, 16]", says="the density integrates to one")


def has_two_equal_halves(attempt):
    logs = finite(_of_all(attempt, _GRID), where="z from -16 to 16")
    density = np.exp(logs.astype(np.float64))
    right = oracles.trapezoid(density[400:], _GRID[400:].astype(np.float64))
    close(right, 0.5, Tolerance(1e-3, 0.0), where="the integral over [0, 16]", says="the right half holds one half")


def far_points_have_finite_logs(attempt):
    finite(_of_all(attempt, _FAR), where="z from -60 to 60")
    finite(attempt.grad(0).vmap(0)(_FAR), shape=_FAR.shape, where="z from -60 to 60", what="the gradient")


def is_the_density_of_two_bumps(attempt):
    z = attempt.rng.permutation(np.concatenate([attempt.rng.uniform(-12, 12, 797), [-60.0, 0.0, 5.0, 60.0]]))
    z = np.sort(z).astype(np.float32)
    picture = Picture(z, _truth(z), np.asarray(_of_all(attempt, z), np.float64), "z", "log density (nats)")
    close(_of_all(attempt, z), _truth(z), Tolerance(2e-5, 2e-5), where="801 points from -60 to 60", picture=picture,
          says="log P(z)")  # fmt: skip


exercise = Exercise(
    log_p,
    question="2.1",
    minutes=5,
    difficulty=1,
    differentiable=True,
    hints=(
        "A half of one thing plus a half of another: is it the densities that are averaged, or their logs?",
        "Write the log of each weighted bump. You need the log of a sum of two exponentials, and at z = 60 both "
        "exponentials are zero in float32, so they must not be formed.",
        "`jnp.logaddexp` takes the two logs and gives the log of the sum. What remains are constants: the half, and "
        "that of a standard normal.",
    ),
    checks=(
        integrates_to_one,
        has_two_equal_halves,
        far_points_have_finite_logs,
        is_the_density_of_two_bumps,
    ),
)
