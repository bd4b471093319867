"""5.4  The log density of a chain of coupling layers."""

# Built from solutions/flows/nice_logprob.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, array, close, fields, finite, has_shape, holds
from dflvi.checking.couplings import NO_NUMBER, random_params, ratio, zero_params
from dflvi.checking.exercise import Exercise


def nice_logprob(params: Any, x: Float[Array, "... d"]) -> Float[Array, "..."]:
    """The log density of a point under the flow, in nats, when its base is the standard normal.

    Args:
        params: what your `init_nice` made, with any numbers in it.
        x: one point of the data, [d], d two or more. You may allow leading axes.

    Returns:
        log p(x), one number. JAX must be able to differentiate it in params, since maximum likelihood climbs it, and
        in x. Use your `nice_forward` (Dinh et al. 2014, eq. 3).
    """
    raise NotImplementedError("yours to write")

_N, _D, _LAYERS = 12, 3, 2  # one size throughout, so that programs serve several checks


def _points(rng):
    return rng.normal(size=(_N, _D)).astype(np.float32).astype(np.float64)


def _logprob(attempt, params, x, where):
    return finite(has_shape(attempt.float64.vmap(None, 0)(params, x), (len(x),), where=where), where=where)


def parameters_of_zero_give_the_standard_normal(attempt):
    x = _points(attempt.rng)
    where = "d = 3, two layers, every floating leaf set to zero"
    got = _logprob(attempt, zero_params(attempt, _D, _LAYERS), x, where)
    close(got, oracles.normal_logpdf(x).sum(axis=-1), Tolerance(1e-5, 1e-5),
          where=where, says="log p is that of N(0, I)")  # fmt: skip


def a_density_is_the_base_density_times_the_stretching(attempt):
    x = _points(attempt.rng)
    where = "d = 3, two layers, random parameters"
    params = random_params(attempt, _D, _LAYERS)
    forward = attempt.companion("nice_forward").float64.vmap(None, 0)
    z, logdet = (array(one).astype(np.float64) for one in fields(forward(params, x), "z", "logdet"))
    base = oracles.normal_logpdf(z).sum(axis=-1)
    # What is left when the base density is taken away is the stretching, once.
    share = ratio(_logprob(attempt, params, x, where) - base, logdet)
    got = "no fixed multiple of it" if share == NO_NUMBER else f"{share:.3g} times it"
    holds(abs(share - 1) < 2e-3, "log p less log N(z) is not the logdet that your own `nice_forward` returns.",
          value=share, tolerance=2e-3, where=where, got=got)  # fmt: skip


def autodiff_finds_its_slopes(attempt):
    # In float64, along directions in all parameters at once: what the slopes promise, and what happens. A kink of a
    # ReLU lies within so small a step once in some hundred directions, so most of the five have to agree.
    x = _points(attempt.rng)
    where = "d = 3, two layers, random parameters"
    promised, found = [], []
    for _ in range(5):
        params, way = random_params(attempt, _D, _LAYERS), []
        slopes = attempt.float64.grad(0).keep(params, x[0]).leaves()
        leaves = params.leaves()
        way = [attempt.rng.normal(size=leaf.shape) if leaf.dtype.kind == "f" else None for leaf in leaves]
        ends = []
        for sign in (1, -1):
            moved = [leaf if v is None else (leaf + sign * 1e-4 * v).astype(leaf.dtype)
                     for leaf, v in zip(leaves, way, strict=True)]  # fmt: skip
            ends.append(float(_logprob(attempt, params.with_leaves(moved), x, where)[0]))
        floats = [v for v in way if v is not None]
        promised.append(sum(float(np.sum(g.astype(np.float64) * v)) for g, v in zip(slopes, floats, strict=True)))
        found.append((ends[0] - ends[1]) / 2e-4)
    good = int(np.sum(np.isclose(promised, found, rtol=0.02, atol=0.02))) >= 3
    says = "JAX's slope in the parameters is not what two values of your own show."
    holds(good, says, value=float(good), where=where, expected=f"{found[0]:.4g}", got=f"{promised[0]:.4g}")


exercise = Exercise(
    nice_logprob,
    question="5.4",
    minutes=8,
    difficulty=1,
    differentiable=True,
    needs=("init_nice", "nice_forward"),
    hints=(
        "Notebook 1 had the density of an affine image. Which way does your `nice_forward` go, from the base or to it?",
        "Two terms: how likely is the point of the base, and how much did the map stretch around x? Where things are "
        "squeezed on the way to the base, the density of the data is low; check your sign with that.",
        "Call `nice_forward`. Sum the log densities of d independent standard normals at z, with their constants, and "
        "add the log-determinant as it is: it belongs to the map from x to z.",
    ),
    checks=(
        parameters_of_zero_give_the_standard_normal,
        a_density_is_the_base_density_times_the_stretching,
        autodiff_finds_its_slopes,
    ),
)
