"""6.7  The logs of importance weights."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import T64, close, finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key


def log_weights(
    key: Key, x: Float[Array, "..."], k: int, sample_q: Callable, logq: Callable, logjoint: Callable
) -> Float[Array, " k"]:
    """The logs of k importance weights p(x, z) / q(z|x), one for each of k independent draws z from q.

    Args:
        key: a PRNG key. All randomness comes from it.
        x: the observation, an array that is handed on to the three functions.
        k: how many draws, a Python int, at least 1.
        sample_q: (key, x, k) -> k independent draws from q(z|x), an array with k as its first axis.
        logq: (z, x) -> log q(z|x) in nats, of one z, or of many along leading axes.
        logjoint: (x, z) -> log p(x, z) in nats, of one z, or of many along leading axes. The two functions have their
            arguments in different orders.

    Returns:
        the logs of the weights in nats, [k]. The average of the weights themselves estimates p(x).
    """
    z = sample_q(key, x, k)
    return logjoint(x, z) - logq(z, x)


# ---- other right answers ----------------------------------------------------------------------


def one_by_one(key, x, k, sample_q, logq, logjoint):
    """A key for each draw, and the functions mapped over the draws."""

    def one(key):
        z = sample_q(key, x, 1)[0]
        return -(logq(z, x) - logjoint(x, z))

    return jax.vmap(one)(jax.random.split(key, k))


def in_two_halves(key, x, k, sample_q, logq, logjoint):
    """Splits the key, draws in two batches, maps over x's copies."""
    first, second = jax.random.split(key)
    z = jnp.concatenate([sample_q(first, x, k - k // 2), sample_q(second, x, max(k // 2, 1))])[:k]
    return jax.vmap(logjoint, (None, 0))(x, z) - jax.vmap(logq, (0, None))(z, x)


# ---- what the checks pass in: z ~ N(0, I) in the plane, x three linear readings of it ----------

_READS, _NOISE = np.array([[1.0, 0.4], [-0.3, 0.8], [0.6, -1.1]]), 0.5  # the second is a variance
_PRECISION = np.eye(2) + _READS.T @ _READS / _NOISE
_COV = np.linalg.inv(_PRECISION)
_GAIN = _COV @ _READS.T / _NOISE
_SHIFT, _WIDE = np.array([0.3, -0.2]), 1.7 * np.diag(np.diag(_COV))  # of a q beside the posterior


def _normal(z, mean, cov):
    delta = z - jnp.broadcast_to(mean, z.shape)
    scaled = delta @ jnp.asarray(np.linalg.inv(np.linalg.cholesky(cov)).T, z.dtype)
    return -0.5 * jnp.sum(scaled**2, axis=-1) - float(0.5 * np.linalg.slogdet(2 * np.pi * cov)[1])


def _drawn(key, mean, cov, k):
    noise = jax.random.normal(key, (k, 2), mean.dtype) @ jnp.asarray(np.linalg.cholesky(cov).T, mean.dtype)
    return noise + jnp.broadcast_to(mean, noise.shape)


def _middle(x):
    return jnp.asarray(_GAIN, x.dtype) @ x


def log_joint(x, z):
    """Of the model above, for one z or many."""
    reading = z @ jnp.asarray(_READS.T, z.dtype)
    delta = jnp.broadcast_to(x, reading.shape) - reading
    log_lik = -0.5 * jnp.sum(delta**2, axis=-1) / _NOISE - float(1.5 * np.log(2 * np.pi * _NOISE))
    return log_lik - 0.5 * jnp.sum(z**2, axis=-1) - float(np.log(2 * np.pi))


def log_posterior(z, x):
    """The exact one."""
    return _normal(z, _middle(x), _COV)


def draw_posterior(key, x, k):
    """From the exact one."""
    return _drawn(key, _middle(x), _COV, k)


def log_beside(z, x):
    """A q beside the posterior, wider, without its correlation."""
    return _normal(z, _middle(x) + jnp.asarray(_SHIFT, x.dtype), _WIDE)


def draw_beside(key, x, k):
    """From that q."""
    return _drawn(key, _middle(x) + jnp.asarray(_SHIFT, x.dtype), _WIDE, k)


EXACT, BESIDE = (draw_posterior, log_posterior, log_joint), (draw_beside, log_beside, log_joint)


def _log_evidence(x):
    return oracles.multivariate_normal_logpdf(x, np.zeros(3), _READS @ _READS.T + _NOISE * np.eye(3))


# ---- checks: cheap to deep --------------------------------------------------------------------

_N = 20_000


def _many(attempt, x, key):
    where = f"a q beside the posterior, k = {_N:,}"
    got = has_shape(attempt(key, x.astype(np.float32), _N, *BESIDE), (_N,), where=where)
    return finite(got, where=where).astype(np.float64), where


def gives_a_number_for_each_draw(attempt):
    x = attempt.rng.normal(size=3)
    has_shape(attempt.float64(attempt.key(), x, 5, *EXACT), (5,), where="k = 5")


def at_the_exact_posterior_all_are_equal(attempt):
    for _ in range(2):
        x = 1.5 * attempt.rng.normal(size=3)
        got = has_shape(attempt.float64(attempt.key(), x, 5, *EXACT), (5,), where="k = 5")
        close(got, np.full(5, _log_evidence(x)), T64, where="q is the exact posterior, k = 5",
              says="each log-weight is log p(x)")  # fmt: skip


def each_has_a_draw_of_its_own(attempt):
    x = attempt.rng.normal(size=3)
    (first, where), (second, _) = (_many(attempt, x, attempt.key()) for _ in range(2))
    own = len(np.unique(first.astype(np.float32))) > _N / 4  # a few thousand coincide by rounding
    holds(own, "Most of the weights are equal, though q is not the posterior.", value=float(own), where=where)
    same = bool(np.array_equal(first, second))
    holds(not same, "Two keys gave the same weights.", value=float(same), where=where)


def they_average_to_the_evidence(attempt):
    # The weights are bounded, since q is wider than the posterior, and 20,000 of them have a normal mean. Truth and
    # spread by Gauss and Hermite's rule under q.
    x = attempt.rng.normal(size=3).astype(np.float32).astype(np.float64)
    got, where = _many(attempt, x, attempt.key())
    nodes, weights = oracles.gauss_hermite(40)
    u, p = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2), np.outer(weights, weights).ravel()
    middle = _GAIN @ x + _SHIFT
    z = middle + u @ np.linalg.cholesky(_WIDE).T
    log_w = _log_evidence(x) + oracles.multivariate_normal_logpdf(z, _GAIN @ x, _COV)
    log_w = log_w - oracles.multivariate_normal_logpdf(z, middle, _WIDE)
    elbo, ratio = p @ log_w, np.exp(log_w - _log_evidence(x))
    mean_is(got, elbo, sd=np.sqrt(p @ (log_w - elbo) ** 2), comparisons=2, where=where,
            says="the mean of the log-weights is the ELBO")  # fmt: skip
    mean_is(np.exp(np.clip(got - _log_evidence(x), -50, 50)), 1.0, sd=np.sqrt(p @ ratio**2 - 1), comparisons=2,
            where=where, says="the mean of the weights, in units of p(x)")  # fmt: skip


exercise = Exercise(
    log_weights,
    question="6.7",
    minutes=8,
    difficulty=1,
    hints=(
        "What has to be written under an integral of p(x, z), so that it becomes an average over q?",
        "Draw k values of z at once. The two log densities take all of them at once too; watch the order of their "
        "arguments.",
        "The log of a quotient. The joint is above, q is below, and both are taken at the same draws.",
    ),
    checks=(
        gives_a_number_for_each_draw,
        at_the_exact_posterior_all_are_equal,
        each_has_a_draw_of_its_own,
        they_average_to_the_evidence,
    ),
    variants=(one_by_one, in_two_halves),
    mistakes=(
        Mistake(
            "averaged-already",
            lambda key, x, k, sample_q, logq, logjoint: jnp.mean(
                log_weights(key, x, k, sample_q, logq, logjoint)
            ),
            "Five draws, and one number. The weights are wanted one by one, so that others can decide what to do with "
            "them.",
            caught_by=gives_a_number_for_each_draw,
        ),
        Mistake(
            "upside-down",
            one_edit("logjoint(x, z) - logq(z, x)", "logq(z, x) - logjoint(x, z)"),
            "With the exact posterior for q you get minus log p(x): the quotient stands on its head.",
            also=lambda key, x, k, sample_q, logq, logjoint: (
                -log_weights(key, x, k, sample_q, logq, logjoint)
            ),
            caught_by=at_the_exact_posterior_all_are_equal,
        ),
        Mistake(
            "joint-alone",
            one_edit("logjoint(x, z) - logq(z, x)", "logjoint(x, z)"),
            "Your weights differ from each other even where q is the posterior. Draws come from q more often where q "
            "is high; what makes up for that?",
            caught_by=at_the_exact_posterior_all_are_equal,
        ),
        Mistake(
            "weights-normalised",
            lambda key, x, k, sample_q, logq, logjoint: jax.nn.log_softmax(
                log_weights(key, x, k, sample_q, logq, logjoint)
            ),
            "The five weights sum to one, whatever x is. Then their average says nothing about p(x).",
            caught_by=at_the_exact_posterior_all_are_equal,
        ),
        Mistake(
            "no-logs",
            one_edit("return logjoint(x, z) - logq(z, x)", "return jnp.exp(logjoint(x, z) - logq(z, x))"),
            "These are the weights, all positive. Their logs are asked for: of an image the weights are too small to "
            "be written down.",
            caught_by=at_the_exact_posterior_all_are_equal,
        ),
        Mistake(
            "one-draw-for-all",
            one_edit("sample_q(key, x, k)", "jnp.repeat(sample_q(key, x, 1), k, axis=0)"),
            "All 20,000 weights are equal, and q is not the posterior: one draw was made and copied.",
            caught_by=each_has_a_draw_of_its_own,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("sample_q(key, x, k)", "sample_q(jax.random.key(0), x, k)"),
            "Another key, the same weights to the last digit. Look at where your draws come from.",
            caught_by=each_has_a_draw_of_its_own,
        ),
        Mistake(
            "draws-from-the-prior",
            one_edit("sample_q(key, x, k)", "0.0 * sample_q(key, x, k) + jax.random.normal(key, (k, 2))"),
            "Each weight is right for its z, and their average is not p(x). The z's do not come from the density that "
            "you divide by.",
            caught_by=they_average_to_the_evidence,
        ),
    ),
    answer="""
$p(x) = \\int q(z|x)\\,\\frac{p(x,z)}{q(z|x)}\\,dz = \\mathbb E_q[w]$. With the exact posterior w is p(x) for every z,
since $p(x,z) = p(x)\\,p(z|x)$: the spread of the weights shows how far q is from the posterior. q has to be positive
wherever p(x, z) is.
""",
    afterword="One draw gives the ELBO in the mean, k of them the next exercise.",
)
