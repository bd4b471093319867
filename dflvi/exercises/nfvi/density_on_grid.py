"""6.3  The density of a flow, at points that one chooses."""

# Built from solutions/nfvi/density_on_grid.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import planar_flows
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Planar, Radial


def density_on_grid(
    kind: str, params: Planar | Radial, base_logpdf: Callable, grid: Float[Array, "n n 2"]
) -> Float[Array, "n n"]:
    """What a flow makes of a density of the plane, at every point of a grid.

    Args:
        kind: "planar" or "radial".
        params: a lawful stack of that kind, with a leading axis K on every field.
        base_logpdf: the log density of what goes in, a function of one point [2] or of points [..., 2]. It may be
            minus infinity: outside of a square, say.
        grid: the points, [n, n, 2].

    Returns:
        the density itself (not its log) at each of them, [n, n], in 1 / (unit of z)^2. Over a grid that is large and
        fine enough it sums to one, when multiplied by the area of a cell; there is nothing to normalise.

    You may call your `planar_inverse`, `radial_inverse` and `chain`. Nobody will differentiate it. (Rezende and Mohamed
    2015, figure 1.)
    """
    raise NotImplementedError("yours to write")

_REACH, _SIDE, _K = 7.0, 57, 2  # of the grid; the cells are 0.25 wide

_TICKS = np.linspace(-_REACH, _REACH, _SIDE)

_GRID = np.stack(np.meshgrid(_TICKS, _TICKS), axis=-1)

_CELL = (_TICKS[1] - _TICKS[0]) ** 2

_EDGE = 2.3  # of the square


def normal(z):
    """The log density of N(0, I) in the plane."""
    return -jnp.log(2 * jnp.pi) - 0.5 * jnp.sum(z**2, axis=-1)


def square(z):
    """The log density of the uniform distribution on a square."""
    inside = jnp.max(jnp.abs(z), axis=-1) <= 2.3
    return jnp.where(inside, -2 * jnp.log(4.6), -jnp.inf)


def _lawful(rng, kind, K=_K):
    """A stack that is gentle enough for the grid."""
    if kind == "planar":
        stack = planar_flows.random_planar(rng, 2, K, size=0.5)
        return stack._replace(b=0.4 * stack.b)
    stack = planar_flows.random_radial(rng, 2, K, size=0.7)
    return stack._replace(beta=np.maximum(stack.beta, -0.6 * stack.alpha))


def _called(attempt, kind, stack, base, where):
    stack = type(stack)(*(np.asarray(field, np.float32) for field in stack))
    density = attempt(kind, stack, base, _GRID.astype(np.float32))
    density = finite(has_shape(density, (_SIDE, _SIDE), where=where), where=where, says="the density")
    return stack, density.astype(np.float64)


def without_a_bend_the_base_comes_back(attempt):
    zero = planar_flows.random_planar(attempt.rng, 2, _K)
    where = "two planar layers with u = 0, a standard normal base"
    _, got = _called(attempt, "planar", zero._replace(u=0 * zero.u), normal, where)
    want = np.exp(planar_flows.standard_normal(_GRID))
    close(got, want, Tolerance(2e-5, 2e-4), where=where, says="the density of the base",
          known={"the height at its mode": float(want.max())})  # fmt: skip


def it_sums_to_one(attempt):
    for kind in ("planar", "radial"):
        stack = _lawful(attempt.rng, kind)
        where = f'kind = "{kind}", K = {_K}, a standard normal base, {_SIDE} x {_SIDE} points from -{_REACH:g} to ' \
                f"{_REACH:g}"  # fmt: skip
        _, got = _called(attempt, kind, stack, normal, where)
        total = float(got.sum() * _CELL)
        # The grid's own error, by the truth on the same grid, is subtracted.
        truth = float(np.exp(planar_flows.log_density(kind, stack, _GRID)).sum() * _CELL)
        holds(abs(total - truth) < 2e-3, "The density does not sum to one over the grid.", value=total, tolerance=1e-3,
              where=where, expected=f"{truth:.4f}", got=f"{total:.4f}")  # fmt: skip


def it_is_the_density_of_the_flow(attempt):
    for kind in ("planar", "radial"):
        stack = _lawful(attempt.rng, kind)
        where = f'kind = "{kind}", K = {_K}, a standard normal base'
        stack, got = _called(attempt, kind, stack, normal, where)
        want = np.exp(planar_flows.log_density(kind, stack, _GRID))
        close(got, want, Tolerance(1e-4, 2e-3), where=where, says="the density at the points of the grid")


def it_takes_the_base_that_it_is_given(attempt):
    stack = _lawful(attempt.rng, "radial")
    where = 'kind = "radial", K = 2, uniform on a square as the base'
    stack, got = _called(attempt, "radial", stack, square, where)
    before = planar_flows.chain_inverse("radial", stack, _GRID)
    outermost = np.max(np.abs(before), axis=-1)
    volume = planar_flows.chain("radial", stack, before)[1]
    want = np.where(outermost <= _EDGE, np.exp(-volume) / (2 * _EDGE) ** 2, 0.0)
    sure = np.abs(outermost - _EDGE) > 1e-3  # nearer to the edge rounding decides
    close(np.where(sure, got, 0.0), np.where(sure, want, 0.0), Tolerance(1e-4, 2e-3), where=where,
          says="the density at points that are not on the edge")  # fmt: skip


exercise = Exercise(
    density_on_grid,
    question="6.3",
    minutes=20,
    difficulty=2,
    hints=(
        "For each point of the grid: where did it come from, how dense was the base there, and by how much has space "
        "been stretched since?",
        "Undo the layers, last one first, with your inverses. Then `chain` from that point tells the stretch, and the "
        "density is that of the base divided by it.",
        "Write it for one point: a scan over the stack with reverse=True that carries the point back, base_logpdf "
        "there, minus the sum of the log-determinants from `chain`, and an exp. Two `jax.vmap` make a grid of it.",
    ),
    checks=(
        without_a_bend_the_base_comes_back,
        it_sums_to_one,
        it_is_the_density_of_the_flow,
        it_takes_the_base_that_it_is_given,
    ),
)
