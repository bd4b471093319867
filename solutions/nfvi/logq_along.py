"""6.4  The log density of a draw, on the way."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import planar_flows
from dflvi.checking.compare import T32_LOOSE, T64, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Planar, Scalar
from solutions.nfvi.chain import chain
from solutions.nfvi.logq_at import logq_at


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
    z, stretch = chain("planar", params, eps)
    base = -0.5 * jnp.sum(eps**2 + jnp.log(2 * jnp.pi))
    return z, base - stretch


# ---- other right answers ----------------------------------------------------------------------


def one_layer_after_the_other(params, eps):
    """The log density carried along in a Python loop, the base from jax.scipy, and a dict."""
    z, logq = eps, jax.scipy.stats.norm.logpdf(eps).sum()
    for u, w, b in zip(*params, strict=True):
        a = jnp.sum(w * z) + b
        logq = logq - jnp.log(jnp.abs(1 + jnp.sum(u * w) * (1 - jnp.tanh(a) ** 2)))
        z = z + u * jnp.tanh(a)
    return {"z": z, "logq": logq}


def in_numpy(params, eps):
    """NumPy in float64."""
    z, stretch = np.asarray(eps, np.float64), 0.0
    for u, w, b in zip(*(np.asarray(field, np.float64) for field in params), strict=True):
        h = np.tanh(w @ z + b)
        z, stretch = z + u * h, stretch + np.log1p((w @ u) * (1 - h * h))
    return z, -0.5 * np.sum(np.asarray(eps) ** 2) - len(z) / 2 * np.log(2 * np.pi) - stretch


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- known wrong answers ----------------------------------------------------------------------


def _with(params, eps, base_at="start", sign=-1.0, constant=True):
    z, stretch = chain("planar", params, eps)
    at = eps if base_at == "start" else z
    base = -0.5 * jnp.sum(at**2) - (0.5 * at.shape[-1] * jnp.log(2 * jnp.pi) if constant else 0.0)
    return z, base + sign * stretch


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
    variants=(one_layer_after_the_other, in_numpy),
    mistakes=(
        Mistake(
            "a-number-for-each-coordinate",
            one_edit("-0.5 * jnp.sum(eps**2 + jnp.log(2 * jnp.pi))", "-0.5 * (eps**2 + jnp.log(2 * jnp.pi))"),
            "One draw gives as many log densities as it has coordinates. How are those of independent coordinates put "
            "together?",
            caught_by=one_draw_gives_a_point_and_a_number,
        ),
        Mistake(
            "the-draw-itself",
            one_edit("return z, base", "return eps, base"),
            "You return the draw as it was before the layers. The log density that goes with it is that of another "
            "point.",
            caught_by=the_draw_ends_where_the_layers_put_it,
        ),
        Mistake(
            "base-at-the-end-point",
            lambda params, eps: _with(params, eps, base_at="end"),
            "The density of the base is taken at the end point. The base is where the draw *began*, and a point that "
            "has been carried far out is not improbable for that.",
            also=lambda params, eps: (
                chain("planar", params, eps)[0],
                jax.scipy.stats.norm.logpdf(chain("planar", params, eps)[0]).sum() - chain("planar", params, eps)[1],
            ),
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "volumes-added",
            lambda params, eps: _with(params, eps, sign=1.0),
            "Where the layers pull points apart your density rises. The same draws on more room are less dense.",
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "base-alone",
            lambda params, eps: _with(params, eps, sign=0.0),
            "You give the end point the density that the draw had at the beginning. Has nothing been stretched on the "
            "way?",
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "no-two-pi",
            lambda params, eps: _with(params, eps, constant=False),
            "Your density integrates to 15.7 in three dimensions: the constant of the base is missing. A training "
            "would not notice, a comparison with another model would.",
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "looked-up-by-an-inverse",
            lambda params, eps: (
                chain("planar", params, eps)[0], logq_at(params, chain("planar", params, eps)[0])
            ),
            "For lawful layers your number is right, and each costs a search for a root. Where the map folds, the "
            "search finds another point than the one you had in your hand. In a training loop this would be run for "
            "every draw of every step: what do you know already?",
            caught_by=it_asks_for_no_inverse,
        ),
    ),
    answer="""
ln q_K(z_K) = ln q_0(eps) - sum_k ln |det df_k|, each term from the way there. **Model answer to part a.** In
variational inference the points at which the density of the flow is wanted are the latents z_K, and all of them have
just been made from a draw of the base. Their pre-image is in hand. The data x are never pushed through the flow: they
go into the encoder, and come out of the decoder. So the inverse has to *exist*, for the formula to be true, and is
never computed.

**Rubric.** The points are our own draws; the pre-image is in hand; forward evaluations are enough; invertibility is
needed for the formula and not for the computation; x-density and z-density are told apart; cases in which an outside
point does come up (the other direction of the KL, q as a proposal in a Metropolis step, a mixture of flows).
""",
    afterword="The price of a draw with its density: one way there.",
)
