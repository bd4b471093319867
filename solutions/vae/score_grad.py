"""4.3  The score-function estimate for categories."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key


def score_grad(key: Key, a: Float[Array, " m"], f: Float[Array, " m"], n: int) -> Float[Array, " m"]:
    """The score-function estimate, from n draws, of the gradient in the logits of J(a) = E[f(z)], z ~ softmax(a).

    Args:
        key: a PRNG key. All randomness comes from it.
        a: logits, [m].
        f: the value of f at each category, [m]. Only its values at drawn categories may be used.
        n: how many independent draws of z, a Python int, at least 1.

    Returns:
        the estimate of dJ/da, [m], unbiased for every n. (The estimator of question 3.5, for a discrete z.)
    """
    z = jax.random.categorical(key, a, shape=(n,))
    scores = jax.nn.one_hot(z, a.size, dtype=a.dtype) - jax.nn.softmax(a)[None]
    return jnp.mean(f[z][:, None] * scores, axis=0)


# ---- other right answers ----------------------------------------------------------------------


def by_a_surrogate(key, a, f, n):
    """The gradient of values times log probabilities, with draws that are data."""
    u = jax.random.uniform(key, (n,))
    bounds = jnp.cumsum(jax.nn.softmax(jax.lax.stop_gradient(a)))
    z = jnp.minimum(jnp.sum(u[:, None] > bounds[None], axis=1), a.shape[0] - 1)
    return jax.grad(lambda a: jnp.mean(jnp.take(f, z) * jax.nn.log_softmax(a)[z]))(a)


def by_counting(key, a, f, n):
    """How often each category came, and what that says."""
    z = jnp.argmax(a[None] + jax.random.gumbel(key, (n, a.shape[0])), axis=1)
    counts = jnp.stack([jnp.sum(z == k) for k in range(a.shape[0])]) / n
    return counts * f - jax.nn.softmax(a) * jnp.vdot(counts, f)


# ---- checks: cheap to deep --------------------------------------------------------------------

A = np.array([0.2, -1.0, 0.5, -0.3], np.float32)
F = np.array([4.0, 6.0, 1.0, 2.5], np.float32)
M, N, KEYS = 4, 12, 1500
WHERE = f"a = (0.2, -1, 0.5, -0.3), f = (4, 6, 1, 2.5), n = {N}"


def _one(attempt, key):
    return has_shape(attempt(key, A, F, N), (M,), where=WHERE)


def _many(attempt):
    return has_shape(attempt.vmap(0, None, None, None)(attempt.keys(KEYS), A, F, N), (KEYS, M), where=WHERE).astype(
        np.float64
    )


def _exact():
    """Gradient, and variance of one term, component by component."""
    pi, f = np.exp(oracles.log_softmax(A)), F.astype(np.float64)
    terms = f[:, None] * (np.eye(M) - pi)  # a row for each z
    mean = pi @ terms
    return mean, pi @ (terms - mean) ** 2


def is_an_estimate_for_each_logit(attempt):
    moves = bool(np.any(_one(attempt, attempt.key()) != 0))
    holds(moves, "The estimate is exactly zero in every component.", value=float(moves), where=WHERE)


def draws_with_the_key_it_is_given(attempt):
    key, other = attempt.key(), attempt.key()
    first, again, second = (_one(attempt, k) for k in (key, key, other))
    same = bool(np.array_equal(first, again))
    holds(same, "One key gave two results. A function of a key draws from nothing else.", value=float(same),
          where=f"the same key twice, {WHERE}")  # fmt: skip
    # Two honest sets of 12 draws hold the same counts with probability below 2 %, six such keys never.
    same = all(np.array_equal(first, _one(attempt, attempt.key())) for _ in range(6)) and np.array_equal(first, second)
    holds(not same, "Different keys gave the same estimate.", value=float(same), where=f"eight keys, {WHERE}")


def averages_to_the_exact_gradient(attempt):
    # A mean of 18,000 bounded terms: normal.
    mean, variance = _exact()
    error = 1.02 * np.sqrt(variance / (N * KEYS))
    statistic_is(_many(attempt).mean(axis=0), mean, error, comparisons=M, where=f"{WHERE}, {KEYS} keys",
                 says="the mean over keys is the gradient that enumeration gives")  # fmt: skip


def scatters_no_more_than_n_draws_do(attempt):
    # The kurtosis of an average of 12 bounded terms is below 4, so a standard deviation over 1,500 keys has a relative
    # error below 2.3 %. A control variate makes it smaller, which is right too.
    _, variance = _exact()
    ratio = float(np.max(_many(attempt).std(axis=0) / np.sqrt(variance / N)))
    limit = 1 + 5.5 * 0.023 * 1.2
    holds(ratio <= limit, "The estimate scatters more from key to key than n independent draws do.", value=ratio,
          tolerance=0.1, where=f"{WHERE}, {KEYS} keys", expected=f"at most {limit:.2f} times as much",
          got=f"{ratio:.3g} times")  # fmt: skip


exercise = Exercise(
    score_grad,
    question="4.3",
    minutes=8,
    difficulty=2,
    hints=(
        "This is 3.5 with sums in the place of integrals. What is the score of a categorical distribution in its "
        "logits?",
        "Take the log of a softmax at the drawn category and differentiate it in all logits. One part of the result "
        "knows which category was drawn, the other does not.",
        "A one-hot row for each draw, less the probabilities, times the value of f at the draw; then the mean over "
        "draws. `jax.random.categorical` takes logits and a `shape`.",
    ),
    checks=(
        is_an_estimate_for_each_logit,
        draws_with_the_key_it_is_given,
        averages_to_the_exact_gradient,
        scatters_no_more_than_n_draws_do,
    ),
    variants=(by_a_surrogate, by_counting),
    mistakes=(
        Mistake(
            "through-the-hard-sample",
            lambda key, a, f, n: jax.grad(
                lambda a: jnp.mean(jax.nn.one_hot(jnp.argmax(a[None] + jax.random.gumbel(key, (n, a.size)), axis=1),
                                                  a.size) @ f)
            )(a),
            "All components are exactly zero: you have differentiated through the choice of a category. Which part of "
            "the problem can be differentiated when z cannot?",
            also=lambda key, a, f, n: jnp.zeros_like(a),
            caught_by=is_an_estimate_for_each_logit,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("categorical(key,", "categorical(jax.random.key(0),"),
            "Eight keys and one estimate. A noisy number that never changes looks exact, and it is not.",
            caught_by=draws_with_the_key_it_is_given,
        ),
        Mistake(
            "one-hot-score",
            one_edit(" - jax.nn.softmax(a)[None]", ""),
            "No component of your mean is negative, and the exact gradient sums to zero. The score of a softmax has a "
            "second part, which is there whatever was drawn.",
            caught_by=averages_to_the_exact_gradient,
        ),
        Mistake(
            "sum-instead-of-mean",
            one_edit("jnp.mean(f[z]", "jnp.sum(f[z]"),
            "With n = 12 the estimate is 12 times too large. Divide, or take the mean.",
            caught_by=averages_to_the_exact_gradient,
        ),
        Mistake(
            "means-multiplied",
            one_edit("jnp.mean(f[z][:, None] * scores, axis=0)", "jnp.mean(f[z]) * jnp.mean(scores, axis=0)"),
            "You multiply an average value by an average score, and the second tends to zero. Value and score belong "
            "to one draw; what matters is that they go together.",
            caught_by=averages_to_the_exact_gradient,
        ),
        Mistake(
            "all-categories-alike",
            one_edit("categorical(key, a,", "categorical(key, jnp.zeros_like(a),"),
            "Your categories come up equally often. At a = (0.2, -1, 0.5, -0.3) the third should be seen four times as "
            "often as the second.",
            caught_by=averages_to_the_exact_gradient,
        ),
        Mistake(
            "one-draw",
            one_edit("shape=(n,))", "shape=(1,))"),
            "The mean is right, and with n = 12 the estimate is as noisy as with one draw. How many categories do you "
            "draw?",
            caught_by=scatters_no_more_than_n_draws_do,
        ),
    ),
    answer="""
$\\partial \\log \\pi_z/\\partial a_k = 1[z = k] - \\pi_k$, so a term is $f_z\\,(e_z - \\pi)$, with $e_z$ the one-hot
vector of the draw. Its mean is $\\sum_z \\pi_z f_z (e_z - \\pi)$, which is the exact gradient, component by component.
A constant added to f does not change the mean, since the scores average to zero; it does change the noise.
""",
    afterword="Neither f nor z had to be differentiated. That is why BBVI does not mind a discrete latent.",
)
