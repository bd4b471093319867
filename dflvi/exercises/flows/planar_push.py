"""5.6  A planar flow, forwards only."""

# Built from solutions/flows/planar_push.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


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
    raise NotImplementedError("yours to write")

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


exercise = Exercise(
    planar_push,
    question="5.6",
    minutes=25,
    difficulty=2,
    slow=True,
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
)
