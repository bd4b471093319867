"""6.4  The log density of a draw, on the way."""

# Built from solutions/nfvi/logq_along.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import planar_flows
from dflvi.checking.compare import T32_LOOSE, T64, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Planar, Scalar


def logq_along(params: Planar, eps: Float[Array, " d"]) -> tuple[Float[Array, " d"], Scalar]:
    """Carry one draw of N(0, I) through a planar flow, and return it with its log density under the flow.

    Args:
        params: a stack of planar layers, with a leading axis K on every field. K may be 0.
        eps: the draw, [d].

    Returns:
        z: where it ends, [d].
        logq: the log density of z, a number, in nats: that of eps under N(0, I), less the log-determinants on the way.

    Only forwards: no inverse is computed, and whether the layers could be undone is not asked here. One of the checks
    hands you layers that cannot, at a draw where all determinants are positive, and wants the same sum. You may call
    your `chain`. JAX must be able to differentiate both results in params and eps. (Rezende and Mohamed 2015, eq. 13.)
    """
    raise NotImplementedError("yours to write")

_N, _D, _K = 10, 3, 3


def _draws(rng):
    return rng.normal(size=(_N, _D)).astype(np.float32).astype(np.float64)


def _called(attempt, params, eps, where):
    z, logq = fields(attempt.float64.vmap(None, 0)(params, eps), "z", "logq")
    z, logq = has_shape(z, eps.shape, where=where, what="z"), has_shape(logq, (_N,), where=where, what="logq")
    return finite(z, where=where, what="z"), finite(logq, where=where, what="logq")


def one_draw_gives_a_point_and_a_number(attempt):
    params = planar_flows.random_planar(attempt.rng, _D, _K)
    params = type(params)(*(field.astype(np.float32) for field in params))
    z, logq = fields(attempt(params, attempt.rng.normal(size=_D).astype(np.float32)), "z", "logq")
    finite(has_shape(z, (_D,), what="z"), what="z")
    finite(has_shape(logq, (), what="logq"), what="logq")


def the_draw_ends_where_the_layers_put_it(attempt):
    params, eps = planar_flows.random_planar(attempt.rng, _D, _K), _draws(attempt.rng)
    where = f"K = {_K}, d = {_D}, {_N} draws"
    z, _ = _called(attempt, params, eps, where)
    close(z, planar_flows.chain("planar", params, eps)[0], T64, where=where, what="z", says="where the draw ends")


def its_log_density_goes_with_its_jacobian(attempt):
    params, eps = planar_flows.random_planar(attempt.rng, _D, _K), _draws(attempt.rng)
    where = f"K = {_K}, d = {_D}, {_N} draws"
    _, logq = _called(attempt, params, eps, where)
    jacobian, _ = fields(attempt.float64.jacobian(1).vmap(None, 0)(params, eps), "z", "logq")
    jacobian = has_shape(jacobian, (_N, _D, _D), where=where, what="the Jacobian of z").astype(np.float64)
    want = planar_flows.standard_normal(eps) - np.linalg.slogdet(jacobian)[1]
    close(logq, want, T32_LOOSE, where=where, what="logq",
          says="the log density against that of the draw and the log volume of the whole map")  # fmt: skip


def it_asks_for_no_inverse(attempt):
    # Along w the first layer is a -> a - 3 tanh(a), which folds; at |a| > 2 its slope is positive. An inverse would
    # find another point that is carried to the same place, and report the density as seen from there.
    params = planar_flows.random_planar(attempt.rng, _D, _K)
    u, w, b = (field.copy() for field in params)
    w[0], b[0] = np.array([0.6, 0.0, 0.8]), 0.0
    u[0] = -3.0 * w[0]
    eps = attempt.rng.normal(size=(_N, _D))
    eps += (np.linspace(2.2, 3.2, _N) * np.tile([1, -1], _N // 2) - eps @ w[0])[:, None] * w[0]
    params, where = params._replace(u=u, w=w, b=b), f"the first layer has w . u = -3, {_N} draws beyond its fold"
    _, logq = _called(attempt, params, eps, where)
    want = planar_flows.standard_normal(eps) - planar_flows.chain("planar", params, eps)[1]
    close(logq, want, T32_LOOSE, where=where, what="logq", says="the account of the draw that is in hand")


exercise = Exercise(
    logq_along,
    question="6.4",
    minutes=8,
    difficulty=1,
    differentiable=True,
    hints=(
        "You hold the draw before you carry it anywhere. What do you know of it there?",
        "`chain` returns the end point and the sum of the log-determinants. Which of the two has to be subtracted "
        "from what?",
        "Sum the log densities of the coordinates of eps under N(0, 1), call `chain`, and take its sum off.",
    ),
    checks=(
        one_draw_gives_a_point_and_a_number,
        the_draw_ends_where_the_layers_put_it,
        its_log_density_goes_with_its_jacobian,
        it_asks_for_no_inverse,
    ),
)
