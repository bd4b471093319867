"""6.3  Layers one after the other."""

# Built from solutions/nfvi/chain.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import planar_flows
from dflvi.checking.compare import T32_LOOSE, T64, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Planar, Radial, Scalar


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
    raise NotImplementedError("yours to write")

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
)
