"""3.1  One step of stochastic variational inference."""

# Built from solutions/bbvi/svi_step.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def svi_step(
    eta: Float[Array, "2 K"], x_batch: Float[Array, " B"], rho: float | Scalar, sigma2: float | Scalar, n_total: int
) -> Float[Array, "2 K"]:
    """A step of length rho along the natural gradient of the ELBO, estimated from a batch.

    Args:
        eta: natural parameters of the factors q(mu_k), [2, K].
        x_batch: the batch, [B].
        rho: step size, from 0 (stay) to 1 (believe the batch alone).
        sigma2: prior variance of the means.
        n_total: how many data there are in all, an int.

    Returns:
        the new eta, [2, K]. With rho = 1 and all data as the batch it is a sweep of coordinate ascent (Hoffman
        et al. 2013, section 2).
    """
    raise NotImplementedError("yours to write")

_SIGMA2, _N, _GRID = 4.0, 12, np.linspace(-15.0, 15.0, 4001)


def _start(rng):
    x = rng.permutation(mixtures.points(rng, _N, (-2.0, 0.5, 2.5)))
    eta = np.array([[-3.4, 1.2, 4.2], [-1.2, -0.6, -1.6]]) + 0.05 * rng.normal(size=(2, 3))
    return x, eta.astype(np.float32)


def _step(attempt, eta, x, rho):
    new = attempt(eta, x, rho, _SIGMA2, _N)
    return has_shape(new, (2, 3), where=f"B = {len(x)}, N = {_N}, K = 3, rho = {rho:g}").astype(np.float64)


def a_step_of_length_zero_stays(attempt):
    x, eta = _start(attempt.rng)
    close(_step(attempt, eta, x, 0.0), eta, where="rho = 0", says="eta after a step of length zero")


def a_short_step_goes_along_the_natural_gradient(attempt):
    # In mean and log variance, where the Fisher information is diagonal (1 / s2 and one half): that a short
    # step moves q in the same way in all coordinates is what makes the gradient natural. At rho = 0.01 the
    # bend of another path is below 3 %.
    x, eta = _start(attempt.rng)
    rho = 0.01
    m, s2 = mixtures.moments(eta, _GRID)
    new_m, new_s2 = mixtures.moments(_step(attempt, eta, x, rho), _GRID)
    logits = mixtures.log_fit(x, m, s2)
    in_m = oracles.gradient(lambda m: mixtures.bound(x, _SIGMA2, logits, m, np.log(s2)), m)
    in_log_s2 = oracles.gradient(lambda one: mixtures.bound(x, _SIGMA2, logits, m, one), np.log(s2))
    where, near = f"the batch is all N = {_N} data, K = 3, rho = {rho:g}", Tolerance(0.03, 0.06)
    close(np.log(new_s2 / s2) / rho, 2 * in_log_s2, near, where=where,
          says="how log s2 moves, divided by rho")  # fmt: skip
    close((new_m - m) / rho, s2 * in_m, near, where=where, says="how m moves, divided by rho")


def a_full_step_on_all_data_is_a_sweep(attempt):
    # After it no other m and s2 have a higher ELBO, with the responsibilities of before.
    x, eta = _start(attempt.rng)
    logits = mixtures.log_fit(x, *mixtures.moments(eta, _GRID))
    m, s2 = mixtures.moments(_step(attempt, eta, x, 1.0), _GRID)
    in_m = oracles.gradient(lambda m: mixtures.bound(x, _SIGMA2, logits, m, np.log(s2)), m)
    in_log_s2 = oracles.gradient(lambda one: mixtures.bound(x, _SIGMA2, logits, m, one), np.log(s2))
    where = f"the batch is all N = {_N} data, K = 3, rho = 1"
    says = "the ELBO still has a slope in {}"
    close(in_log_s2, np.zeros(3), Tolerance(2e-3, 0), where=where, says=says.format("log s2"), what="the slope")
    close(in_m, np.zeros(3), Tolerance(2e-3, 0), where=where, says=says.format("m"), what="the slope")


def steps_agree_on_average_with_that_of_all_data(attempt):
    x, eta = _start(attempt.rng)
    full = _step(attempt, eta, x, 0.3)
    parts = attempt.vmap(None, 0, None, None, None)(eta, x.reshape(4, 3), 0.3, _SIGMA2, _N)
    parts = has_shape(parts, (4, 2, 3), where=f"B = 3, N = {_N}, K = 3, rho = 0.3")
    mean, where = parts.astype(np.float64).mean(axis=0), f"four batches of 3 that make up all {_N} data, rho = 0.3"
    for row, name in ((1, "second"), (0, "first")):
        close(mean[row], full[row], Tolerance(1e-4, 1e-4), where=where,
              says=f"the {name} row of the new eta, averaged over the batches, against that of all data")  # fmt: skip


exercise = Exercise(
    svi_step,
    question="3.1",
    minutes=8,
    difficulty=2,
    hints=(
        "You know where the batch wants eta to be. How far does a step of length rho go on the way there?",
        "With rho = 0 you stay, with rho = 1 you are there, and in between you are on the straight line. In "
        "which coordinates is it straight?",
        "`(1 - rho) * ___ + rho * ___`, with eta and the target of `eta_hat`. Both are natural parameters, "
        "and you average them as they are.",
    ),
    checks=(
        a_step_of_length_zero_stays,
        a_short_step_goes_along_the_natural_gradient,
        a_full_step_on_all_data_is_a_sweep,
        steps_agree_on_average_with_that_of_all_data,
    ),
)
