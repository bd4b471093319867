"""2.3  A case in which the pseudo KL is negative."""

# Built from solutions/cavi/counterexample.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import array, fields, holds
from dflvi.checking.exercise import Exercise


def counterexample() -> tuple[Float[Array, " n"], Float[Array, " n"]]:
    """A distribution q and a joint for which "KL(q || p(z, x))" lies below -0.5 nats.

    No arguments: you choose the numbers, and how many values z has.

    Returns:
        log_q: log q(z) for each z, [n]; q sums to one (to 1e-4).
        log_joint: log p(z, x) for each z at the x that was observed, [n], finite.
    """
    raise NotImplementedError("yours to write")

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
)
