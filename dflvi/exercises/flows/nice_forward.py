"""5.4  From data to base: the chain of coupling layers."""

# Built from solutions/flows/nice_forward.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import fields, finite, has_shape, holds
from dflvi.checking.couplings import NO_NUMBER, random_params, ratio, zero_params
from dflvi.checking.exercise import Exercise


def nice_forward(params: Any, x: Float[Array, "... d"]) -> tuple[Float[Array, "... d"], Float[Array, "..."]]:
    """Carry a point of the data to the base, through all coupling layers, and say by how much that stretches space.

    Args:
        params: what your `init_nice` made, with any numbers in it.
        x: one point, [d], d two or more, odd or even. You may allow leading axes.

    Returns:
        z: the point of the base, [d].
        logdet: log |det dz/dx|, one number, in nats.

    Each layer leaves one part of the coordinates alone. A network with ReLU hidden units reads that part and gives a
    log-scale s and a shift t for each coordinate of the other part, which becomes y2 = x2 exp(s) + t. Neighbouring
    layers exchange the two parts. What the network puts out is used as it is, or s is squashed evenly on both sides, by
    2 tanh(s / 2) say, so that exp(s) cannot overflow far from the data. With all parameters zero the flow is the
    identity, but for the order of the coordinates. JAX must be able to differentiate it in params and in x (Dinh et al.
    2014, section 3; the exponential is from Dinh et al. 2016, eq. 7).
    """
    raise NotImplementedError("yours to write")

_N = 12  # points in a check


def _points(rng, d):
    return rng.normal(size=(_N, d)).astype(np.float32).astype(np.float64)


def _forward(attempt, params, x, where):
    z, logdet = fields(attempt.float64.vmap(None, 0)(params, x), "z", "logdet")
    z = finite(has_shape(z, x.shape, where=where, what="z"), where=where, what="z").astype(np.float64)
    return z, has_shape(logdet, x.shape[:1], where=where, what="logdet").astype(np.float64)


def _jacobians(attempt, params, x, where):
    slopes, _ = fields(attempt.float64.jacobian(1).vmap(None, 0)(params, x), "z", "logdet")
    return has_shape(slopes, (*x.shape, x.shape[1]), where=where, what="the Jacobian of z").astype(np.float64)


def parameters_of_zero_change_nothing(attempt):
    x = _points(attempt.rng, 4)
    where = "d = 4, 2 layers, every floating leaf set to zero"
    params = zero_params(attempt, 4, 2)
    z, logdet = fields(attempt(params, x[0].astype(np.float32)), "z", "logdet")
    has_shape(z, (4,), where="one point of d = 4", what="z")
    has_shape(logdet, (), where="one point of d = 4", what="logdet")
    z, logdet = _forward(attempt, params, x, where)
    gap = float(np.abs(np.sort(z) - np.sort(x)).max())
    says = "With all parameters zero the coordinates of z are not those of x."
    holds(gap < 1e-5, says, value=[min(gap, 2.0), float(np.abs(z).max() > 1e-6)], where=where)
    holds(np.abs(logdet).max() < 1e-5, "With all parameters zero nothing is stretched, and logdet is not zero.",
          value=logdet, where=where)  # fmt: skip


def one_layer_keeps_a_part_and_scales_the_other(attempt):
    x = _points(attempt.rng, 4)
    where = "d = 4, one layer, random parameters"
    params = random_params(attempt, 4, 1)
    z, logdet = _forward(attempt, params, x, where)
    J = _jacobians(attempt, params, x, where)
    kept = int(sum(any(np.abs(z[:, j] - x[:, i]).max() < 1e-5 for j in range(4)) for i in range(4)))
    holds(kept == 2, "One layer does not leave one half of the coordinates as they are.", value=kept, where=where,
          expected="2 of 4 coordinates unchanged", got=f"{kept} of 4")  # fmt: skip
    true = np.linalg.slogdet(J)[1]
    spread = float(np.std(true))
    holds(spread > 1e-4, "The stretching is the same at all points: the scale does not look at the point.",
          value=float(spread > 1e-4), where=where)  # fmt: skip
    share = ratio(logdet, true)
    holds(abs(share - 1) < 2e-3, "logdet is not the log |det| of the Jacobian of your own map.", value=share,
          tolerance=2e-3, where=where, got=_words(share))  # fmt: skip


def _words(share):
    return "no fixed multiple of it" if share == NO_NUMBER else f"{share:.3g} times it"


def scales_shrink_as_well_as_stretch(attempt):
    x = _points(attempt.rng, 4)
    where = "d = 4, one layer, eight random fillings of the parameters"
    drawn = np.concatenate([_forward(attempt, random_params(attempt, 4, 1), x, where)[1] for _ in range(8)])
    low, high = float(drawn.min()), float(drawn.max())
    both = np.array([low < -1e-3, high > 1e-3], float)
    says = "Over random parameters logdet has one sign only. A layer has to be able to shrink and to stretch."
    holds(both.all(), says, value=both, where=where, got=f"between {low:.3g} and {high:.3g}")  # fmt: skip


def two_layers_move_every_coordinate(attempt):
    for d, n_layers in ((4, 2), (5, 3)):
        x = _points(attempt.rng, d)
        where = f"d = {d}, {n_layers} layers, random parameters"
        z, _ = _forward(attempt, random_params(attempt, d, n_layers), x, where)
        kept = int(sum(any(np.abs(z[:, j] - x[:, i]).max() < 1e-5 for j in range(d)) for i in range(d)))
        holds(kept == 0, f"After {n_layers} layers some coordinates are still what they were.", value=float(kept > 0),
              where=where, got=f"{kept} of {d} unchanged")  # fmt: skip


def the_logdet_is_that_of_the_whole_chain(attempt):
    x = _points(attempt.rng, 5)
    where = "d = 5, 3 layers, random parameters"
    params = random_params(attempt, 5, 3)
    _, logdet = _forward(attempt, params, x, where)
    share = ratio(logdet, np.linalg.slogdet(_jacobians(attempt, params, x, where))[1])
    holds(abs(share - 1) < 2e-3, "logdet is not the log |det| of the Jacobian of your own map.", value=share,
          tolerance=2e-3, where=where, got=_words(share))  # fmt: skip


exercise = Exercise(
    nice_forward,
    question="5.4",
    minutes=20,
    difficulty=2,
    differentiable=True,
    needs=("init_nice",),
    hints=(
        "One layer first, and test it: `jax.jacobian` of your map at a point, its `slogdet`, and your own number "
        "beside it. What does the Jacobian look like?",
        "It is triangular, with ones for the coordinates that pass and the scales for the others. So which numbers "
        "make up the log of its determinant? And how do log-determinants of maps in a row go together?",
        "Loop over the layers with a running sum. In each: cut x, run the network on the part that stays, split its "
        "output into s and t, move the other part, put the parts back in their places, and add the entries of s to the "
        "sum. Exchange the parts in every other layer.",
    ),
    checks=(
        parameters_of_zero_change_nothing,
        one_layer_keeps_a_part_and_scales_the_other,
        scales_shrink_as_well_as_stretch,
        two_layers_move_every_coordinate,
        the_logdet_is_that_of_the_whole_chain,
    ),
)
