"""3.1  Step sizes that shrink."""

import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import Tolerance, close, finite, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    return (t + tau) ** -kappa


# ---- other right answers ----------------------------------------------------------------------


def by_logs(t, tau, kappa):
    """On the log scale."""
    return jnp.exp(-kappa * jnp.log(jnp.asarray(t) + tau))


def as_a_reciprocal(t, tau, kappa):
    """One over a power."""
    return 1.0 / jnp.power(tau + t, kappa)


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(by_logs, as_a_reciprocal),
    mistakes=(
        Mistake(
            "no-delay",
            one_edit("(t + tau)", "(t + 0.0 * tau)"),
            "The first step, t = 0, is infinitely long: the delay is not used.",
            also=lambda t, tau, kappa: jnp.asarray(t) ** -kappa,
            caught_by=is_finite_from_the_first_step_on,
        ),
        Mistake(
            "grows",
            one_edit("-kappa", "kappa"),
            "Your steps grow: at tau = 3, kappa = 0.7 the 300th is larger than 50. They have to shrink.",
            caught_by=shrinks_from_step_to_step,
        ),
        Mistake(
            "constant",
            one_edit("(t + tau)", "(0.0 * t + tau)"),
            "All your steps are as long as the first. With such steps the iterates never settle: the noise of "
            "the batches goes on for ever.",
            caught_by=shrinks_from_step_to_step,
        ),
        Mistake(
            "delay-of-one",
            one_edit("(t + tau)", "(t + 1.0)"),
            "Your delay is always 1. Try tau = 10: the first step should be much shorter than yours.",
            caught_by=has_the_size_that_is_asked_for,
        ),
        Mistake(
            "scaled-by-the-delay",
            one_edit("(t + tau)", "(1 + t / tau)"),
            "Your first step has the length 1 whatever the delay. That is another schedule in use; here the "
            "delay shortens the first step, too.",
            caught_by=has_the_size_that_is_asked_for,
        ),
        Mistake(
            "kappa-as-a-factor",
            one_edit("(t + tau) ** -kappa", "1 / (kappa * (t + tau))"),
            "You divide by kappa times the sum. The rate is a power: at kappa = 0.5 a step four times as far "
            "along is half as long.",
            caught_by=has_the_size_that_is_asked_for,
        ),
    ),
    answer="""
$\\rho_t = (t + \\tau)^{-\\kappa}$. Robbins and Monro ask for two things. The steps must reach any distance,
$\\sum_t \\rho_t = \\infty$, and the noise that they let in must be finite, $\\sum_t \\rho_t^2 < \\infty$. Both are
conditions on the power alone; the delay changes only how the run begins.
""",
    afterword="Which powers are right for it is the next question.",
)
