"""5.6  A planar flow, forwards only."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Planar, Scalar


def planar_push(params: Any, eps: Float[Array, " 2"]) -> tuple[Float[Array, " 2"], Scalar]:
    """Carry one draw of N(0, I) through the base and all layers, and keep account of its log density.

    Args:
        params: what your `fit_energy` returns: a mean and a log standard deviation for each coordinate of the base,
            and K planar layers. K may be 0.
        eps: a draw from N(0, I), [2].

    Returns:
        z: where it ends, [2].
        logq: the log density of z under the flow, in nats.

    The base is z_0 = mean + sd * eps, by coordinates. A planar layer moves z along one fixed direction u, by an
    amount that depends on where z is along another one: f(z) = z + u tanh(w . z + b). It can be undone if
    w . u >= -1. Parameters that are trained freely do not keep to that. So before it is used, u is moved along w,
    by as much as it takes to make w . u equal to m(w . u), with a function m above -1: log(1 + exp(a)) - 1 as in the
    paper, or one of yours, such as the same with a shift that makes m(0) = 0. JAX must be able to differentiate both
    results in params. (Rezende and Mohamed 2015, eq. 10 to 13 and appendix A.1.)
    """
    u, w, b = invertible(params["layers"])
    z = params["mean"] + jnp.exp(params["log_s"]) * eps
    logq = jnp.sum(-0.5 * (jnp.log(2 * jnp.pi) + eps**2) - params["log_s"])

    def layer(carry, one):
        z, logq = carry
        u, w, b = one
        h = jnp.tanh(w @ z + b)
        return (z + u * h, logq - jnp.log1p((1 - h**2) * (w @ u))), None

    return jax.lax.scan(layer, (z, logq), (u, w, b))[0]


def invertible(layers):
    """The stack with each u moved along its w, so that w . u > -1."""
    u, w, b = layers
    wu = jnp.sum(w * u, axis=-1)
    m = jax.nn.softplus(wu + jnp.log(jnp.e - 1)) - 1
    length2 = jnp.sum(w**2, axis=-1) + 1e-12
    return Planar(u + jnp.expand_dims((m - wu) / length2, -1) * w, w, b)


# ---- other right answers ----------------------------------------------------------------------


def layer_by_layer(params, eps):
    """A Python loop, the log density of the base as it is seen from z, logs collected and summed at the end."""
    s = jnp.exp(params["log_s"])
    z = params["mean"] + s * eps
    terms = [-jax.scipy.stats.norm.logpdf(z, params["mean"], s).sum()]
    for u, w, b in zip(*params["layers"], strict=True):
        dot = jnp.dot(w, u)
        u = u + (jnp.logaddexp(0.0, dot + jnp.log(jnp.expm1(1.0))) - 1 - dot) * w / (1e-12 + jnp.dot(w, w))
        a = jnp.dot(w, z) + b
        terms.append(jnp.log(1 + jnp.dot(u, w) / jnp.cosh(a) ** 2))
        z = z + u * jnp.tanh(a)
    return {"z": z, "logq": -sum(terms)}


def with_a_jacobian(params, eps):
    """The volume of each layer from its Jacobian, 2 x 2, and not from the lemma."""
    stack = invertible(params["layers"])

    def push(z, one):
        u, w, b = one
        f = lambda z: z + u * jnp.tanh(jnp.sum(w * z) + b)  # noqa: E731
        (a, c), (d, e) = jax.jacfwd(f)(z)
        return f(z), jnp.log(jnp.abs(a * e - c * d))

    base = -jnp.log(2 * jnp.pi) - 0.5 * jnp.sum(eps**2) - jnp.sum(params["log_s"])
    z, volumes = jax.lax.scan(push, params["mean"] + eps * jnp.exp(params["log_s"]), stack)
    return z, base - jnp.sum(volumes)


# ---- checks: cheap to deep --------------------------------------------------------------------

_N, _STEPS = 12, 20  # draws; steps of a fit


def bowl(z):
    """An energy to make parameters with: a Gaussian off the middle, narrow and wide."""
    return 0.5 * ((z[..., 0] - 1.5) / 0.4) ** 2 + 0.5 * ((z[..., 1] + 1.0) / 1.7) ** 2


def _params(attempt, K, steps):
    return attempt.companion("fit_energy").keep(attempt.key(), bowl, K, steps)


def _read(result, shape, where):
    z, logq = fields(result, "z", "logq")
    z = finite(has_shape(z, (*shape, 2), where=where, what="z"), where=where, what="z")
    return z, finite(has_shape(logq, shape, where=where, what="logq"), where=where, what="logq")


def one_draw_gives_a_point_and_a_number(attempt):
    for K in (0, 3):
        params = _params(attempt, K, 0)
        _read(attempt(params, attempt.rng.normal(size=2).astype(np.float32)), (), f"K = {K}, parameters of 0 steps")


def its_log_density_goes_with_its_jacobian(attempt):
    # Of what the function itself does: the density of the noise, less the log of how much it stretches areas there.
    params, where = _params(attempt, 3, _STEPS), f"K = 3, parameters of {_STEPS} steps"
    eps = attempt.rng.normal(size=(_N, 2)).astype(np.float32)
    _, logq = _read(attempt.float64.vmap(None, 0)(params, eps), (_N,), where)
    jacobian, _ = fields(attempt.float64.jacobian(1).vmap(None, 0)(params, eps), "z", "logq")
    jacobian = has_shape(jacobian, (_N, 2, 2), where=where, what="the Jacobian of z").astype(np.float64)
    sign, volume = np.linalg.slogdet(jacobian)
    holds(bool(np.all(np.abs(sign - sign[0]) < 1)), "The map turns some of the plane over and some of it not: it "
          "folds, so that two draws end at one point.", value=sign, tolerance=0.1, where=where)  # fmt: skip
    want = -np.log(2 * np.pi) - 0.5 * np.sum(eps.astype(np.float64) ** 2, axis=1) - volume
    close(logq, want, Tolerance(2e-5, 2e-4), where=where, what="logq",
          says="the log density against that of the noise and the log volume of the whole map")  # fmt: skip


def its_layers_bend(attempt):
    params, where = _params(attempt, 3, _STEPS), f"K = 3, parameters of {_STEPS} steps, equal steps along a line"
    eps = np.linspace((-3.0, -2.0), (3.0, 2.0), _N).astype(np.float32)
    z, _ = _read(attempt.float64.vmap(None, 0)(params, eps), (_N,), where)
    bend = float(np.abs(np.diff(z.astype(np.float64), 2, axis=0)).max())
    holds(bend > 1e-4, "Equal steps of the noise move z in equal steps: the layers do nothing, or nothing but shift.",
          value=min(bend, 1e-4), tolerance=1e-5, where=where, got=f"{bend:.2g}")  # fmt: skip


# ---- known wrong answers ----------------------------------------------------------------------


def _with(params, eps, volume=lambda h, u, w: jnp.log1p((1 - h**2) * (w @ u)), base=True, sign=-1.0, lawful=True,
          move=True, at="before", last=False):  # fmt: skip
    u, w, b = invertible(params["layers"]) if lawful else params["layers"]
    z = params["mean"] + jnp.exp(params["log_s"]) * eps
    logq = -jnp.log(2 * jnp.pi) - 0.5 * jnp.sum(eps**2) - (jnp.sum(params["log_s"]) if base else 0.0)
    first = z
    for k in range(len(u)):
        h = jnp.tanh(w[k] @ z + b[k])
        new = z + u[k] * h if move else z + u[k] * jnp.tanh(w[k] @ first + b[k])
        if at == "after":
            h = jnp.tanh(w[k] @ new + b[k])
        change = sign * volume(h, u[k], w[k])
        logq = change - jnp.log(2 * jnp.pi) - 0.5 * jnp.sum(eps**2) if last else logq + change
        z = new
    return z, logq


exercise = Exercise(
    planar_push,
    question="5.6",
    minutes=25,
    difficulty=2,
    slow=True,  # trains with the learner's `fit_energy` first
    differentiable=True,
    needs=("fit_energy",),
    hints=(
        "Carry two things through the loop: the point, and its log density so far. What does each layer do to either?",
        "The Jacobian of a layer is the identity plus a product of a column and a row. Its determinant has a short "
        "form (1.1 and the matrix determinant lemma), and it is wanted at the point *before* the layer.",
        "Per layer: make u lawful, h = tanh(w . z + b), take the log of one plus (1 - h^2) times w . u off the log "
        "density, and move z by u h. Start with the log density of the base.",
    ),
    checks=(
        one_draw_gives_a_point_and_a_number,
        its_log_density_goes_with_its_jacobian,
        its_layers_bend,
    ),
    variants=(layer_by_layer, with_a_jacobian),
    mistakes=(
        Mistake(
            "a-number-for-each-coordinate",
            one_edit("jnp.sum(-0.5 * (jnp.log(2 * jnp.pi) + eps**2) - params[\"log_s\"])",
                     "-0.5 * (jnp.log(2 * jnp.pi) + eps**2) - params[\"log_s\"]"),
            "The log density comes out as two numbers for one point. Coordinates that are independent have one joint "
            "density; how are its logs put together?",
            caught_by=one_draw_gives_a_point_and_a_number,
        ),
        Mistake(
            "base-without-its-scale",
            lambda params, eps: _with(params, eps, base=False),
            "Whatever the standard deviations of the base are, your log density starts with that of the draw eps. A "
            "base that is made wider has to become lower.",
            also=lambda params, eps: (
                planar_push(params, eps)[0], planar_push(params, eps)[1] + jnp.sum(params["log_s"])
            ),
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "no-two-pi",
            lambda params, eps: (planar_push(params, eps)[0], planar_push(params, eps)[1] + jnp.log(2 * jnp.pi)),
            "Your density integrates to 6.28: a constant of the base is missing. Training would "
            "never notice.",
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "volumes-added",
            lambda params, eps: _with(params, eps, sign=1.0),
            "Where your layers pull points apart, the density rises. Think of dough: rolled out, it becomes thinner.",
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "volume-at-the-point-after",
            lambda params, eps: _with(params, eps, at="after"),
            "Each layer alone looks right, and the account does not close: you measure how a layer stretches at the "
            "place where it puts the point, not at the place where it takes it from.",
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "always-the-first-point",
            lambda params, eps: _with(params, eps, move=False),
            "One layer is right, and several are not: each of yours looks at the draw from the base, as if the layers "
            "before it had not moved anything. What does the loop hand on?",
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "only-the-last-volume",
            lambda params, eps: _with(params, eps, last=True),
            "With three layers, your log density knows of one of them. Every layer has its share in it.",
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "slope-of-tanh-forgotten",
            lambda params, eps: _with(params, eps, volume=lambda h, u, w: jnp.log1p(w @ u) + 0 * h),
            "Far from the middle of a layer nothing is stretched, and your account says that it is, everywhere by the "
            "same factor. A tanh is steep in one place only.",
            caught_by=its_log_density_goes_with_its_jacobian,
        ),
        Mistake(
            "layers-left-out",
            lambda params, eps: _with({**params, "layers": params["layers"]._replace(u=0 * params["layers"].u)}, eps,
                                      lawful=False),
            "Point and log density fit together, and both are those of the base: your layers do nothing.",
            caught_by=its_layers_bend,
        ),
    ),
    answer="""
By the matrix determinant lemma det(I + u h' w^T) = 1 + h' (w . u), with h' = 1 - tanh^2 at the point that goes *into*
the layer. Logs of these are taken off the log density of the base, one after the other. Nothing here asks for the
inverse, which for a planar layer has no closed form: the log density comes with the sample, and only there.

For w . u >= -1 the map along w rises everywhere, so it is one to one. Moving u along w to w . u = m(w . u) leaves the
part across w as it was. With the shifted m of our answer u = 0 stays 0, and the layer is then the identity.
""",
    afterword="A density that you can sample with its value, and cannot look up: that is enough for what comes now.",
)
