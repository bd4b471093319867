"""3.11  Draws from the mean-field q of the mixture."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from dflvi.checking import oracles
from dflvi.checking.compare import Wrong, fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key


def sample_q(key: Key, params: dict[str, Array], S: int) -> tuple[Float[Array, "S K"], Int[Array, "S N"]]:
    """Independent draws of all unknowns of the mixture from q, S of them.

    Args:
        key: a PRNG key. All randomness comes from it.
        params: {"m": [K], "log_s": [K], "logits": [N, K]}: q(mu_k) = N(m_k, s_k^2) with s_k = exp(log_s_k), a
            standard deviation; q(c_i) is categorical, with the softmax of row i of the logits.
        S: how many draws, a Python int, at least 1.

    Returns:
        mu: component means, [S, K].
        c: component labels, integers from 0 to K - 1, [S, N].

    Under q everything is independent of everything else (mean field; Blei et al. 2017, eq. 15 and 18).
    """
    key_mu, key_c = jax.random.split(key)
    n_points, n_components = params["logits"].shape
    mu = params["m"][None, :] + jnp.exp(params["log_s"])[None, :] * jax.random.normal(key_mu, (S, n_components))
    c = jax.random.categorical(key_c, params["logits"], axis=1, shape=(S, n_points))
    return mu, c


# ---- other right answers ----------------------------------------------------------------------


def one_draw_mapped_over_keys(key, params, S):
    """A function of one key, for S keys; labels through the cumulative probabilities."""

    def draw(key):
        first, second = jax.random.split(key)
        mu = params["m"] + jnp.exp(params["log_s"]) * jax.random.normal(first, params["m"].shape)
        below = jnp.cumsum(jax.nn.softmax(params["logits"], axis=-1), axis=-1)[:, :-1]
        u = jax.random.uniform(second, (len(params["logits"]), 1))
        return mu, jnp.sum(u > below, axis=-1)

    return jax.vmap(draw)(jax.random.split(key, S))


def with_noise_of_gumbel(key, params, S):
    """The largest of noisy logits; a key for each component mean."""
    *keys, last = jax.random.split(key, params["m"].size + 1)
    columns = [m + jnp.exp(log_s) * jax.random.normal(k, (S,)) for k, m, log_s in zip(keys, *_of(params))]
    noise = -jnp.log(-jnp.log(jax.random.uniform(last, (S, *params["logits"].shape), minval=1e-7)))
    return {"mu": jnp.stack(columns, axis=1), "c": jnp.argmax(params["logits"] + noise, axis=2)}


def _of(params):
    return params["m"], params["log_s"]


# ---- checks: cheap to deep --------------------------------------------------------------------

M = np.array([-1.6, 0.4, 2.7], np.float32)
LOG_S = np.array([-0.9, 0.5, 0.2], np.float32)
LOGITS = np.array([[1.2, -0.4, 0.3], [0.1, 0.8, -1.0], [-0.6, 0.2, 0.9], [2.0, 1.0, -0.5], [0.4, 0.4, 1.1]], np.float32)
PARAMS = {"m": M, "log_s": LOG_S, "logits": LOGITS}
S = 20_001
WHERE = f"K = 3, N = 5, S = {S}"


def _draws(attempt, key=None):
    mu, c = fields(attempt(key or attempt.key(), PARAMS, S), "mu", "c")
    mu = finite(has_shape(mu, (S, 3), where=WHERE, what="mu"), where=WHERE, what="mu").astype(np.float64)
    c = has_shape(c, (S, 5), where=WHERE, what="c")
    if c.dtype.kind not in "iu":
        raise Wrong("The labels c are no integers.", where=WHERE, expected="an integer dtype", got=str(c.dtype))
    return mu, c


def draws_means_and_labels(attempt):
    _, c = _draws(attempt)
    inside = bool(np.all((c >= 0) & (c < 3)))
    holds(inside, "Some labels are none of the components.", value=float(inside), where=WHERE,
          expected="0, 1 or 2", got=f"from {c.min()} to {c.max()}")  # fmt: skip


def the_draws_differ(attempt):
    key, other = attempt.key(), attempt.key()
    first, another = _draws(attempt, key)[0], _draws(attempt, other)[0]
    rows = float(np.mean(np.any(first[1:] != first[:-1], axis=1)))
    holds(rows > 0.99, "All rows of mu are one and the same draw.", value=rows, tolerance=0.02, where=WHERE)
    same = float(np.mean(first == another))
    holds(same < 0.5, "Two keys gave the same draws of mu.", value=same, tolerance=0.02, where=f"two keys, {WHERE}")


def means_are_drawn_from_their_normals(attempt):
    mu, _ = _draws(attempt)
    s = np.exp(LOG_S.astype(np.float64))
    # Means of 20,001 normals are normal; a variance of so many has kurtosis 3.0006. Six statistics in all.
    z = (mu - M) / s
    statistic_is(z.mean(axis=0), np.zeros(3), 1 / np.sqrt(S), comparisons=6, where=WHERE,
                 says="the mean of mu over the draws, in standard deviations from m")  # fmt: skip
    statistic_is(z.var(axis=0), np.ones(3), 1.05 * np.sqrt(2 / S), comparisons=6, where=WHERE,
                 says="the variance of mu over the draws, divided by that of q")  # fmt: skip


def labels_come_in_their_shares(attempt):
    _, c = _draws(attempt)
    shares = np.exp(oracles.log_softmax(LOGITS))
    got = np.stack([(c == k).mean(axis=0) for k in range(3)], axis=1)
    # No share is below 0.05, so that counts are above 1,000 and close to normal; a tenth more for what is left.
    statistic_is(got, shares, 1.1 * np.sqrt(shares * (1 - shares) / S), comparisons=15, where=WHERE,
                 says="how often each label was drawn for each point, against the softmax of its logits")  # fmt: skip


def points_and_means_are_independent(attempt):
    mu, c = _draws(attempt)
    numbers = np.concatenate([(mu - M) / np.exp(LOG_S), c], axis=1)
    numbers = (numbers - numbers.mean(axis=0)) / np.maximum(numbers.std(axis=0), 1e-12)
    pairs = np.triu_indices(8, 1)
    # A correlation of independent numbers has standard error 1 / sqrt(S), and is a mean of 20,001 products.
    statistic_is((numbers.T @ numbers / S)[pairs], np.zeros(28), 1.1 / np.sqrt(S), comparisons=28, where=WHERE,
                 says="correlations between the draws of all means and labels")  # fmt: skip


# ---- known wrong answers ----------------------------------------------------------------------


def one_label_noise_for_all_points(key, params, S):
    """One uniform number a draw decides the labels of all points."""
    key_mu, key_c = jax.random.split(key)
    mu = params["m"] + jnp.exp(params["log_s"]) * jax.random.normal(key_mu, (S, params["m"].size))
    below = jnp.cumsum(jax.nn.softmax(params["logits"]), axis=-1)[:, :-1]
    u = jax.random.uniform(key_c, (S, 1, 1))
    return mu, jnp.sum(u > below, axis=-1)


exercise = Exercise(
    sample_q,
    question="3.11",
    minutes=8,
    difficulty=1,
    hints=(
        "Two kinds of unknowns, two kinds of draws: how many numbers of each kind does one draw of q have?",
        "Split the key. A normal with mean m and standard deviation s is m plus s times a standard normal. For "
        "labels, `jax.random.categorical` takes logits; look at its arguments `axis` and `shape`.",
        "The normals have shape (S, K). The labels have shape (S, N): the axis of components is the one that "
        "`categorical` draws along, and `shape` says what comes out.",
    ),
    checks=(
        draws_means_and_labels,
        the_draws_differ,
        means_are_drawn_from_their_normals,
        labels_come_in_their_shares,
        points_and_means_are_independent,
    ),
    variants=(one_draw_mapped_over_keys, with_noise_of_gumbel),
    mistakes=(
        Mistake(
            "labels-from-one",
            one_edit("return mu, c", "return mu, c + 1"),
            "Your labels start at 1. They are used as indices into m, and a Python index starts elsewhere.",
            caught_by=draws_means_and_labels,
        ),
        Mistake(
            "one-draw-repeated",
            one_edit("(S, n_components))", "(1, n_components)).repeat(S, axis=0)"),
            "Row 0 of mu and row 1 are equal, and so are all others. An average over such draws is as noisy as "
            "one of them.",
            caught_by=the_draws_differ,
        ),
        Mistake(
            "key-of-its-own",
            one_edit("jax.random.split(key)", "jax.random.split(jax.random.key(0))"),
            "You were called with two keys and drew the same numbers twice. In a fit, every step would see the "
            "noise of the step before.",
            caught_by=the_draws_differ,
        ),
        Mistake(
            "log-s-taken-for-s",
            one_edit('jnp.exp(params["log_s"])', 'params["log_s"]'),
            "A component with log_s = 0.2 has a standard deviation of about 1.2, and your draws have 0.2. Which "
            "of the two is the parameter?",
            caught_by=means_are_drawn_from_their_normals,
        ),
        Mistake(
            "log-s-taken-for-a-log-variance",
            one_edit('jnp.exp(params["log_s"])', 'jnp.exp(0.5 * params["log_s"])'),
            "The spread of your draws is the square root of what was asked. Section 2 worked with variances; "
            "is log_s the log of one?",
            also=lambda key, params, S: sample_q(key, {**params, "log_s": params["log_s"] / 2}, S),
            caught_by=means_are_drawn_from_their_normals,
        ),
        Mistake(
            "the-likeliest-label-always",
            one_edit(
                'jax.random.categorical(key_c, params["logits"], axis=1, shape=(S, n_points))',
                'jnp.broadcast_to(jnp.argmax(params["logits"], axis=1), (S, n_points))',
            ),
            "Each point has one label in all of your draws, the one with the largest logit. The others have "
            "probability too, and the gradient needs to see them.",
            caught_by=labels_come_in_their_shares,
        ),
        Mistake(
            "one-noise-for-all-labels",
            one_label_noise_for_all_points,
            "Alone, each label is drawn rightly; together they move in step, since one random number decides "
            "all of a row. Mean field wants a coin of its own for each point.",
            caught_by=points_and_means_are_independent,
        ),
    ),
    answer="""
q is a product, so each factor is drawn by itself: $\\mu_k = m_k + s_k \\epsilon$ with a standard normal $\\epsilon$,
and $c_i$ from the categorical law with the softmax of row i. Two keys, since the two kinds of draws must not share
their random bits. `jax.random.categorical` adds Gumbel noise to the logits and takes the largest.
""",
    afterword="None of this is specific to a mixture: a black-box method asks a model for samples and log densities.",
)
