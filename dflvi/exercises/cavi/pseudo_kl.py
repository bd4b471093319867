"""2.3  The expression that looks like KL(q || p(z, x))."""

# Built from solutions/cavi/pseudo_kl.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, finite
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def pseudo_kl(log_q: Float[Array, " n"], log_joint: Float[Array, " n"]) -> Scalar:
    """What "KL(q(z) || p(z, x))" would be if p(z, x) were a density in z, in nats: minus the ELBO.

    z takes n values and x is observed, so p(z, x) is n numbers that need not sum to one
    (Blei et al., Variational Inference: A Review for Statisticians, eq. 13).

    Args:
        log_q: log q(z) for each z, [n]. q sums to one.
        log_joint: log p(z, x) for each z, [n], of any size.

    Returns:
        minus the ELBO of q, a number of either sign. Both logs can be hundreds of nats from zero.
    """
    raise NotImplementedError("yours to write")


def _log_q(rng, *shape):
    return oracles.log_softmax(1.5 * rng.normal(size=shape)).astype(np.float32)


def is_zero_if_the_joint_is_q(attempt):
    log_q = _log_q(attempt.rng, 7)
    close(attempt(log_q, log_q), 0.0, where="log_joint = log_q, 7 values of z", says="the two agree")


def falls_by_the_log_of_a_common_factor(attempt):
    log_q, log_joint = _log_q(attempt.rng, 7), _log_q(attempt.rng, 7) - np.float32(0.6)
    louder = log_joint + np.float32(1.7)
    got = [attempt(log_q, log_joint), attempt(log_q, louder)]
    finite(got[0]), finite(got[1])
    change = np.float64(got[1]) - np.float64(got[0])
    where = "log_joint against log_joint + 1.7: the same posterior, a larger p(x)"
    close(change, -1.7, Tolerance(1e-4, 1e-4), where=where, says="the change")


def is_the_kl_to_the_posterior_less_the_log_evidence(attempt):
    # z ~ N(0, v), x | z ~ N(z, w), q Gaussian, on a fine grid: posterior and p(x) have formulas.
    x, v, w = 0.4, 0.3, 0.02
    post_mean, post_var = x * v / (v + w), v * w / (v + w)
    means, variances = attempt.rng.uniform(-0.2, 0.8, 5), attempt.rng.uniform(0.5, 3.0, 5) * post_var
    louder = np.array([0.0, 0.0, 0.0, 200.0, -200.0])
    z = np.linspace(-3.0, 3.0, 501)
    log_q = oracles.log_softmax(oracles.normal_logpdf(z, means[:, None], variances[:, None]))
    log_joint = oracles.normal_logpdf(z, 0.0, v) + oracles.normal_logpdf(x, z, w) + np.log(z[1] - z[0])
    kl = 0.5 * (variances / post_var + (means - post_mean) ** 2 / post_var - 1 - np.log(variances / post_var))
    want = kl - oracles.normal_logpdf(x, 0.0, v + w) - louder
    got = attempt.vmap(0, 0)(log_q.astype(np.float32), (log_joint + louder[:, None]).astype(np.float32))
    where = f"5 Gaussian q on 501 points, z ~ N(0, {v}), x | z ~ N(z, {w}), x = {x}; joint times exp(+-200)"
    close(got, want, Tolerance(2e-4, 2e-4), where=where, says="the value")


exercise = Exercise(
    pseudo_kl,
    question="2.3",
    minutes=6,
    difficulty=1,
    hints=(
        "A KL divergence is an average of a difference of logs. Which of the two functions does the "
        "averaging?",
        "Write the definition of KL as a sum over the values of z and put p(z, x) in the place of the second "
        "density, without changing it.",
        "Each state has a weight, q(z), which you get from `log_q`, and contributes the difference of the "
        "two logs that you were given. Weight and add up.",
    ),
    checks=(
        is_zero_if_the_joint_is_q,
        falls_by_the_log_of_a_common_factor,
        is_the_kl_to_the_posterior_less_the_log_evidence,
    ),
)
