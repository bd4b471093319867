"""5.4  From base to data: the chain of coupling layers, undone."""

# Built from solutions/flows/nice_inverse.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import array, fields, finite, has_shape, holds
from dflvi.checking.couplings import NO_NUMBER, largest, random_params, ratio
from dflvi.checking.exercise import Exercise


def nice_inverse(params: Any, z: Float[Array, "... d"]) -> Float[Array, "... d"]:
    """Carry a point of the base back to the data: undo what your `nice_forward` does.

    Args:
        params: what your `init_nice` made, with any numbers in it.
        z: one point, [d], d two or more, odd or even. You may allow leading axes.

    Returns:
        x, [d]: the one point that `nice_forward(params, x)` carries to z, by formula and not by a search. It costs as
        much as the way forward. JAX must be able to differentiate it (Dinh et al. 2014, section 3.2).
    """
    raise NotImplementedError("yours to write")

_N = 12


def _points(rng, d):
    return rng.normal(size=(_N, d)).astype(np.float32).astype(np.float64)


def _forward(attempt, params, x):
    return fields(attempt.companion("nice_forward").float64.vmap(None, 0)(params, x), "z", "logdet")


def _inverse(attempt, params, z, where):
    return finite(has_shape(attempt.float64.vmap(None, 0)(params, z), z.shape, where=where), where=where)


def scales_back_what_was_scaled(attempt):
    x = _points(attempt.rng, 4)
    where = "d = 4, one layer, random parameters"
    params = random_params(attempt, 4, 1)
    has_shape(attempt(params, x[0].astype(np.float32)), (4,), where="one point of d = 4")
    z, logdet = (array(one).astype(np.float64) for one in _forward(attempt, params, x))
    back = _inverse(attempt, params, z, where)
    again = bool(largest(back, z) < 1e-6)
    holds(not again, "Your inverse gives back the point that went in.", value=float(again), where=where)
    J = attempt.float64.jacobian(1).vmap(None, 0)(params, z)
    J = has_shape(J, (_N, 4, 4), where=where, what="the Jacobian of the inverse").astype(np.float64)
    ways = [ratio(np.linalg.slogdet(J)[1], -logdet), float(np.mean(_restored(back, x)) > 0.4)]
    says = "The inverse does not shrink by what `nice_forward` stretches."
    holds(abs(ways[0] - 1) < 2e-3, says, value=ways, tolerance=2e-3, where=where,
          got="no fixed multiple of it" if ways[0] == NO_NUMBER else f"{ways[0]:.3g} times that")  # fmt: skip


def _restored(back, x):
    """Which entries are what they were."""
    return np.abs(np.asarray(back, np.float64) - x) < 2e-4 * (1 + np.abs(x))


def one_layer_is_undone(attempt):
    x = _points(attempt.rng, 4)
    where = "d = 4, one layer, random parameters"
    params = random_params(attempt, 4, 1)
    back = _inverse(attempt, params, array(_forward(attempt, params, x)[0]).astype(np.float64), where)
    share = float(np.mean(_restored(back, x)))
    says = "From x to z with `nice_forward` and back with yours, one layer: x does not come back."
    holds(share == 1.0, says, value=share, tolerance=0.1, where=where, got=f"{100 * share:.0f} % of the coordinates")


def a_chain_is_undone_both_ways(attempt):
    x = _points(attempt.rng, 5)
    where = "d = 5, 4 layers, random parameters"
    params = random_params(attempt, 5, 4)
    back = _inverse(attempt, params, array(_forward(attempt, params, x)[0]).astype(np.float64), where)
    good = bool(np.all(_restored(back, x)))
    says = "From x to z with `nice_forward` and back with yours: x does not come back."
    holds(good, says, value=float(good), where=where)
    there = array(_forward(attempt, params, _inverse(attempt, params, x, where))[0])
    good = bool(np.all(_restored(there, x)))
    holds(good, "From z to x with yours and on with `nice_forward`: another z.", value=float(good), where=where)


exercise = Exercise(
    nice_inverse,
    question="5.4",
    minutes=12,
    difficulty=2,
    differentiable=True,
    needs=("init_nice", "nice_forward"),
    hints=(
        "What does one layer hand on unchanged? With that in your hands, which numbers can you compute again, "
        "exactly as they were?",
        "Scale and shift are the same as on the way there. What was done last has to be undone first: within a layer, "
        "and among the layers.",
        "Loop over the layers from the last to the first. Cut as in the forward map, run the same network on the part "
        "that stays, take the shift away from the other part and then divide by the scale.",
    ),
    checks=(scales_back_what_was_scaled, one_layer_is_undone, a_chain_is_undone_both_ways),
)
