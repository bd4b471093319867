"""6.4  The log density of a flow at somebody else's point."""

# Built from solutions/nfvi/logq_at.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import planar_flows
from dflvi.checking.compare import T64, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Planar, Scalar


def logq_at(params: Planar, z: Float[Array, " d"]) -> Scalar:
    """The log density of a planar flow over a base N(0, I), at a point that was not drawn from it.

    Args:
        params: a lawful stack of planar layers, with a leading axis K on every field.
        z: the point, [d], anywhere.

    Returns:
        its log density, a number, in nats, to the last digits that the numbers have.

    Nobody tells you the draw that would have led there, so you have to look for it. You may call your `planar_inverse`
    and your `chain`. Nobody will differentiate it. (Rezende and Mohamed 2015, eq. 13.)
    """
    raise NotImplementedError("yours to write")

_N, _K = 29, 2  # points along a side

_TICKS = np.linspace(-7, 7, _N)

_GRID = np.stack(np.meshgrid(_TICKS, _TICKS), axis=-1).reshape(-1, 2)

_CELL = (_TICKS[1] - _TICKS[0]) ** 2


def _gentle(rng):
    """A flow that a coarse grid can sum."""
    stack = planar_flows.random_planar(rng, 2, _K, size=0.4)
    w = 0.8 * stack.w / np.linalg.norm(stack.w, axis=1, keepdims=True)
    wu = np.sum(w * stack.u, axis=1)
    u = stack.u + ((np.clip(wu, -0.5, 1.0) - wu) / 0.64)[:, None] * w
    return stack._replace(u=u, w=w, b=0.3 * stack.b)


def _called(attempt, params, points, where):
    logq = has_shape(attempt.float64.vmap(None, 0)(params, points), (len(points),), where=where, what="logq")
    return finite(logq, where=where, what="logq").astype(np.float64)


def one_point_gives_a_number(attempt):
    params = _gentle(attempt.rng)
    params = type(params)(*(field.astype(np.float32) for field in params))
    finite(has_shape(attempt(params, attempt.rng.normal(size=2).astype(np.float32)), (), what="logq"), what="logq")


def it_integrates_to_one(attempt):
    params = _gentle(attempt.rng)
    where = f"K = {_K}, d = 2, {_N} x {_N} points from -7 to 7"
    total = float(np.exp(_called(attempt, params, _GRID, where)).sum() * _CELL)
    truth = float(np.exp(planar_flows.log_density("planar", params, _GRID)).sum() * _CELL)
    holds(abs(total - truth) < 2e-3, "exp(logq) does not integrate to one.", value=total, tolerance=1e-3, where=where,
          expected=f"{truth:.4f}", got=f"{total:.4f}")  # fmt: skip


def it_agrees_with_the_way_there(attempt):
    params = planar_flows.random_planar(attempt.rng, 2, _K)
    eps = attempt.rng.normal(size=(len(_GRID), 2))
    z, stretch = planar_flows.chain("planar", params, eps)
    where = f"K = {_K}, d = 2, at {len(_GRID)} draws of the flow itself, float64"
    got = _called(attempt, params, z, where)
    want = planar_flows.standard_normal(eps) - stretch
    close(got, want, T64._replace(abs=1e-8), where=where, what="logq",
          says="the log density against the account of the way there")  # fmt: skip


exercise = Exercise(
    logq_at,
    question="6.4",
    minutes=10,
    difficulty=2,
    hints=(
        "Which two quantities does the density of the flow consist of, and at which point is each of them?",
        "Find the draw first: undo the layers one by one. In which order?",
        "A scan over the stack with reverse=True and `planar_inverse` gives the draw; from there it is `logq_along`.",
    ),
    checks=(
        one_point_gives_a_number,
        it_integrates_to_one,
        it_agrees_with_the_way_there,
    ),
)
