"""6.3  The density of a flow, at points that one chooses."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import planar_flows
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake
from dflvi.types import Planar, Radial
from solutions.nfvi.chain import chain
from solutions.nfvi.planar_inverse import planar_inverse
from solutions.nfvi.radial_inverse import radial_inverse


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
    undo = {"planar": planar_inverse, "radial": radial_inverse}[kind]

    def at(y):
        z = jax.lax.scan(lambda z, one: (undo(one, z), None), y, params, reverse=True)[0]
        return jnp.exp(base_logpdf(z) - chain(kind, params, z)[1])

    return jax.vmap(jax.vmap(at))(grid)


# ---- other right answers ----------------------------------------------------------------------


def layer_by_layer(kind, params, base_logpdf, grid):
    """All points at once, a Python loop over the layers from the last, the density divided as one goes."""
    undo = jax.vmap(planar_inverse if kind == "planar" else radial_inverse, in_axes=(None, 0))
    points, density = grid.reshape(-1, 2), 1.0
    for k in reversed(range(len(params[0]))):
        one = jax.tree.map(lambda field, k=k: field[k : k + 1], params)
        points = undo(jax.tree.map(lambda field: field[0], one), points)
        density = density / jnp.exp(jax.vmap(lambda z, one=one: chain(kind, one, z)[1])(points))
    return (density * jnp.exp(base_logpdf(points))).reshape(grid.shape[:2])


def in_numpy(kind, params, base_logpdf, grid):
    """NumPy throughout: halving for the planar layers, the quadratic equation for the radial ones."""
    y, volume = np.asarray(grid, np.float64), 0.0
    for k in reversed(range(len(params[0]))):
        first, second, third = (np.asarray(field[k], np.float64) for field in params)
        if kind == "planar":
            c, wu = y @ second, first @ second
            low, high = c - abs(wu), c + abs(wu)
            for _ in range(50):
                a = (low + high) / 2
                over = a + wu * np.tanh(a + third) > c
                low, high = np.where(over, low, a), np.where(over, a, high)
            h = np.tanh((low + high) / 2 + third)
            y, volume = y - h[..., None] * first, volume + np.log(1 + wu * (1 - h * h))
        else:
            off = y - first
            after = np.sqrt((off**2).sum(-1))
            p = after - second - third
            r = (p + np.sqrt(p * p + 4 * second * after)) / 2
            across = 1 + third / (second + r)
            y = first + off / across[..., None]
            volume = volume + np.log(across) + np.log(1 + second * third / (second + r) ** 2)
    return np.exp(np.asarray(base_logpdf(jnp.asarray(y, jnp.float32)), np.float64) - volume)


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def _with(kind, params, base_logpdf, grid, order=-1, volume=1.0, at="before", finish=jnp.exp):
    """Layer by layer with an order, a share of the volume, and the place where it is taken."""
    undo = jax.vmap(planar_inverse if kind == "planar" else radial_inverse, in_axes=(None, 0))
    points = grid.reshape(-1, 2)
    for k in range(len(params[0]))[::order]:
        points = undo(jax.tree.map(lambda field, k=k: field[k], params), points)
    place = points if at == "before" else grid.reshape(-1, 2)
    stretch = jax.vmap(lambda z: chain(kind, params, z)[1])(place)
    return finish(base_logpdf(points) - volume * stretch).reshape(grid.shape[:2])


def _forwards(kind, params, base_logpdf, grid):
    points = grid.reshape(-1, 2)
    ends, stretch = jax.vmap(lambda z: chain(kind, params, z))(points)
    return jnp.exp(base_logpdf(ends) + stretch).reshape(grid.shape[:2])


def _gaussian_whatever(kind, params, base_logpdf, grid):
    return _with(kind, params, normal, grid)


def _at_its_own_points(kind, params, base_logpdf, grid):
    stretch = jax.vmap(lambda z: chain(kind, params, z)[1])(grid.reshape(-1, 2))
    return jnp.exp(base_logpdf(grid.reshape(-1, 2)) - stretch).reshape(grid.shape[:2])


def _normalised(kind, params, base_logpdf, grid):
    density = _with(kind, params, base_logpdf, grid)
    return density / jnp.max(density)


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
    variants=(layer_by_layer, in_numpy),
    mistakes=(
        Mistake(
            "the-log-of-it",
            lambda *args: _with(*args, finish=lambda log_q: log_q),
            "Your numbers are negative, so they are logs. The figure wants the density.",
            caught_by=without_a_bend_the_base_comes_back,
        ),
        Mistake(
            "normalised-by-its-highest-point",
            _normalised,
            "Your picture has a highest value of 1, whatever the flow does. That looks well and hides every error of "
            "the volume: without it the sum over the grid would tell.",
            also=lambda *args: (lambda density: density / jnp.max(density, axis=(0, 1)))(_with(*args)),
            caught_by=without_a_bend_the_base_comes_back,
        ),
        Mistake(
            "volume-forgotten",
            lambda *args: _with(*args, volume=0.0),
            "The shape is bent and the heights are those of the base, so the sum over the grid is not one. Where "
            "space was stretched the density is lower.",
            caught_by=it_sums_to_one,
        ),
        Mistake(
            "volume-multiplied",
            lambda *args: _with(*args, volume=-1.0),
            "Where your flow pulls points apart the density grows. The same number of points, on more room: is that "
            "denser?",
            caught_by=it_sums_to_one,
        ),
        Mistake(
            "volume-at-the-end-point",
            lambda *args: _with(*args, at="after"),
            "You undo the layers, and then measure their stretch at the point of the grid. They stretched where the "
            "point was before.",
            caught_by=it_sums_to_one,
        ),
        Mistake(
            "points-not-taken-back",
            _at_its_own_points,
            "Your picture keeps the outline of the base: a Gaussian stays in its place. Where did the point of the "
            "grid come from?",
            caught_by=it_sums_to_one,
        ),
        Mistake(
            "the-flow-the-other-way",
            _forwards,
            "This is a density, and it sums to one, of the flow that goes the other way. Where layers should pull "
            "apart yours gather.",
            caught_by=it_is_the_density_of_the_flow,
        ),
        Mistake(
            "first-layer-undone-first",
            lambda *args: _with(*args, order=1),
            "With one layer you are right. With two you take off the one that was put on first, which lies beneath "
            "the other.",
            caught_by=it_sums_to_one,
        ),
        Mistake(
            "always-a-gaussian",
            _gaussian_whatever,
            "For a Gaussian base all is well, and a square comes out as if it were one. A base is handed to you.",
            caught_by=it_takes_the_base_that_it_is_given,
        ),
    ),
    answer="""
q_K(y) = q_0(z) / |det| with z the point that the layers carry to y, found by undoing them from the last to the first.
The log-determinant comes from the way there, at z.

The other way to the picture needs no inverse: carry a fine mesh of base points forward and colour each bent cell by
q_0(z) / |det| at its corner (as in the figure of 5.6). For the planar layers that is much the quicker one.
""",
    afterword="A density at any point, for the price of an inverse at every point.",
)
