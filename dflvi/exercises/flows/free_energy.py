"""5.6  The free energy of a flow, from samples of the flow."""

# Built from solutions/flows/free_energy.py by `python -m solutions build`. Edit that file, not this one.

import functools
from collections.abc import Callable
from typing import Any
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def free_energy(key: Key, params: Any, U: Callable[[Float[Array, " 2"]], Scalar], n: int) -> Scalar:
    """An estimate of F = E_q[log q(z) + U(z)], in nats, from n draws of the flow.

    Args:
        key: for the draws; the same key gives the same number.
        params: of the flow, what `planar_push` and `fit_energy` know.
        U: an energy, a function of one point [2].
        n: the number of draws, a Python int.

    Returns:
        the mean over n independent draws, a number. Its mean over keys is F. JAX must be able to differentiate it in
        params, through the draws (reparameterised, as in section 4): the slope is wanted for a fit. (Rezende and
        Mohamed 2015, eq. 15, with -U for the log joint.)
    """
    raise NotImplementedError("yours to write")

_N, _STEPS = 2000, 20


def winding(z):
    """U2 of the table with soft walls."""
    wave = z[..., 1] - jnp.sin(jnp.pi * z[..., 0] / 2)
    walls = jnp.maximum(jnp.abs(z[..., 0]) - 4.0, 0.0) / 0.3
    return 0.5 * (wave / 0.4) ** 2 + 0.5 * walls**2


def whitened(middle, inverse, z):
    """The energy of the Gaussian that has this middle, and this map back to N(0, I)."""
    e = jnp.sum(jnp.asarray(inverse, z.dtype) * (z - jnp.asarray(middle, z.dtype))[..., None, :], axis=-1)
    return 0.5 * jnp.sum(e**2, axis=-1)


def _params(attempt, K, steps):
    return attempt.companion("fit_energy").keep(attempt.key(), winding, K, steps)


def _pushed(attempt, params, eps):
    push = attempt.companion("planar_push").vmap(None, 0)
    z, logq = fields(push(params, eps.astype(np.float32)), "z", "logq")
    where, n = "planar_push of the parameters that fit_energy makes", len(eps)
    z = finite(has_shape(z, (n, 2), where=where, what="z"), where=where, what="z")
    return z.astype(np.float64), finite(has_shape(logq, (n,), where=where, what="logq"), where=where).astype(np.float64)


def one_number_for_a_key(attempt):
    params, key, where = _params(attempt, 3, _STEPS), attempt.key(), f"K = 3, n = {_N}"
    value = finite(has_shape(attempt(key, params, winding, _N), (), where=where), where=where)
    again = has_shape(attempt.afresh(key, params, winding, _N), (), where=where)
    same = float(np.abs(again.astype(np.float64) - value)) <= 1e-4 * (1 + abs(float(value)))
    holds(same, "Two calls with one key give different numbers.", value=float(same), where=where)
    other = attempt(attempt.key(), params, winding, _N)
    moved = float(np.abs(np.asarray(other, np.float64) - value)) > 1e-7
    holds(moved, "Two keys give the same number: are the draws made from `key`?", value=float(moved), where=where)


def of_its_own_target_it_does_not_depend_on_the_draws(attempt):
    # A flow without layers is a Gaussian; with that Gaussian as the target log q + U is one number for every z.
    params = _params(attempt, 0, 0)
    z, _ = _pushed(attempt, params, np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    spread = (z[1:] - z[0]).T
    target = functools.partial(whitened, tuple(z[0]), tuple(map(tuple, np.linalg.inv(spread))))
    want = -np.log(2 * np.pi) - np.log(abs(np.linalg.det(spread)))
    for key in (attempt.key(), attempt.key()):
        value = has_shape(attempt(key, params, target, _N), (), where="K = 0")
        # Standard deviations are about one, and float32 loses some of (z - middle) / sd in between.
        close(value, want, Tolerance(2e-4, 2e-4), where="K = 0, U of just this Gaussian",
              says="F is minus the log normaliser of the target for every key")  # fmt: skip


def more_draws_make_it_steadier(attempt):
    params, where = _params(attempt, 3, _STEPS), "K = 3, 60 keys, n = 20 and n = 500"
    spreads = []
    for n in (20, 500):
        values = has_shape(attempt.vmap(0, None)(attempt.keys(60), params, winding, n), (60,), where=where)
        spreads.append(float(np.std(values.astype(np.float64))))
    ratio = np.log(max(spreads[1], 1e-9) / max(spreads[0], 1e-9))
    # log 1/5 for independent draws. The log of a standard deviation of 60 draws with heavy tails is good to .2.
    holds(abs(ratio + np.log(5)) < 1.0, "25 times as many draws should make the number 5 times as steady.",
          value=float(np.clip(ratio, -4, 4)), tolerance=0.7, where=where, expected="about 0.2 times the spread",
          got=f"{np.exp(ratio):.2g} times the spread")  # fmt: skip


def its_mean_is_that_of_a_quadrature(attempt):
    ticks = np.linspace(-5.5, 5.5, 67)
    eps = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    weights = np.exp(-0.5 * np.sum(eps**2, axis=1))
    weights /= weights.sum()
    params, where = _params(attempt, 3, _STEPS), f"K = 3, parameters of {_STEPS} steps, U2 between walls, n = {_N}"
    z, logq = _pushed(attempt, params, eps)
    terms = logq + _winding(z)
    mean = weights @ terms
    sd = np.sqrt(weights @ (terms - mean) ** 2)
    value = has_shape(attempt(attempt.key(), params, winding, _N), (), where=where)
    # The energy is a polynomial of degree two in bounded moves of normal draws: 2,000 of its kind have a mean that is
    # normal enough for five standard errors.
    statistic_is(value, mean, sd / np.sqrt(_N), where=where, slack=1e-3,
                 says="the free energy against a quadrature over the noise")  # fmt: skip


def _winding(z):
    wave = z[:, 1] - np.sin(np.pi * z[:, 0] / 2)
    return 0.5 * (wave / 0.4) ** 2 + 0.5 * (np.maximum(np.abs(z[:, 0]) - 4.0, 0.0) / 0.3) ** 2


def its_slope_goes_through_the_draws(attempt):
    params, where = _params(attempt, 0, 0), "K = 0, parameters of 0 steps, a Gaussian far away, n = 2000"
    far = functools.partial(whitened, (20.0, -15.0), ((1.0, 0.0), (0.0, 1.0)))
    slopes = [leaf for leaf in attempt.grad(1).keep(attempt.key(), params, far, _N).leaves() if leaf.dtype.kind == "f"]
    largest = max((float(np.abs(leaf).max(initial=0.0)) for leaf in slopes if leaf.size), default=0.0)
    # Pulled towards a target at (20, -15) the mean has a slope of that size, whatever its parametrisation.
    holds(np.isfinite(largest) and largest > 1.0, "The slope in the parameters does not feel where U pulls the draws.",
          value=float(np.clip(largest, 0, 1)), tolerance=0.1, where=where, got=f"at most {largest:.3g}")  # fmt: skip


exercise = Exercise(
    free_energy,
    question="5.6",
    minutes=15,
    difficulty=2,
    slow=True,
    differentiable=True,
    needs=("fit_energy", "planar_push"),
    hints=(
        "How was a Gaussian fitted to such a target in section 2? A Gaussian is the flow with K = 0.",
        "Which of the two KL divergences needs samples of q only? Write it out and leave away what q does not change.",
        "Draw n times eps, push each through the flow, and average the sum of what came back as log density and of U "
        "at where the point came out.",
    ),
    checks=(
        one_number_for_a_key,
        of_its_own_target_it_does_not_depend_on_the_draws,
        more_draws_make_it_steadier,
        its_mean_is_that_of_a_quadrature,
        its_slope_goes_through_the_draws,
    ),
)
