"""3.11  Black-box variational inference for the mixture."""

# Built from solutions/bbvi/fit_bbvi.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures
from dflvi.checking.compare import Picture, Wrong, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def fit_bbvi(
    params0: dict[str, Array],
    key: Key,
    x: Float[Array, " N"],
    sigma2: float | Scalar,
    S: int,
    steps: int,
    lr: float | Scalar,
    rb: str,
    cv: bool,
) -> tuple[dict[str, Array], Float[Array, " steps"]]:
    """Climb the ELBO of the mixture with Adam along estimated gradients.

    Args:
        params0: where to start, {"m": [K], "log_s": [K], "logits": [N, K]}.
        key: a PRNG key; each step needs fresh samples.
        x: data, [N].
        sigma2: prior variance of the means.
        S: samples a step, a Python int.
        steps: number of steps, a Python int.
        lr: Adam's step size (its other settings are Optax's defaults).
        rb: as in `bbvi_grad`.
        cv: as in `bbvi_grad`.

    Returns:
        params: a dict like params0, after all steps.
        elbos: [steps], the ELBO in nats before (or after, as you like) each step, in closed form or estimated from
            the samples of that step.
    """
    raise NotImplementedError("yours to write")

NAMES = ("m", "log_s", "logits")

SIGMA2, N_POINTS, CENTRES = 9.0, 45, (-4.0, 0.5, 5.0)

SAMPLES, STEPS, LR = 30, 400, 0.1


def _problem(rng):
    x = mixtures.points(rng, N_POINTS, CENTRES)
    params = {"m": np.array([-1.5, 0.3, 2.0]), "log_s": np.zeros(3), "logits": np.zeros((N_POINTS, 3))}
    return x, {name: part.astype(np.float32) for name, part in params.items()}


def _fit(attempt, x, params0, steps, lr):
    result = attempt(params0, attempt.key(), x, SIGMA2, SAMPLES, steps, lr, "graph", True)
    params, elbos = fields(result, "params", "elbos")
    parts = fields(params, *NAMES, what="params")
    where = f'N = {len(x)}, K = 3, S = {SAMPLES}, steps = {steps}, lr = {lr:g}, rb = "graph", cv = True'
    for part, name in zip(parts, NAMES):
        finite(has_shape(part, params0[name].shape, where=where, what=name), where=where, what=name)
    return parts, finite(has_shape(elbos, (steps,), where=where, what="elbos"), where=where, what="elbos"), where


def _elbo(x, parts):
    m, log_s, logits = parts
    return mixtures.bound(x, SIGMA2, logits, m, 2 * np.asarray(log_s, np.float64))


def _best(x):
    """The ELBO that coordinate ascent reaches, from a start at the centres, in float64."""
    x, m, s2 = x.astype(np.float64), np.array(CENTRES), np.ones(3)
    for _ in range(100):
        logits = x[:, None] * m - 0.5 * (m**2 + s2)
        phi = np.exp(logits - logits.max(axis=1, keepdims=True))
        phi /= phi.sum(axis=1, keepdims=True)
        s2 = 1 / (1 / SIGMA2 + phi.sum(axis=0))
        m = s2 * (phi.T @ x)
    return mixtures.bound(x, SIGMA2, mixtures.logits_of(phi), m, np.log(s2))


def a_first_step_of_adam_has_the_size_of_lr(attempt):
    x, params0 = _problem(attempt.rng)
    parts, _, where = _fit(attempt, x, params0, 1, 0.07)
    moved = np.concatenate([np.abs(part - params0[name]).ravel() for part, name in zip(parts, NAMES)])
    largest = float(np.max(moved))
    # Adam's first step is lr times the sign of the slope, whatever the samples were.
    holds(abs(largest - 0.07) < 1e-3, "The first step of Adam moves each parameter by lr, up or down.",
          value=float(np.clip(np.log(max(largest, 1e-9) / 0.07), -3, 3)), tolerance=0.3, where=where, expected="0.07",
          got=f"at most {largest:.3g}")  # fmt: skip


def climbs_to_the_height_of_coordinate_ascent(attempt):
    x, params0 = _problem(attempt.rng)
    parts, elbos, where = _fit(attempt, x, params0, STEPS, LR)
    start, best, end = _elbo(x, tuple(params0[name] for name in NAMES)), _best(x), _elbo(x, parts)
    if not np.isfinite(end):
        raise Wrong("The fit ends where the ELBO is not finite.", where=where, got=f"{end}")
    picture = Picture(np.arange(STEPS), np.full(STEPS, best), elbos.astype(np.float64), "step", "ELBO (nats)")
    # A fit ends within 1 or 2 of it; the scale of the trace is that of the way it had to climb.
    holds(end > best - 12, "The fit ends far below what coordinate ascent reaches on the same data.",
          value=float(np.clip((end - start) / (best - start), -1, 1)), tolerance=0.2, where=where, picture=picture,
          expected=f"an ELBO of about {best:.1f}", got=f"{end:.1f}, from {start:.1f} at the start")  # fmt: skip


def elbos_tell_how_it_went(attempt):
    x, params0 = _problem(attempt.rng)
    parts, elbos, where = _fit(attempt, x, params0, STEPS, LR)
    end, last = _elbo(x, parts), float(np.mean(elbos[-20:], dtype=np.float64))
    # An estimate from 30 samples scatters by about 2, a mean of 20 of them by less than 1.
    holds(abs(last - end) < 12, "The end of elbos is not the ELBO of the parameters that you return.",
          value=float(np.clip((last - end) / 300, -2, 2)), tolerance=0.1, where=where, expected=f"about {end:.1f}",
          got=f"{last:.1f} on average over the last 20 steps")  # fmt: skip
    first = float(elbos[0])
    holds(last - first > 20, "elbos should show the climb from the start.", value=float(last - first > 20), where=where,
          got=f"{first:.1f} at first and {last:.1f} at the end")  # fmt: skip


exercise = Exercise(
    fit_bbvi,
    question="3.11",
    minutes=10,
    difficulty=2,
    hints=(
        "One step: a fresh key, an estimate of the gradient, Adam's update. The loop is a `lax.scan` over keys.",
        "Optax makes things smaller. What do you hand to it, when the ELBO is to be made larger?",
        "The carry holds the parameters and Adam's state; the scan runs over `jax.random.split(key, steps)`; the "
        "second thing that a step returns is the ELBO at the parameters it came with.",
    ),
    checks=(
        a_first_step_of_adam_has_the_size_of_lr,
        climbs_to_the_height_of_coordinate_ascent,
        elbos_tell_how_it_went,
    ),
    slow=True,
)
