"""6.8  A posterior on a grid."""

# Built from solutions/nfvi/grid_posterior.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise


def grid_posterior(
    log_joint: Callable[[Float[Array, "*points 2"]], Float[Array, "*points"]], lim: float | Float[Array, ""], n: int
) -> dict:
    """The posterior of a latent point of the plane, and the evidence, by a sum over a grid.

    Args:
        log_joint: log p(x, z) in nats at the observed x, of one z [2], or of many along leading axes.
        lim: the box is [-lim, lim] in both coordinates.
        n: points a side, both ends of it among them, a Python int, at least 2.

    Returns:
        a dict with three entries.
        z: the points, [n, n, 2]. Which coordinate changes along which axis is up to you.
        logpost: log p(z|x) in nats, per unit area, at these points, [n, n].
        logpx: log p(x) in nats, a number.

    The logs of the joint may be numbers like -5,000. When you are done, hand your two arguments `log_joint` and `lim`
    to `warn_if_cut` of `dflvi.targets`: it says how much of the posterior lies outside of the box, if that is more than
    0.1 %, and is silent otherwise.
    """
    raise NotImplementedError("yours to write")

_MEAN, _COV, _LEVEL = np.array([0.7, -1.1]), np.array([[0.9, 0.5], [0.5, 0.6]]), -3.3

_ROOT = np.linalg.inv(np.linalg.cholesky(_COV)).T  # z - mean is white after it


def leaning(z):
    """Log of a joint whose posterior is N(mean, cov) and whose log evidence is -3.3."""
    e = (z - jnp.broadcast_to(jnp.asarray(_MEAN, z.dtype), z.shape)) @ jnp.asarray(_ROOT, z.dtype)
    return -0.5 * jnp.sum(e**2, axis=-1) + float(_LEVEL - 0.5 * np.linalg.slogdet(2 * np.pi * _COV)[1])


def leaning_far_down(z):
    """The same, 5,000 nats lower: an image of many pixels."""
    return leaning(z) - 5000.0

_LIM, _N = 6.0, 61

_H = 2 * _LIM / (_N - 1)

_CLOSE = Tolerance(1e-3, 1e-5)  # the sum over the grid is good to 1e-9 here, and a float32 near -5,000 to 5e-4


def _grid(attempt, log_joint, where):
    z, logpost, logpx = fields(attempt(log_joint, _LIM, _N), "z", "logpost", "logpx")
    z = finite(has_shape(z, (_N, _N, 2), where=where, what="z"), where=where, what="z").astype(np.float64)
    logpost = has_shape(logpost, (_N, _N), where=where, what="logpost").astype(np.float64)
    return z, logpost, has_shape(logpx, (), where=where, what="logpx").astype(np.float64)


def the_points_fill_the_box(attempt):
    where = f"lim = {_LIM:g}, n = {_N}"
    z = _grid(attempt, leaning, where)[0]
    ticks = np.linspace(-_LIM, _LIM, _N)
    for i in range(2):
        close(np.unique(z[..., i].round(3))[[0, 1, -1]], ticks[[0, 1, -1]], Tolerance(2e-3, 0), where=where,
              says=f"lowest, second and highest value of coordinate {i + 1}", what="z")  # fmt: skip
    places = np.unique(np.rint((z + _LIM) / _H).reshape(-1, 2), axis=0)
    holds(len(places) == _N**2, "Some points of the box are there twice, and others are missing.", value=len(places),
          where=where, expected=f"{_N**2} places", got=str(len(places)))  # fmt: skip


def the_density_has_integral_one(attempt):
    where = f"a Gaussian well inside the box, lim = {_LIM:g}, n = {_N}"
    total = np.exp(np.minimum(_grid(attempt, leaning, where)[1], 50)).sum() * _H**2
    close(total, 1.0, Tolerance(1e-3, 0), where=where, says="the sum of exp(logpost) times the area of a cell")


def the_evidence_is_the_integral_of_the_joint(attempt):
    where = f"a Gaussian well inside the box, lim = {_LIM:g}, n = {_N}"
    logpx = _grid(attempt, leaning, where)[2]
    close(logpx, _LEVEL, _CLOSE, where=where, what="logpx", says="log p(x)",
          known={"the log of a cell's area": np.log(_H**2), "the log of a cell's side": np.log(_H)})  # fmt: skip


def each_point_has_its_own_density(attempt):
    where = "a Gaussian that leans, with its middle at (0.7, -1.1)"
    z, logpost, _ = _grid(attempt, leaning, where)
    truth = oracles.multivariate_normal_logpdf(z, _MEAN, _COV)
    near = truth > -12
    close(np.where(near, logpost, 0), np.where(near, truth, 0), Tolerance(2e-3, 1e-4), where=where, what="logpost",
          says="logpost at the points of z")  # fmt: skip


def numbers_far_below_zero_are_no_trouble(attempt):
    where = "the same Gaussian, with all logs 5,000 nats lower"
    _, logpost, logpx = _grid(attempt, leaning_far_down, where)
    close(logpx, _LEVEL - 5000, _CLOSE, where=where, what="logpx", says="log p(x)")
    total = np.exp(np.minimum(finite(logpost, where=where, what="logpost"), 50)).sum() * _H**2
    close(total, 1.0, Tolerance(3e-3, 0), where=where, says="the sum of exp(logpost) times the area of a cell")


exercise = Exercise(
    grid_posterior,
    question="6.8",
    minutes=12,
    difficulty=2,
    hints=(
        "What you have is the posterior up to one number. How does one turn numbers on a grid into a density that "
        "integrates to one, and what is the number that does it?",
        "An integral is a sum over cells times the area of one. In logs a product is a sum. With n points a side, how "
        "many steps are there from one end to the other?",
        "Make the ticks, `jnp.meshgrid` and `jnp.stack` the points, evaluate all at once. The log-sum-exp of all "
        "values plus the log of a cell's area is the log evidence. What is left when you take it off each value?",
    ),
    checks=(
        the_points_fill_the_box,
        the_density_has_integral_one,
        the_evidence_is_the_integral_of_the_joint,
        each_point_has_its_own_density,
        numbers_far_below_zero_are_no_trouble,
    ),
)
