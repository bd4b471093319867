"""6.8  A posterior on a grid."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi import targets
from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


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
    ticks = jnp.linspace(-lim, lim, n)
    z = jnp.stack(jnp.meshgrid(ticks, ticks), axis=-1)
    log_p = log_joint(z)
    logpx = jax.nn.logsumexp(log_p) + 2 * jnp.log(2 * lim / (n - 1))
    targets.warn_if_cut(log_joint, lim)
    return {"z": z, "logpost": log_p - logpx, "logpx": logpx}


# ---- other right answers ----------------------------------------------------------------------


def by_the_trapezoid_rule(log_joint, lim, n):
    """Half weights at the border, rows first, the largest value taken out by hand."""
    h = 2.0 * lim / (n - 1)
    i, j = jnp.indices((n, n))
    z = jnp.stack([h * i - lim, h * j - lim], axis=2)
    values = jax.vmap(jax.vmap(log_joint))(z)
    side = jnp.ones(n).at[jnp.array([0, n - 1])].set(0.5)
    top = values.max()
    total = jnp.sum(jnp.outer(side, side) * jnp.exp(values - top)) * h * h
    return {"logpx": top + jnp.log(total), "logpost": values - top - jnp.log(total), "z": z}


def with_numpy_in_order(log_joint, lim, n):
    """A tuple, in NumPy, from a list of points."""
    ticks = np.linspace(-float(lim), float(lim), n)
    z = np.array([[a, b] for a in ticks for b in ticks], np.float32)
    values = np.asarray(log_joint(jnp.asarray(z)), np.float64)
    cell = np.log((ticks[1] - ticks[0]) ** 2)
    logpx = np.logaddexp.reduce(values) + cell
    return z.reshape(n, n, 2), (values - logpx).reshape(n, n), logpx


# ---- what the checks pass in: a Gaussian that leans, and is not in the middle ------------------

_MEAN, _COV, _LEVEL = np.array([0.7, -1.1]), np.array([[0.9, 0.5], [0.5, 0.6]]), -3.3
_ROOT = np.linalg.inv(np.linalg.cholesky(_COV)).T  # z - mean is white after it


def leaning(z):
    """Log of a joint whose posterior is N(mean, cov) and whose log evidence is -3.3."""
    e = (z - jnp.broadcast_to(jnp.asarray(_MEAN, z.dtype), z.shape)) @ jnp.asarray(_ROOT, z.dtype)
    return -0.5 * jnp.sum(e**2, axis=-1) + float(_LEVEL - 0.5 * np.linalg.slogdet(2 * np.pi * _COV)[1])


def leaning_far_down(z):
    """The same, 5,000 nats lower: an image of many pixels."""
    return leaning(z) - 5000.0


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(by_the_trapezoid_rule, with_numpy_in_order),
    mistakes=(
        Mistake(
            "half-the-box",
            one_edit("jnp.linspace(-lim, lim, n)", "jnp.linspace(-lim / 2, lim / 2, n)"),
            "With lim = 6 your grid ends at 3. Is lim the width of the box or its reach from the middle?",
            caught_by=the_points_fill_the_box,
        ),
        Mistake(
            "one-end-missing",
            one_edit("jnp.linspace(-lim, lim, n)", "jnp.linspace(-lim, lim, n, endpoint=False)"),
            "The upper end of the box is not among your points. With n points a side there are n - 1 steps.",
            caught_by=the_points_fill_the_box,
        ),
        Mistake(
            "diagonal-only",
            one_edit("jnp.stack(jnp.meshgrid(ticks, ticks), axis=-1)",
                     "jnp.stack([jnp.broadcast_to(ticks[None], (n, n))] * 2, axis=-1)"),
            "Both coordinates of your points are equal: the grid is a line. Each value of the one has to meet each of "
            "the other.",
            caught_by=the_points_fill_the_box,
        ),
        Mistake(
            "masses-for-densities",
            one_edit("jax.nn.logsumexp(log_p) + 2 * jnp.log(2 * lim / (n - 1))", "jax.nn.logsumexp(log_p)"),
            "Your numbers sum to one, and should integrate to one. Halve the spacing: would a density change?",
            also=lambda log_joint, lim, n: (lambda out: {
                "z": out["z"], "logpost": out["logpost"] + 2 * jnp.log(2 * lim / (n - 1)),
                "logpx": out["logpx"] - 2 * jnp.log(2 * lim / (n - 1))})(grid_posterior(log_joint, lim, n)),
            caught_by=the_density_has_integral_one,
        ),
        Mistake(
            "joint-for-posterior",
            one_edit('"logpost": log_p - logpx', '"logpost": log_p'),
            "What you call the posterior is the joint: its integral is p(x).",
            caught_by=the_density_has_integral_one,
        ),
        Mistake(
            "side-for-area",
            one_edit("2 * jnp.log(2 * lim / (n - 1))", "jnp.log(2 * lim / (n - 1))"),
            "Your total is off by one side of a cell. How large is a cell of the plane?",
            caught_by=the_density_has_integral_one,
        ),
        Mistake(
            "evidence-without-the-cell",
            one_edit('"logpx": logpx}', '"logpx": jax.nn.logsumexp(log_p)}'),
            "The density is right, and the evidence moves when the grid is made finer. The one was divided by a "
            "number that the other does not know.",
            caught_by=the_evidence_is_the_integral_of_the_joint,
        ),
        Mistake(
            "rows-for-columns",
            one_edit('"logpost": log_p - logpx', '"logpost": (log_p - logpx).T'),
            "The density at (0.7, -1.1) stands where z says (-1.1, 0.7). Points and values run along different axes.",
            caught_by=each_point_has_its_own_density,
        ),
        Mistake(
            "exp-first",
            one_edit("jax.nn.logsumexp(log_p)", "jnp.log(jnp.sum(jnp.exp(log_p)))"),
            "When all logs lie near -5,000 your sum is zero, and its log minus infinity. The largest value has to come "
            "out of the sum first.",
            caught_by=numbers_far_below_zero_are_no_trouble,
        ),
    ),
    answer="""
$p(z|x) = p(x|z)\\,p(z)/p(x)$, and p(x) is one number. On a grid it is $h^2\\sum_{ij} p(x, z_{ij})$. So the log of the
joint on the grid, less this number, is the posterior: no inference was needed. It works since z has two coordinates
($n^d$ points), the decoder is cheap, and one pass of it over the grid serves all x. Two things have to be looked at:
the box must hold the mass, and h must be smaller than the posterior is wide.

**Rubric.** Bayes; the normaliser is a sum; two dimensions only; limits and spacing; one decoder pass for all images; no
integral in closed form. Long MCMC or resampled importance draws would be other ways; annealed importance sampling gives
the number p(x), not the picture.
""",
    afterword="For a latent of the plane, intractable is a matter of 3,721 evaluations.",
)
