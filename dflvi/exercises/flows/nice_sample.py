"""5.4  Draws from a chain of coupling layers."""

# Built from solutions/flows/nice_sample.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import array, fields, finite, has_shape, holds, mean_is, z_limit
from dflvi.checking.couplings import random_params, zero_params
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def nice_sample(key: Key, params: Any, n: int) -> Float[Array, "n d"]:
    """Points drawn from the flow: n independent draws whose log density is your `nice_logprob`.

    Args:
        key: for all the draws.
        params: what your `init_nice` made, with at least one layer and any numbers in it. How many coordinates a
            point has, d, you have to find in there: in the sizes of its arrays, say.
        n: how many.

    Returns:
        the points, [n, d]. Use your `nice_inverse`.
    """
    raise NotImplementedError("yours to write")

_N, _D, _LAYERS = 4000, 3, 1  # `nice_inverse` has checks of its own with longer chains

_SD = np.array([1, 1, 1, 2**0.5, 2**0.5, 2**0.5, 1, 1, 1])  # of the moments of N(0, I)


def _draws(attempt, key, params, where):
    return finite(has_shape(attempt(key, params, _N), (_N, _D), where=where), where=where).astype(np.float64)


def _moments(z):
    """Columns whose means tell mean and covariance."""
    return np.concatenate([z, z**2 - 1, z * np.roll(z, 1, axis=1)], axis=1)


def the_key_alone_decides(attempt):
    params, key, other = zero_params(attempt, _D, _LAYERS), attempt.key(), attempt.key()
    where = f"n = {_N}, d = {_D}, one layer"
    first, again = (_draws(attempt, key, params, where) for _ in range(2))
    same = np.array_equal(first, again)
    holds(same, "Two calls with one key give different draws.", value=float(same), where=where)
    apart = not np.array_equal(first, _draws(attempt, other, params, where))
    holds(apart, "Two keys give the same draws.", value=float(apart), where=where)
    different = len(np.unique(first[:, 0])) > _N // 2
    holds(different, "Many of the draws are one and the same point.", value=float(different), where=where)


def parameters_of_zero_give_the_standard_normal(attempt):
    # Nine means of 4,000 draws, of normals, their squares and a product: near enough to normal. The sd is known.
    where = f"n = {_N}, d = {_D}, one layer, every floating leaf set to zero"
    z = _draws(attempt, attempt.key(), zero_params(attempt, _D, _LAYERS), where)
    mean_is(_moments(z), np.zeros(9), sd=_SD, comparisons=9, where=where,
            says="the draws are those of N(0, I)")  # fmt: skip


def your_forward_map_carries_them_to_the_base(attempt):
    # At rather large parameters, so that the way forward and the way back differ by much. One trace: within or not.
    where = f"n = {_N}, d = {_D}, one layer, random parameters"
    worst, key = 0.0, attempt.key()
    base = _draws(attempt, key, zero_params(attempt, _D, _LAYERS), where)
    for _ in range(2):
        params = random_params(attempt, _D, _LAYERS, sd=0.7)
        x = _draws(attempt, key, params, where).astype(np.float32)
        moved = bool(np.abs(x - base).max() > 1e-3)
        says = "With one key the draws are the same whatever the parameters are."
        holds(moved, says, value=float(moved), where=where)
        forward = attempt.companion("nice_forward").vmap(None, 0)
        z = array(fields(forward(params, x), "z", "logdet")[0]).astype(np.float64)
        worst = max(worst, float(np.abs(_moments(z).mean(axis=0) / _SD).max()) * _N**0.5)
    limit = z_limit(18)
    says = "Carried to the base by `nice_forward`, your draws are not standard normal."
    holds(worst < limit, says, value=float(worst < limit), where=where, expected=f"means within {limit:.1f} standard "
          "errors of those of N(0, I)", got=f"{worst:.1f}")  # fmt: skip


exercise = Exercise(
    nice_sample,
    question="5.4",
    minutes=6,
    difficulty=1,
    needs=("init_nice", "nice_forward", "nice_inverse", "nice_logprob"),
    hints=(
        "The flow says that points of the data are what, carried where?",
        "Draw in the base, where that is easy, and carry each draw over. Which of your two maps goes that way?",
        "Draw an array of n rows and d columns with `jax.random.normal`, where d is what the first network reads and "
        "half of what it puts out, and map your inverse over its rows with `jax.vmap`.",
    ),
    checks=(
        the_key_alone_decides,
        parameters_of_zero_give_the_standard_normal,
        your_forward_map_carries_them_to_the_base,
    ),
)
