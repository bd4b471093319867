"""2.1  The log density of a target with two bumps."""

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def log_p(z: Scalar) -> Scalar:
    """Log density in nats of P, half N(-5, 1) and half N(5, 1), at one point.

    Args:
        z: a point, a number. It can be far from both bumps, z = 60 say: the log there is a finite number.

    Returns:
        log P(z), with all constants. JAX must be able to differentiate it, far out too.
    """
    left, right = -0.5 * (z + 5) ** 2, -0.5 * (z - 5) ** 2
    return jnp.logaddexp(left, right) - jnp.log(2 * jnp.sqrt(2 * jnp.pi))


# ---- other right answers ----------------------------------------------------------------------


def by_logsumexp(z):
    """All bumps in one array, their weights inside."""
    centres = jnp.array([-5.0, 5.0])
    return jax.scipy.special.logsumexp(jax.scipy.stats.norm.logpdf(z, centres), b=0.5)


def from_the_nearer_bump(z):
    """The nearer bump, and a correction for the other."""
    near, far = jnp.abs(z) - 5, jnp.abs(z) + 5
    return -(near**2 + jnp.log(8 * jnp.pi)) / 2 + jnp.log1p(jnp.exp((near**2 - far**2) / 2))


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(by_logsumexp, from_the_nearer_bump),
    mistakes=(
        Mistake(
            "no-halves",
            one_edit("jnp.log(2 * jnp.sqrt(2 * jnp.pi))", "0.5 * jnp.log(2 * jnp.pi)"),
            "The area under your density is 2: each bump came with its full mass.",
            caught_by=integrates_to_one,
        ),
        Mistake(
            "average-of-the-logs",
            one_edit("jnp.logaddexp(left, right) - jnp.log(2 * jnp.sqrt(2 * jnp.pi))",
                     "(left + right) / 2 - 0.5 * jnp.log(2 * jnp.pi)"),
            "The area is almost nothing, and the highest place is z = 0, where P has a valley. Averaging two logs "
            "is something else than the log of an average.",
            caught_by=integrates_to_one,
        ),
        Mistake(
            "constant-of-a-normal",
            one_edit("jnp.log(2 * jnp.sqrt(2 * jnp.pi))", "jnp.log(2.0)"),
            "Both bumps have the right shape and the area is 2.5. What does a standard normal have in front of its "
            "exponential?",
            caught_by=integrates_to_one,
        ),
        Mistake(
            "one-bump",
            lambda z: jax.scipy.stats.norm.logpdf(z, 5.0),
            "All the mass lies on the right. Your P has lost the bump at -5.",
            caught_by=has_two_equal_halves,
        ),
        Mistake(
            "out-of-log-space",
            lambda z: jnp.log(0.5 * jax.scipy.stats.norm.pdf(z, -5.0) + 0.5 * jax.scipy.stats.norm.pdf(z, 5.0)),
            "From about |z| = 19 on you return minus infinity, and the slope is nan: the two densities were zero in "
            "float32 before the log was taken. Stay on the log scale.",
            also=lambda z: jnp.log(jnp.mean(jnp.exp(jax.scipy.stats.norm.logpdf(z, jnp.array([-5.0, 5.0]))))),
            caught_by=far_points_have_finite_logs,
        ),
        Mistake(
            "a-floor-under-the-density",
            lambda z: jnp.log(jnp.exp(by_logsumexp(z)) + 1e-30),
            "Far out your log stays at -69 and its slope is zero: a small number was added to keep the log alive. "
            "Whoever climbs on this from z = 60 does not move.",
            caught_by=is_the_density_of_two_bumps,
        ),
        Mistake(
            "bumps-five-apart",
            lambda z: _at(z, 2.5, 1.0),
            "Two bumps of the right shape, in the wrong places. Look for your highest points: the centres are at "
            "-5 and 5.",
            caught_by=is_the_density_of_two_bumps,
        ),
        Mistake(
            "bumps-too-wide",
            lambda z: _at(z, 5.0, 2.0),
            "Your bumps are centred rightly and are too low and too wide. Their standard deviation is 1.",
            caught_by=is_the_density_of_two_bumps,
        ),
    ),
    answer="""
P(z) = (N(z; -5, 1) + N(z; 5, 1)) / 2. With a = log N(z; -5, 1) and b = log N(z; 5, 1) its log is
log(exp(a) + exp(b)) - log 2, where the first term is computed by taking the larger of a and b outside of the
log. At z = 60 this gives -1514.11 where the way through the densities gives minus infinity.
""",
    afterword="Far from both bumps, the nearer one alone decides; between them log P has a sharp bend at zero.",
)


def _at(z, centre, spread):
    logs = [jax.scipy.stats.norm.logpdf(z, where, spread) for where in (-centre, centre)]
    return jnp.logaddexp(*logs) - jnp.log(2.0)
