"""2.3  The expression that looks like KL(q || p(z, x))."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, finite
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    return jnp.sum(jnp.exp(log_q) * (log_q - log_joint))


# ---- other right answers ----------------------------------------------------------------------


def as_energy_less_entropy(log_q, log_joint):
    """Average energy minus entropy."""
    q = jnp.exp(log_q)
    return -(q @ log_joint) - jnp.sum(jax.scipy.special.entr(q))


def by_way_of_the_posterior(log_q, log_joint):
    """The KL to the posterior, less the log evidence."""
    log_posterior = jax.nn.log_softmax(log_joint)
    kl = jnp.dot(jnp.exp(log_q), log_q - log_posterior)
    return kl - jax.scipy.special.logsumexp(log_joint)


# ---- checks: cheap to deep --------------------------------------------------------------------


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
    variants=(as_energy_less_entropy, by_way_of_the_posterior),
    mistakes=(
        Mistake(
            "no-entropy",
            one_edit("(log_q - log_joint)", "-log_joint"),
            "With q and the joint equal there is nothing to pay, and yet you get a positive number: the "
            "average surprise of q itself is still in it.",
            also=lambda log_q, log_joint: -jnp.average(log_joint, weights=jnp.exp(log_q)),
            caught_by=is_zero_if_the_joint_is_q,
        ),
        Mistake(
            "the-elbo-itself",
            one_edit("(log_q - log_joint)", "(log_joint - log_q)"),
            "This is the quantity that one maximises. Make every p(z, x) larger: yours goes up, where a "
            "divergence from p would go down.",
            caught_by=falls_by_the_log_of_a_common_factor,
        ),
        Mistake(
            "normalised-the-joint",
            one_edit("log_q - log_joint", "log_q - jax.nn.log_softmax(log_joint)"),
            "Your value does not notice that all of p(z, x) was multiplied by 5.5. You made a density of it "
            "first, so you have the true KL to the posterior. Which number did you divide away?",
            caught_by=falls_by_the_log_of_a_common_factor,
        ),
        Mistake(
            "averaged-under-the-joint",
            one_edit("jnp.exp(log_q) * (log_q - log_joint)", "jnp.exp(log_joint) * (log_joint - log_q)"),
            "You let p(z, x) do the averaging. It cannot: its weights do not sum to one. Swap the roles.",
            caught_by=falls_by_the_log_of_a_common_factor,
        ),
        Mistake(
            "out-of-log-space",
            lambda log_q, log_joint: jax.scipy.special.rel_entr(jnp.exp(log_q), jnp.exp(log_joint)).sum(),
            "With a joint of exp(200) or exp(-200) per state your result is infinite. You left the log scale "
            "and came back; in float32 nothing above exp(88) or below exp(-104) survives that trip.",
            caught_by=is_the_kl_to_the_posterior_less_the_log_evidence,
        ),
        Mistake(
            "every-state-counts-the-same",
            lambda log_q, log_joint: jnp.mean(log_q - log_joint),
            "You took a plain mean over z. On a grid that is mostly empty, the states that q never visits "
            "decide your result.",
            caught_by=is_the_kl_to_the_posterior_less_the_log_evidence,
        ),
    ),
    answer="""
For a density p, KL(q || p) = sum q (log q - log p). Putting p(z, x) there gives

$$\\sum_z q(z)\\,[\\log q(z) - \\log p(z, x)] = -\\mathrm{ELBO}(q).$$

With x fixed, $z \\mapsto p(z, x)$ sums to p(x), so this is a KL only if p(x) = 1. Writing
p(z, x) = p(x) p(z | x) inside the log: $-\\mathrm{ELBO}(q) = \\mathrm{KL}(q \\,\\|\\, p(z|x)) - \\log p(x)$.
""",
    afterword="The difference from the true KL to the posterior is -log p(x), the same number for every q.",
)
