"""6.3  Layers one after the other."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import planar_flows
from dflvi.checking.compare import T32_LOOSE, T64, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake
from dflvi.types import Planar, Radial, Scalar
from solutions.nfvi.planar import planar
from solutions.nfvi.radial import radial


def chain(kind: str, params: Planar | Radial, z: Float[Array, " d"]) -> tuple[Float[Array, " d"], Scalar]:
    """Carry a point through a stack of layers of one kind, and keep account of the volume.

    Args:
        kind: "planar" or "radial".
        params: a stack of that kind: `Planar` or `Radial`, lawful, with a leading axis K on every field. The layer that
            comes first is number 0. K may be 0.
        z: the point that goes in, [d].

    Returns:
        y: the point after K layers, [d].
        sum_logdet: log |det dy/dz|, a number, in nats.

    You may call your `planar` and `radial`. JAX must be able to differentiate both results in params and z. (Rezende
    and Mohamed 2015, eq. 6 to 8.)
    """
    layer = {"planar": planar, "radial": radial}[kind]
    y, logdets = jax.lax.scan(lambda z, one: layer(one, z), z, params)
    return y, jnp.sum(logdets)


# ---- other right answers ----------------------------------------------------------------------


def layer_by_layer(kind, params, z):
    """A Python loop over the layers."""
    total = 0.0
    for k in range(len(params[0])):
        one = jax.tree.map(lambda field, k=k: field[k], params)
        z, logdet = planar(one, z) if kind == "planar" else radial(one, z)
        total = total + logdet
    return z, total


def in_numpy(kind, params, z):
    """NumPy, both formulas written out, and a dict."""
    z, total = np.asarray(z), 0.0
    for first, second, third in zip(*(np.asarray(field) for field in params), strict=True):
        if kind == "planar":
            a = second @ z + third
            total += np.log(1 + (first @ second) / np.cosh(a) ** 2)
            z = z + first * np.tanh(a)
        else:
            room = second + np.linalg.norm(z - first)
            total += (len(z) - 1) * np.log(1 + third / room) + np.log(1 + second * third / room**2)
            z = first + (z - first) * (1 + third / room)
    return {"y": z, "sum_logdet": total}


# ---- checks: cheap to deep --------------------------------------------------------------------

_N, _D, _K = 8, 2, 3


def _stack(rng, kind, K=_K):
    return (planar_flows.random_planar if kind == "planar" else planar_flows.random_radial)(rng, _D, K)


def _points(rng):
    return rng.normal(size=(_N, _D)).astype(np.float32).astype(np.float64)


def _called(attempt, kind, stack, z):
    where = f'kind = "{kind}", K = {len(stack[0])}, {_N} points'
    y, logdet = fields(attempt.float64.vmap(None, None, 0)(kind, stack, z), "y", "sum_logdet")
    y, logdet = has_shape(y, z.shape, where=where, what="y"), has_shape(logdet, (_N,), where=where, what="sum_logdet")
    return finite(y, where=where, what="y"), finite(logdet, where=where, what="sum_logdet"), where


def one_point_gives_a_point_and_a_number(attempt):
    stack = _stack(attempt.rng, "planar")
    stack = type(stack)(*(field.astype(np.float32) for field in stack))
    y, logdet = fields(attempt("planar", stack, attempt.rng.normal(size=_D).astype(np.float32)), "y", "sum_logdet")
    finite(has_shape(y, (_D,), what="y"), what="y")
    finite(has_shape(logdet, (), what="sum_logdet"), what="sum_logdet")


def points_go_through_all_layers_in_order(attempt):
    for kind in ("planar", "radial"):
        stack, z = _stack(attempt.rng, kind), _points(attempt.rng)
        y, _, where = _called(attempt, kind, stack, z)
        close(y, planar_flows.chain(kind, stack, z)[0], T64, where=where, what="y", says="where the layers put z")


def the_sum_is_that_of_the_jacobian_of_the_whole(attempt):
    for kind in ("planar", "radial"):
        stack, z = _stack(attempt.rng, kind), _points(attempt.rng)
        _, logdet, where = _called(attempt, kind, stack, z)
        jacobian, _ = fields(attempt.float64.jacobian(2).vmap(None, None, 0)(kind, stack, z), "y", "sum_logdet")
        jacobian = has_shape(jacobian, (_N, _D, _D), where=where, what="the Jacobian of y").astype(np.float64)
        close(logdet, np.linalg.slogdet(jacobian)[1], T32_LOOSE, where=where, what="sum_logdet",
              says="sum_logdet against log |det| of the Jacobian of your y")  # fmt: skip


def no_layers_do_nothing(attempt):
    stack, z = _stack(attempt.rng, "planar", 0), _points(attempt.rng)
    y, logdet, where = _called(attempt, "planar", stack, z)
    close(y, z, T64, where=where, what="y", says="without layers a point stays")
    close(logdet, np.zeros(_N), T64, where=where, what="sum_logdet", says="and so do volumes")


# ---- known wrong answers ----------------------------------------------------------------------


def _loop(kind, params, z, order=1, at="before", last=False, first_point=False, layers=True, mean=False):
    layer, start, logdets = planar if kind == "planar" else radial, z, []
    for k in range(len(params[0]))[::order]:
        one = jax.tree.map(lambda field, k=k: field[k], params)
        new, logdet = layer(one, start if first_point else z)
        if at != "before":
            logdet = layer(one, new if at == "after" else start)[1]
        z, logdets = new, [*logdets, logdet]
    logdets = jnp.stack([*logdets, jnp.zeros_like(z[0])])
    return z, logdets[-2] if last else jnp.mean(logdets[:-1]) if mean else jnp.sum(logdets)


def _of_every_layer(kind, params, z):
    layer = {"planar": planar, "radial": radial}[kind]
    return jax.lax.scan(lambda z, one: layer(one, z), z, params)


def _first_layer_apart(kind, params, z):
    layer = planar if kind == "planar" else radial
    z, total = layer(jax.tree.map(lambda field: field[0], params), z)
    for k in range(1, len(params[0])):
        z, logdet = layer(jax.tree.map(lambda field, k=k: field[k], params), z)
        total = total + logdet
    return z, total


exercise = Exercise(
    chain,
    question="6.3",
    minutes=10,
    difficulty=1,
    differentiable=True,
    hints=(
        "Two things change from layer to layer. What does each layer need of the one before?",
        "The determinant of a product of matrices is the product of their determinants. At which point is each of "
        "them taken?",
        "`jax.lax.scan` over the stack carries the point along and collects the log-determinants, whose sum you "
        "return. A Python loop over k is right too.",
    ),
    checks=(
        one_point_gives_a_point_and_a_number,
        points_go_through_all_layers_in_order,
        the_sum_is_that_of_the_jacobian_of_the_whole,
        no_layers_do_nothing,
    ),
    variants=(layer_by_layer, in_numpy),
    mistakes=(
        Mistake(
            "not-summed",
            _of_every_layer,
            "Three layers give three numbers, and the whole map has one. What does a chain do with the logs of its "
            "determinants?",
            caught_by=one_point_gives_a_point_and_a_number,
        ),
        Mistake(
            "last-layer-first",
            lambda kind, params, z: _loop(kind, params, z, order=-1),
            "You begin with the last layer of the stack. That is the order in which one goes *back*.",
            caught_by=points_go_through_all_layers_in_order,
        ),
        Mistake(
            "always-the-first-point",
            lambda kind, params, z: _loop(kind, params, z, first_point=True),
            "Each of your layers starts from the point that came in, as if there were no layers before it. What does "
            "the loop hand on?",
            also=lambda kind, params, z: (
                _loop(kind, jax.tree.map(lambda field: field[-1:], params), z)[0],
                _loop(kind, params, z, first_point=True)[1],
            ),
            caught_by=points_go_through_all_layers_in_order,
        ),
        Mistake(
            "only-the-last-volume",
            lambda kind, params, z: _loop(kind, params, z, last=True),
            "With one layer you are right; with three you return the log-determinant of the third. The others have "
            "been overwritten.",
            caught_by=the_sum_is_that_of_the_jacobian_of_the_whole,
        ),
        Mistake(
            "volumes-where-they-end",
            lambda kind, params, z: _loop(kind, params, z, at="after"),
            "You measure how a layer stretches at the place where it has put the point. Look at the indices: the k-th "
            "term is taken at the point with the number before.",
            caught_by=the_sum_is_that_of_the_jacobian_of_the_whole,
        ),
        Mistake(
            "volumes-where-all-began",
            lambda kind, params, z: _loop(kind, params, z, at="start"),
            "Points are handed on, and their volumes are all measured at the point that came in. The second layer "
            "never saw that one.",
            caught_by=the_sum_is_that_of_the_jacobian_of_the_whole,
        ),
        Mistake(
            "mean-over-layers",
            lambda kind, params, z: _loop(kind, params, z, mean=True),
            "Your account does not grow with the number of layers. Ten layers that double a length make it a thousand "
            "times as long.",
            caught_by=the_sum_is_that_of_the_jacobian_of_the_whole,
        ),
        Mistake(
            "at-least-one-layer",
            _first_layer_apart,
            "With K = 0 there is no first layer to begin with. Begin with the point itself, and with an account of "
            "zero.",
            caught_by=no_layers_do_nothing,
        ),
    ),
    answer="""
ln |det| of the whole is the sum over k of ln |det df_k| at z_{k-1}, the point that goes into layer k. So the density of
the point that comes out is q_K(z_K) = q_0(z_0) / exp(sum), known at the points one has carried there oneself.

In the paper's eq. 13 psi_k has to be taken at z_{k-1} as well; with another argument the density does not integrate
to one.
""",
    afterword="The point goes on, the account adds up.",
)
