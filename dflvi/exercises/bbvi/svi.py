"""3.1  Stochastic variational inference for the Gaussian mixture."""

# Built from solutions/bbvi/svi.py by `python -m solutions build`. Edit that file, not this one.

import functools
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def svi(
    key: Key,
    x: Float[Array, " N"],
    eta0: Float[Array, "2 K"],
    sigma2: float | Scalar,
    batch: int,
    steps: int,
    tau: float | Scalar,
    kappa: float | Scalar,
) -> tuple[Float[Array, "2 K"], Float[Array, "steps 2 K"]]:
    """Steps of `svi_step`, each on a batch of its own, with the step sizes of `step_size`.

    Args:
        key: a PRNG key. Each step draws a new batch with a new part of it.
        x: all the data, [N], in any order.
        eta0: natural parameters to start from, [2, K].
        sigma2: prior variance of the means.
        batch: how many data are in a batch, a Python int, at most N. Draw them with replacement or without.
        steps: how many steps, a Python int.
        tau: the delay of the step sizes. The first step has t = 0.
        kappa: their power.

    Returns:
        eta: after the last step, [2, K].
        trace: eta after each step, [steps, 2, K].

    Thousands of steps will be asked for: `jax.lax.scan` runs them at the speed of compiled code.
    """
    raise NotImplementedError("yours to write")

_SIGMA2, _N, _BATCH, _STEPS, _TAU, _KAPPA = 25.0, 300, 30, 100, 1.0, 0.9

_WHERE = f"N = {_N}, K = 3, batch = {_BATCH}, steps = {_STEPS}, tau = 1, kappa = 0.9"

_ETA0 = np.array([[-1.0, 0.2, 1.0], [-0.5, -0.5, -0.5]], np.float32)


def _data(rng):
    return np.sort(mixtures.points(rng, _N, (-5.0, 0.0, 5.0)))


def _run(attempt, key, x, eta0=_ETA0, batch=_BATCH, steps=_STEPS, tau=_TAU, kappa=_KAPPA):
    eta, trace = fields(attempt(key, x, eta0, _SIGMA2, batch, steps, tau, kappa), "eta", "trace")
    where = f"N = {len(x)}, K = {eta0.shape[1]}, batch = {batch}, steps = {steps}"
    eta = finite(has_shape(eta, eta0.shape, where=where, what="eta"), where=where, what="eta")
    trace = has_shape(trace, (steps, *eta0.shape), where=where, what="trace")
    return eta, finite(trace, where=where, what="trace")


def the_trace_ends_where_the_run_ends(attempt):
    eta, trace = _run(attempt, attempt.key(), _data(attempt.rng))
    holds(bool(np.all(trace[:, 1] < 0)), "On the way the second row of eta is not below zero.",
          value=float(trace[:, 1].max() < 0), where=_WHERE)  # fmt: skip
    gap = np.max(np.abs(trace[-1].astype(np.float64) - eta) / (1 + np.abs(eta)))
    holds(gap < 1e-5, "The last entry of the trace is not the eta that is returned.", value=float(gap < 1e-5),
          where=_WHERE)  # fmt: skip


def the_batches_hang_on_the_key(attempt):
    x, key = _data(attempt.rng), attempt.key()
    one, again, other = (_run(attempt, k, x)[0] for k in (key, key, attempt.key()))
    same = bool(np.array_equal(one, again))
    holds(same, "One key gave two results. A function of a key draws from nothing else.", value=float(same),
          where=f"the same key twice, {_WHERE}")  # fmt: skip
    same = bool(np.array_equal(one, other))
    holds(not same, "Two keys gave the same run.", value=float(same), where=f"two keys, {_WHERE}")


def with_one_component_the_precision_keeps_to_the_schedule(attempt):
    # With K = 1 all responsibilities are one, so that the second row knows no chance: each step takes the
    # fraction rho_t off its distance to where it ends.
    x, steps, tau, kappa = mixtures.points(attempt.rng, 40, (-1.0, 2.0)), 25, 2.0, 0.6
    eta0 = np.array([[0.3], [-0.4]], np.float32)
    _, trace = _run(attempt, attempt.key(), x, eta0, batch=7, steps=steps, tau=tau, kappa=kappa)
    end = -(1 / _SIGMA2 + 40) / 2
    left = np.cumprod(1 - (np.arange(steps) + tau) ** -kappa)
    close(trace[:, 1, 0], end + (eta0[1, 0] - end) * left, Tolerance(1e-4, 1e-4), what="the trace",
          where=f"N = 40, K = 1, batch = 7, tau = {tau:g}, kappa = {kappa:g}",
          says="the second row after each step")  # fmt: skip


def the_run_ends_near_the_best_bound(attempt):
    # Gaps per datum of right answers are about 0.0005 on average, with a tail like exp(-gap / 0.0004): that a mean
    # of four exceeds 0.004 has a probability far below 1e-6. One batch for all steps leaves 0.01 to 0.1.
    gaps = []
    for _ in range(4):
        x = _data(attempt.rng)
        eta, _ = _run(attempt, attempt.key(), x)
        gaps.append((_best(x) - _bound(x, *_moments(eta))) / _N)
    gap = float(np.mean(gaps))
    holds(gap < 0.004, "The run does not end near the highest ELBO.", value=np.digitize(gap, [0.004, 0.2]),
          where=_WHERE, expected="an ELBO within 0.004 nats a datum of the best", got=f"{gap:.4f} below")  # fmt: skip


def _moments(eta):
    """Mean and variance of the factors; two grids, since s2 may be 0.01 or 1 and far off."""
    m, s2 = mixtures.moments(eta, np.linspace(-40.0, 40.0, 8001))
    spread = np.sqrt(s2).max()
    return mixtures.moments(eta, np.linspace(m.min() - 9 * spread, m.max() + 9 * spread, 8001))


def _bound(x, m, s2):
    return mixtures.bound(x, _SIGMA2, mixtures.log_fit(x, m, s2), m, np.log(s2))


def _best(x):
    """The highest bound, climbed to from the centres by Newton's steps on differences."""
    at = np.array([[-5.0, 0.0, 5.0], [-4.6, -4.6, -4.6]])  # m and log s2
    for _ in range(12):
        logits = mixtures.log_fit(x, at[0], np.exp(at[1]))
        slope = oracles.gradient(functools.partial(_bound_at, x, logits), at)
        at[1] -= np.log(1 - 2 * slope[1])
        at[0] += np.exp(at[1]) * slope[0]
    return _bound(x, at[0], np.exp(at[1]))


def _bound_at(x, logits, at):
    return mixtures.bound(x, _SIGMA2, logits, *at)


exercise = Exercise(
    svi,
    question="3.1",
    minutes=20,
    difficulty=2,
    slow=True,
    hints=(
        "All parts are there: a batch, a step size, a step. What has to be carried from one step to the next, "
        "and what is new in each?",
        "`jax.lax.scan` carries eta and is fed the numbers 0, 1, 2, ... and a key for each step, from one "
        "`jax.random.split`. What it stacks up is the trace.",
        "In the step: draw as many places in x as the batch has members, with the step's own key; take these "
        "data; call `svi_step` with the size of step t and with N as the number of all data; return the new "
        "eta twice, to be carried and to be stacked.",
    ),
    checks=(
        the_trace_ends_where_the_run_ends,
        the_batches_hang_on_the_key,
        with_one_component_the_precision_keeps_to_the_schedule,
        the_run_ends_near_the_best_bound,
    ),
)
