"""2.8  The same ELBO, climbed by gradient ascent."""

# Built from solutions/cavi/fit_elbo_gd.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures
from dflvi.checking.compare import Picture, Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def fit_elbo_gd(
    x: Float[Array, " N"], params0: dict[str, Array], sigma2: float | Scalar, lr: float | Scalar, steps: int
) -> tuple[dict[str, Array], Float[Array, " steps"]]:
    """Plain gradient ascent on the ELBO of the mixture, all of q at once.

    Args:
        x: data, [N].
        params0: where to start: {"logits": [N, K], "m": [K], "log_s2": [K]}, free numbers of any size. Row
            i of phi is the softmax of row i of the logits; the variance of q(mu_k) is exp(log_s2[k]).
        sigma2: prior variance of the means.
        lr: step size. No momentum, no schedule; the ELBO is the full sum over the data, not an average.
        steps: number of steps, a Python int.

    Returns:
        params: a dict like params0, after all steps.
        elbos: [steps], the ELBO in nats before (or after, as you like) each step.
    """
    raise NotImplementedError("yours to write")

_SIGMA2, _LR, _STEPS = 4.0, 0.004, 10

_PARTS = ("logits", "m", "log_s2")


def _start(rng):
    x = mixtures.points(rng, 16, (-2.0, 2.5))
    logits, m = 0.7 * rng.normal(size=(16, 2)), np.array([-0.8, 1.1]) + 0.2 * rng.normal(size=2)
    log_s2 = rng.permutation([-0.9, 0.6])
    params = dict(zip(_PARTS, (part.astype(np.float32) for part in (logits, m, log_s2)), strict=True))
    return x, params


def _fit(attempt, x, params0, steps):
    params, elbos = fields(attempt(x, params0, _SIGMA2, _LR, steps), "params", "elbos")
    parts = fields(params, *_PARTS, what="params")
    where = f"N = {len(x)}, K = 2, lr = {_LR}, steps = {steps}"
    for part, name in zip(parts, _PARTS, strict=True):
        finite(has_shape(part, params0[name].shape, where=where, what=name), where=where, what=name)
    return parts, finite(has_shape(elbos, (steps,), where=where, what="elbos"), where=where, what="elbos")


def _at(x, parts):
    return mixtures.bound(x, _SIGMA2, *parts)


def the_elbo_rises_at_every_step(attempt):
    x, params0 = _start(attempt.rng)
    _, elbos = _fit(attempt, x, params0, _STEPS)
    elbos = elbos.astype(np.float64)
    worst = int(np.argmin(np.diff(elbos)))
    picture = Picture(np.arange(_STEPS), np.maximum.accumulate(elbos), elbos, "step", "ELBO (nats)")
    holds(bool(np.all(np.diff(elbos) > -1e-4)), "With steps this small the ELBO should rise at each of them.",
          value=elbos, where=f"N = 16, K = 2, lr = {_LR}, {_STEPS} steps", picture=picture,
          got=f"{elbos[worst]:.6g} and then {elbos[worst + 1]:.6g}")  # fmt: skip


def one_step_goes_along_the_gradient(attempt):
    x, params0 = _start(attempt.rng)
    start = tuple(params0[name] for name in _PARTS)
    parts, elbos = _fit(attempt, x, params0, 1)
    where = f"N = 16, K = 2, sigma2 = {_SIGMA2:g}, lr = {_LR}, steps = 1"
    slopes = mixtures.slopes(x, _SIGMA2, *start)
    for name, old, new, slope in zip(_PARTS[::-1], start[::-1], parts[::-1], slopes[::-1], strict=True):
        moved = (new.astype(np.float64) - old) / _LR
        close(moved, slope, Tolerance(1e-3, 1e-3), where=where, what=f"the step in {name}",
              says=f"the step in {name}, divided by lr, is the slope of the ELBO")  # fmt: skip
    before, after = _at(x, start), _at(x, parts)
    got = float(elbos[0])
    near = before if abs(got - before) < abs(got - after) else after
    close(elbos[0], near, Tolerance(1e-3, 1e-4), where=where, what="elbos",
          says=f"elbos[0] is the ELBO before the step, {before:.5g}, or after it, {after:.5g}")  # fmt: skip


def each_step_starts_where_the_last_one_ended(attempt):
    x, params0 = _start(attempt.rng)
    parts, elbos = _fit(attempt, x, params0, _STEPS)
    path = [tuple(params0[name].astype(np.float64) for name in _PARTS)]
    for _ in range(_STEPS):
        slopes = mixtures.slopes(x, _SIGMA2, *path[-1])
        path.append(tuple(part + _LR * slope for part, slope in zip(path[-1], slopes, strict=True)))
    where = f"N = 16, K = 2, sigma2 = {_SIGMA2:g}, lr = {_LR}, after {_STEPS} steps"
    for name, got, want in zip(_PARTS[::-1], parts[::-1], path[-1][::-1], strict=True):
        close(got, want, Tolerance(2e-3, 1e-3), where=where, what=name, says=name)
    trace = np.array([_at(x, point) for point in path])
    shift = int(abs(elbos[0] - trace[1]) < abs(elbos[0] - trace[0]))
    close(elbos, trace[shift : shift + _STEPS], Tolerance(2e-3, 1e-4), where=where, what="elbos",
          says="the ELBO along the way")  # fmt: skip


exercise = Exercise(
    fit_elbo_gd,
    question="2.8",
    minutes=15,
    difficulty=2,
    slow=True,
    hints=(
        "You have all the parts: an ELBO, and a library that differentiates it. What has to change "
        "before one may add a gradient to phi and s2 freely?",
        "Write the ELBO as a function of the dict: softmax of the logits, exp of log_s2, then the ELBO "
        "you know. Let JAX differentiate that function with respect to the dict as a whole.",
        "One step: `jax.value_and_grad` of the ELBO at params, then a `jax.tree.map` over parameters and "
        "gradients that adds lr times the one to the other. Repeat with `jax.lax.scan` and collect the "
        "values. For finite gradients take log phi from `jax.nn.log_softmax`, not from a log of phi.",
    ),
    checks=(
        the_elbo_rises_at_every_step,
        one_step_goes_along_the_gradient,
        each_step_starts_where_the_last_one_ended,
    ),
)
