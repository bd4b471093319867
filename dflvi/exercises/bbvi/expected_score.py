"""3.2  The expected score, estimated from draws of the model itself."""

# Built from solutions/bbvi/expected_score.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def expected_score(
    logpdf: Callable, theta: Float[Array, " P"], sampler: Callable, key: Key, n: int
) -> Float[Array, " P"]:
    """The average over n draws from p(x; theta) of the score, the gradient of log p(x; theta) in theta.

    Args:
        logpdf: (x, theta) -> log p(x; theta) in nats, for one x. JAX can differentiate it in theta.
        theta: the parameters, [P].
        sampler: (key, theta, n) -> n draws from p(x; theta), [n, ...]: numbers or vectors. They are data here,
            also if the sampler makes them out of theta.
        key: a PRNG key. All randomness comes from it.
        n: how many draws, a Python int, at least 1.

    Returns:
        the mean score, [P].

    (Ranganath, Gerrish & Blei 2014, section 7, where its expectation is used.)
    """
    raise NotImplementedError("yours to write")


def log_logistic_density(x, theta):
    """Location theta[0], log scale theta[1]."""
    z = (x - theta[0]) * jnp.exp(-theta[1])
    return -z - 2 * jax.nn.softplus(-z) - theta[1]


def always_the_same(key, theta, n):
    """Draws that are all 1.3 above the location."""
    return jnp.full((n,), 1.3) + theta[0]


def log_waiting_time_density(x, theta):
    """Three independent waiting times with log rates theta."""
    return jnp.sum(theta - jnp.exp(theta) * x)


def waiting_times(key, theta, n):
    return jax.random.exponential(key, (n, 3)) * jnp.exp(-theta)[None]


def log_uniform_density(x, theta):
    """Uniform on [0, theta[0]]."""
    return jnp.where((x >= 0) & (x <= theta[0]), -jnp.log(theta[0]), -jnp.inf)


def uniform_draws(key, theta, n):
    return theta[0] * jax.random.uniform(key, (n,))

THETA = np.array([0.4, -0.7, 1.1], np.float32)

N, KEYS = 50, 200


def is_the_score_itself_if_all_draws_agree(attempt):
    theta = np.array([0.6, -0.3]) + attempt.rng.uniform(-0.2, 0.2, 2)
    theta = theta.astype(np.float32)
    x, h = float(theta[0]) + 1.3, 1e-5

    def log_p(location, log_scale):
        z = (x - location) / np.exp(log_scale)
        return -z - 2 * np.log1p(np.exp(-z)) - log_scale

    m, s = (float(one) for one in theta)
    want = np.array([log_p(m + h, s) - log_p(m - h, s), log_p(m, s + h) - log_p(m, s - h)]) / (2 * h)
    where = f"a logistic density, theta = (location {m:.3g}, log scale {s:.3g}), 7 draws, all of them x = {x:.4g}"
    close(attempt(log_logistic_density, theta, always_the_same, attempt.key(), 7), want, Tolerance(1e-4, 1e-4),
          where=where, says="the mean score is the score at that x")  # fmt: skip

    # The standard warning: where the support moves with theta, every draw has the same score and it is not zero.
    theta = attempt.rng.uniform(1.5, 4.0, 1).astype(np.float32)
    where = f"Uniform(0, theta) with theta = {theta[0]:.4g}, n = 7"
    close(attempt(log_uniform_density, theta, uniform_draws, attempt.key(), 7), -1 / theta.astype(np.float64),
          Tolerance(1e-5, 1e-5), where=where, says="every draw has the same score here")  # fmt: skip


def draws_with_the_key_it_is_given(attempt):
    key, other = attempt.key(), attempt.key()
    where = f"three waiting times, n = {N}"
    first, again, second = (
        has_shape(attempt(log_waiting_time_density, THETA, waiting_times, k, N), (3,), where=where)
        for k in (key, key, other)
    )
    same = bool(np.array_equal(first, again))
    holds(same, "One key gave two results. A function of a key draws from nothing else.", value=float(same),
          where=f"the same key twice, {where}")  # fmt: skip
    same = bool(np.array_equal(first, second))
    holds(not same, "Two keys gave the same estimate.", value=float(same), where=f"two keys, {where}")


def scatters_around_zero_as_a_mean_of_n(attempt):
    # A score is 1 - w with w a standard exponential: mean 0, variance 1. The mean of 50 has skewness .28 and excess
    # kurtosis .12; over 200 keys the mean is that of 10,000 (skewness .02), and the standard deviation has a relative
    # error of sqrt(2.12 / 200) / 2 = 5.2 %, with tails a little heavier than normal: a fifth more room for them.
    where = f"three waiting times with log rates 0.4, -0.7, 1.1, n = {N}, {KEYS} keys"
    mapped = attempt.vmap(None, None, None, 0, None)
    got = mapped(log_waiting_time_density, THETA, waiting_times, attempt.keys(KEYS), N)
    got = has_shape(got, (KEYS, 3), where=where).astype(np.float64)
    statistic_is(got.mean(axis=0), np.zeros(3), 1.05 / np.sqrt(N * KEYS), comparisons=6, where=where,
                 says="the mean over keys")  # fmt: skip
    statistic_is(np.sqrt(N) * got.std(axis=0), np.ones(3), 1.2 * 0.052, comparisons=6, where=where,
                 says="sqrt(n) times the standard deviation over keys")  # fmt: skip


exercise = Exercise(
    expected_score,
    question="3.2",
    minutes=8,
    difficulty=2,
    hints=(
        "`jax.grad(logpdf, argnums=...)` is the score of one x. Which of the two arguments is theta?",
        "Draw once, with the key. Then map the score of one x over the first axis of the draws, with the same theta "
        "for all, and average over that axis alone.",
        "If you differentiate the average of log p, the draws must be outside of what you differentiate. Made inside, "
        "they follow theta, and you get the slope of another thing.",
    ),
    checks=(
        is_the_score_itself_if_all_draws_agree,
        draws_with_the_key_it_is_given,
        scatters_around_zero_as_a_mean_of_n,
    ),
)
