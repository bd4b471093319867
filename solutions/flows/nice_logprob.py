"""5.4  The log density of a chain of coupling layers."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, array, close, fields, finite, has_shape, holds
from dflvi.checking.couplings import NO_NUMBER, random_params, ratio, zero_params
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from solutions.flows.nice_forward import nice_forward
from solutions.flows.nice_inverse import nice_inverse  # noqa: F401 (a mistake takes it)


def nice_logprob(params: Any, x: Float[Array, "... d"]) -> Float[Array, "..."]:
    """The log density of a point under the flow, in nats, when its base is the standard normal.

    Args:
        params: what your `init_nice` made, with any numbers in it.
        x: one point of the data, [d], d two or more. You may allow leading axes.

    Returns:
        log p(x), one number. JAX must be able to differentiate it in params, since maximum likelihood climbs it, and
        in x. Use your `nice_forward` (Dinh et al. 2014, eq. 3).
    """
    z, logdet = nice_forward(params, x)
    return norm.logpdf(z).sum(axis=-1) + logdet


# ---- other right answers ----------------------------------------------------------------------


def with_the_constant_in_front(params, x):
    """The square and the constant of d normals, written out."""
    z, logdet = nice_forward(params, x)
    return logdet - 0.5 * (z.shape[-1] * jnp.log(2 * jnp.pi) + jnp.sum(jnp.square(z), axis=-1))


def layer_by_layer(params, x):
    """The sum over layers, one chain of length one each time, and the multivariate normal at the end."""
    n, total = len(x) // 2, 0.0
    for number, net in enumerate(params):
        x = jnp.roll(x, -n * (number % 2))  # an odd layer reads the second part
        if number % 2:
            m = len(x) - n
            (W, b), (V, c) = net
            s, t = jnp.split(jnp.maximum(x[:m] @ W + b, 0) @ V + c, 2)
            s = 2 * jnp.tanh(s / 2)
            x = jnp.roll(jnp.concatenate([x[:m], x[m:] * jnp.exp(s) + t]), n)
            total = total + s.sum()
        else:
            x, stretched = nice_forward([net], x)
            total = total + stretched
    return jax.scipy.stats.multivariate_normal.logpdf(x, jnp.zeros(len(x)), jnp.eye(len(x))) + total


# ---- checks: cheap to deep --------------------------------------------------------------------
# Traces do not depend on the structure of the parameters, which is the learner's.

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


# ---- mistakes ---------------------------------------------------------------------------------


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
    variants=(with_the_constant_in_front, layer_by_layer),
    mistakes=(
        Mistake(
            "no-constant",
            one_edit("norm.logpdf(z).sum(axis=-1)", "-0.5 * jnp.square(z).sum(axis=-1)"),
            "With parameters of zero the top of your density is 1, in three dimensions. Its integral is then far from "
            "one.",
            also=lambda params, x: with_the_constant_in_front(params, x) + 0.5 * x.size * jnp.log(2 * jnp.pi),
            caught_by=parameters_of_zero_give_the_standard_normal,
        ),
        Mistake(
            "mean-over-coordinates",
            one_edit("norm.logpdf(z).sum(axis=-1)", "norm.logpdf(z).mean(axis=-1)"),
            "Three independent coordinates, and your log density is that of one on average. What do probabilities of "
            "independent events do?",
            caught_by=parameters_of_zero_give_the_standard_normal,
        ),
        Mistake(
            "sign-of-the-log-det",
            one_edit("sum(axis=-1) + logdet", "sum(axis=-1) - logdet"),
            "Where the map to the base stretches, your density is thin. Take z = 10 x in one dimension: the data "
            "then lie within a tenth of the base, and their density is ten times as high.",
            also=lambda params, x: with_the_constant_in_front(params, x) - 2 * nice_forward(params, x)[1],
            caught_by=a_density_is_the_base_density_times_the_stretching,
        ),
        Mistake(
            "forgot-the-log-det",
            one_edit(" + logdet", ""),
            "Your density takes no notice of stretching, so a map that sends everything to 0 would win the training.",
            caught_by=a_density_is_the_base_density_times_the_stretching,
        ),
        Mistake(
            "through-the-inverse",
            one_edit("z, logdet = nice_forward(params, x)",
                     "z, logdet = nice_inverse(params, x), nice_forward(params, x)[1]"),
            "You take x for a point of the base and carry it to the data. A density wants the point that belongs to x "
            "at the other end.",
            caught_by=a_density_is_the_base_density_times_the_stretching,
        ),
        Mistake(
            "no-slope-through-the-log-det",
            one_edit("sum(axis=-1) + logdet", "sum(axis=-1) + jax.lax.stop_gradient(logdet)"),
            "The values are right, and training squeezes everything towards the origin: no gradient comes through the "
            "stretching.",
            also=lambda params, x: norm.logpdf(nice_forward(params, x)[0]).sum()
            + nice_forward(jax.lax.stop_gradient(params), x)[1],
            caught_by=autodiff_finds_its_slopes,
        ),
    ),
    answer="""
$\\log p(x) = \\log N(f(x); 0, I) + \\log|\\det \\partial f/\\partial x|$, with f the map from data to base, which is
the one that `nice_forward` computes. In notebook 1 the map went from base to data, and the sign was the other one.

The two terms pull in opposite directions. The first wants every point near 0; the second forbids it, since squeezing
costs volume.
""",
    afterword="An exact log-likelihood, with no bound in sight.",
)
