"""6.7  The importance weighted bound, estimated."""

# Built from solutions/nfvi/iwae.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import T64, close, fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def iwae(
    key: Key, x: Float[Array, "..."], sample_q: Callable, logq: Callable, logjoint: Callable, k: int, n: int
) -> tuple[Scalar, Scalar]:
    """An estimate of L_k = E[log of the mean of k weights p(x, z_i) / q(z_i|x)], all z_i independent from q, in nats.

    Args:
        key: a PRNG key. All randomness comes from it.
        x: the observation, an array that is handed on to the three functions.
        sample_q: (key, x, k) -> k independent draws from q(z|x), an array with k as its first axis.
        logq: (z, x) -> log q(z|x) in nats, of one z, or of many along leading axes.
        logjoint: (x, z) -> log p(x, z) in nats, of one z, or of many along leading axes.
        k: draws in one weighted mean, a Python int, at least 1. With k = 1 it is the ELBO.
        n: how many such means, a Python int, at least 2, each with k draws of its own.

    Returns:
        mean: the average of the n logs.
        se: its standard error, from their spread. Divisor n or n - 1 in the variance.

    (Cremer, Li and Duvenaud 2018, the right-hand side of eq. 12; Burda, Grosse and Salakhutdinov 2016, eq. 8.)
    """
    raise NotImplementedError("yours to write")


def draw_table(key, x, k):
    """Draws of z from q, k of them, as ints."""
    return jax.random.categorical(key, x[4:], shape=(k,))


def log_q_table(z, x):
    """Of one z or many."""
    return jax.nn.log_softmax(x[4:])[z]


def log_joint_table(x, z):
    """Of one z or many."""
    return x[:4][z]

TABLE = (draw_table, log_q_table, log_joint_table)

_K, _N = 3, 4000


def _random_tables(rng):
    return np.concatenate([rng.normal(size=4) - rng.uniform(1, 4), rng.normal(size=4)])


def _estimate(attempt, x, key):
    where = f"a z with four values, k = {_K}, n = {_N:,}"
    mean, se = fields(attempt(key, x.astype(np.float32), *TABLE, _K, _N), "mean", "se")
    mean, se = (has_shape(part, (), where=where, what=what) for part, what in ((mean, "mean"), (se, "se")))
    return *(float(finite(part, where=where)) for part in (mean, se)), where


def gives_a_mean_and_its_error(attempt):
    _estimate(attempt, _random_tables(attempt.rng), attempt.key())


def at_the_exact_posterior_it_is_the_evidence(attempt):
    for _ in range(2):
        x = _random_tables(attempt.rng)
        x[4:] = x[:4]
        where = f"q is the exact posterior, k = {_K}, n = 5"
        mean, se = fields(attempt.float64(attempt.key(), x, *TABLE, _K, 5), "mean", "se")
        close(mean, oracles.logsumexp(x[:4]), T64, where=where, says="all weights are p(x), so the bound touches")
        close(se, 0.0, T64, where=where, what="se", says="nothing varies")


def makes_new_draws_for_each_mean(attempt):
    x = _random_tables(attempt.rng)
    (first, se, where), (second, _, _) = (_estimate(attempt, x, attempt.key()) for _ in range(2))
    holds(se > 1e-6, "All n means are the same, though q is not the posterior.", value=float(se > 1e-6), where=where)
    same = first == second
    holds(not same, "Two keys gave the same number.", value=float(same), where=where)


def is_the_bound_of_order_k(attempt):
    # By enumeration of all 4^3 outcomes. A value is bounded, so that means of 4,000 are normal; the standard deviation
    # of 4,000 values has a relative error that their fourth moment tells.
    for _ in range(2):
        x = _random_tables(attempt.rng).astype(np.float32).astype(np.float64)
        log_q = oracles.log_softmax(x[4:])
        log_w = x[:4] - log_q
        at = np.stack(np.meshgrid(*[np.arange(4)] * _K, indexing="ij")).reshape(_K, -1)
        p, values = np.exp(log_q[at].sum(axis=0)), oracles.logsumexp(log_w[at], axis=0) - np.log(_K)
        bound = p @ values
        var, fourth = (p @ (values - bound) ** power for power in (2, 4))
        mean, se, where = _estimate(attempt, x, attempt.key())
        spread = 0.5 * np.sqrt(max(fourth / var**2 - 1, 0.05) / _N)
        # The error first: by it mistakes with the same mean are told apart.
        statistic_is(np.array(se * np.sqrt(_N / var)), 1.0, 1.2 * spread, comparisons=4, where=where,
                     says="your standard error, in units of the true one", what="se")  # fmt: skip
        statistic_is(np.array(mean), bound, np.sqrt(var / _N), comparisons=4, where=where,
                     says=f"the mean, against the bound by enumeration (the ELBO is {np.exp(log_q) @ log_w:.4f})",
                     what="mean")  # fmt: skip


exercise = Exercise(
    iwae,
    question="6.7",
    minutes=10,
    difficulty=2,
    hints=(
        "There are two averages here, one inside the log and one outside. Which of k and n belongs to which?",
        "Write a function of one key that gives one log of a mean of k weights. You have both parts of it. Then call "
        "it with n keys.",
        "n keys from `jax.random.split`, `jax.vmap` over them, the mean of the n values, and their standard deviation "
        "over the root of n.",
    ),
    checks=(
        gives_a_mean_and_its_error,
        at_the_exact_posterior_it_is_the_evidence,
        makes_new_draws_for_each_mean,
        is_the_bound_of_order_k,
    ),
)
