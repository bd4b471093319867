"""3.1  Step sizes that shrink."""

# Built from solutions/bbvi/step_size.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import Tolerance, close, finite, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def step_size(t: Scalar, tau: float | Scalar, kappa: float | Scalar) -> Scalar:
    """The step size rho_t of stochastic variational inference (Hoffman et al. 2013, section 2).

    Args:
        t: which step it is: 0 is the first. A number, JAX or Python.
        tau: the delay, above 0: so many steps are pretended to be over before the first. It tames the early
            steps.
        kappa: the forgetting rate, the power with which the steps shrink. 0.5 < kappa <= 1 is sensible, and
            every kappa is to be accepted.

    Returns:
        rho_t, a number: the sum of the two, t and tau, raised to the power of minus kappa.
    """
    raise NotImplementedError("yours to write")

_T = np.array([0, 1, 2, 10, 300, 4000, 10_000], np.float32)

_CASES = ((3.0, 0.7), (0.5, 1.0), (10.0, 0.5), (2.0, 1.5))


def _sizes(attempt, tau, kappa):
    rho = attempt.vmap(0, None, None)(_T, tau, kappa)
    return finite(rho, shape=_T.shape, where=f"t = 0, 1, 2, ..., tau = {tau:g}, kappa = {kappa:g}")


def is_finite_from_the_first_step_on(attempt):
    for tau, kappa in _CASES:
        _sizes(attempt, tau, kappa)


def shrinks_from_step_to_step(attempt):
    for tau, kappa in _CASES:
        rho = _sizes(attempt, tau, kappa)
        holds(bool(np.all(np.diff(rho) < 0)), "A later step is not shorter than an earlier one.", value=rho,
              where=f"t = 0, 1, 2, 10, 300, ..., tau = {tau:g}, kappa = {kappa:g}")  # fmt: skip


def has_the_size_that_is_asked_for(attempt):
    for tau, kappa in _CASES:
        rho = _sizes(attempt, tau, kappa)
        want = np.array([(float(t) + tau) ** 2.0 for t in _T]) ** (-kappa / 2)
        close(rho, want, Tolerance(1e-8, 2e-5), where=f"t = 0, 1, 2, 10, 300, ..., tau = {tau:g}, kappa = {kappa:g}",
              says="rho")  # fmt: skip


exercise = Exercise(
    step_size,
    question="3.1",
    minutes=2,
    difficulty=1,
    hints=(
        "It is one line: a sum, and a power of it.",
        "At t = 0, tau = 4, kappa = 0.5 the step is 0.5, and at t = 12 it is 0.25.",
        "The power is negative, so that the steps shrink; its base is t delayed by tau.",
    ),
    checks=(is_finite_from_the_first_step_on, shrinks_from_step_to_step, has_the_size_that_is_asked_for),
)
