"""2.3  A case in which the pseudo KL is negative."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import array, fields, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def counterexample() -> tuple[Float[Array, " n"], Float[Array, " n"]]:
    """A distribution q and a joint for which "KL(q || p(z, x))" lies below -0.5 nats.

    No arguments: you choose the numbers, and how many values z has.

    Returns:
        log_q: log q(z) for each z, [n]; q sums to one (to 1e-4).
        log_joint: log p(z, x) for each z at the x that was observed, [n], finite.
    """
    log_q = jnp.log(jnp.array([0.5, 0.5]))
    log_prior = jnp.log(jnp.array([0.5, 0.5]))
    log_likelihood = jax.scipy.stats.norm.logpdf(0.0, loc=jnp.array([-0.01, 0.01]), scale=0.01)
    return log_q, log_prior + log_likelihood


# ---- other right answers ----------------------------------------------------------------------


def one_state():
    """The smallest one: z has a single value, and x a density of e^3 there."""
    return np.zeros(1), np.full(1, 3.0)


def on_a_grid():
    """A Gaussian model with little noise, q the posterior."""
    z = jnp.linspace(-0.1, 0.1, 2001)
    log_prior, log_likelihood = (jax.scipy.stats.norm.logpdf(z, 0.0, 0.01) for _ in range(2))
    log_joint = log_prior + log_likelihood + jnp.log(z[1] - z[0])
    return {"log_q": jax.nn.log_softmax(log_joint), "log_joint": log_joint}


# ---- checks: cheap to deep --------------------------------------------------------------------
# The learner makes the numbers up, so a mistake is recognised by its kind: `value` is the number of a kind.

_ANY_NUMBERS = "your own numbers"


def _pair(attempt) -> tuple[np.ndarray, np.ndarray]:
    """The two arrays, if that is what came back."""
    result = attempt()
    if isinstance(result, np.ndarray) and result.ndim == 2 and len(result) == 2:
        result = tuple(result)
    log_q, log_joint = map(_numbers, fields(result, "log_q", "log_joint"))
    same = log_q.ndim == 1 and log_q.shape == log_joint.shape and log_q.size > 0
    holds(same, "Two arrays of one length are asked for, with an entry for each value of z.",
          value=float(same), where=_ANY_NUMBERS, got=f"{log_q.shape} and {log_joint.shape}")  # fmt: skip
    good = bool(np.isfinite(log_q).all() and np.isfinite(log_joint).all())
    holds(good, "A log that is infinite or not a number is among them. Give finite ones: a p(z, x) of zero "
          "or infinity decides everything by itself.", value=float(good), where=_ANY_NUMBERS)  # fmt: skip
    return log_q, log_joint


def _numbers(part: Any) -> np.ndarray:
    if isinstance(part, (list, tuple)) and all(isinstance(one, (int, float, np.ndarray)) for one in part):
        part = np.array(part, dtype=np.float64)
    return array(part).astype(np.float64)


def gives_two_arrays_of_one_length(attempt):
    _pair(attempt)


def q_sums_to_one(attempt):
    log_q, _ = _pair(attempt)
    total = float(np.sum(np.exp(log_q)))
    probabilities = abs(float(np.sum(log_q)) - 1) < 1e-3 and bool(np.all(log_q >= 0))
    holds(abs(total - 1) <= 1e-4, "Your q is not a distribution.", value=1.0 if probabilities else 0.0,
          where=_ANY_NUMBERS, expected="exp(log_q) sums to 1", got=f"it sums to {total:.5g}")  # fmt: skip


def the_pseudo_kl_is_below_minus_a_half(attempt):
    log_q, log_joint = _pair(attempt)
    value = float(np.exp(log_q) @ (log_q - log_joint))
    evidence = float(np.sum(np.exp(np.minimum(log_joint, 700.0))))
    kind = np.searchsorted([1 - 1e-3, 1 + 1e-3, np.exp(0.5)], evidence)
    holds(value < -0.5, "The pseudo KL of your pair is not below -0.5.", value=kind, where=_ANY_NUMBERS,
          expected="less than -0.5", got=f"{value:.4g}, with p(x) = {evidence:.4g}")  # fmt: skip


exercise = Exercise(
    counterexample,
    question="2.3",
    minutes=8,
    difficulty=1,
    hints=(
        "For which q is the pseudo KL smallest, and what is it then? The answer depends on one number only.",
        "The smallest value is minus log p(x). So you need a p(x) that is larger than one. A probability "
        "cannot be; what kind of x can?",
        "Let x be continuous and measured precisely: p(x | z) is then a narrow, tall density. Two values "
        "of z are enough. Give both the same p(z, x), well above 1, and q equal weights.",
    ),
    checks=(gives_two_arrays_of_one_length, q_sums_to_one, the_pseudo_kl_is_below_minus_a_half),
    variants=(one_state, on_a_grid),
    mistakes=(
        Mistake(
            "one-number-for-the-joint",
            one_edit("return log_q, log_prior + log_likelihood", "return log_q, 2.0"),
            "p(z, x) is a function of z, so give one number for each z that you gave a q(z) for. "
            "Constant over z is allowed, but it has to be written out.",
            also=lambda: (jnp.log(jnp.full(3, 1 / 3)), jnp.array([2.0])),
            caught_by=gives_two_arrays_of_one_length,
        ),
        Mistake(
            "infinite-joint",
            lambda: (jnp.log(jnp.full(2, 0.5)), jnp.array([jnp.inf, 0.0])),
            "Minus infinity is below -0.5, but no model gives an infinite density to what was observed. "
            "A moderately narrow one does it.",
            caught_by=gives_two_arrays_of_one_length,
        ),
        Mistake(
            "unnormalised-q",
            lambda: (jnp.full(3, -2.0), jnp.zeros(3)),
            "With a q that does not sum to one, even a true KL can be negative: you have shown a fact "
            "about q, not about p(z, x). q is ours to choose and must stay a distribution.",
            also=lambda: (jnp.full(4, 0.7), jnp.full(4, 2.0)),
            caught_by=q_sums_to_one,
        ),
        Mistake(
            "probabilities-for-logs",
            one_edit("log_q = jnp.log(jnp.array([0.5, 0.5]))", "log_q = jnp.array([0.5, 0.5])"),
            "The numbers of your q sum to one as they stand. Their logs are wanted.",
            also=lambda: (jnp.array([0.2, 0.2, 0.6]), jnp.full(3, 2.0)),
            caught_by=q_sums_to_one,
        ),
        Mistake(
            "normalised-joint",
            lambda: (jnp.log(jnp.array([0.9, 0.1])), jnp.log(jnp.array([0.1, 0.9]))),
            "Your p(z, x) sums to one over z. Then it is a density in z, the expression is a true KL, "
            "and that is never negative. Leave p(z, x) as large as it wants to be.",
            also=lambda: (jnp.log(jnp.full(4, 0.25)), jnp.log(jnp.array([0.4, 0.3, 0.2, 0.1]))),
            caught_by=the_pseudo_kl_is_below_minus_a_half,
        ),
        Mistake(
            "joint-of-probabilities",
            lambda: (jnp.log(jnp.array([0.5, 0.5])), jnp.log(jnp.array([0.1, 0.2]))),
            "Your p(z, x) sums to less than one, as it must for a discrete x. There the ELBO stays below "
            "zero and the pseudo KL above it. What changes when x is measured on a continuous scale?",
            also=lambda: (jnp.zeros(1), jnp.full(1, -1.0)),
            caught_by=the_pseudo_kl_is_below_minus_a_half,
        ),
        Mistake(
            "evidence-too-small",
            lambda: (jnp.log(jnp.array([0.5, 0.5])), jnp.log(jnp.array([0.6, 0.7]))),
            "The idea is right and p(x) too close to one: no q at all reaches -0.5 with this joint. Make the "
            "density of x narrower.",
            caught_by=the_pseudo_kl_is_below_minus_a_half,
        ),
        Mistake(
            "q-in-the-wrong-place",
            lambda: (jnp.log(jnp.array([0.99, 0.01])), jnp.array([-5.0, 3.0])),
            "Your joint is large enough, but q sits where it is small. For this joint, which q makes the "
            "pseudo KL smallest?",
            also=lambda: (jnp.log(jnp.array([0.01, 0.99])), jnp.array([1.0, -9.0])),
            caught_by=the_pseudo_kl_is_below_minus_a_half,
        ),
    ),
    answer="""
At its smallest, for q the posterior, the pseudo KL is -log p(x). For a discrete x this is at least zero.
For a continuous x, p(x) is a density and can be any positive number: measure precisely, or change the
unit of x, and it exceeds 1. Ours: z is one of two values, 0.01 to either side of the observation, with
noise of 0.01. The density of x is about 24 for both, so the value is about -3.2.
""",
    afterword="A positive ELBO is therefore no sign of a bug, and one near zero no sign of a good q.",
)
