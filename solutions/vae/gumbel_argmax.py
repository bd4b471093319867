"""4.3  A category as a function of logits and noise."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from dflvi.checking import oracles
from dflvi.checking.compare import Wrong, array, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key


def gumbel_argmax(key: Key, a: Float[Array, " m"]) -> Int[Array, ""]:
    """A draw from the categories with probabilities softmax(a): the place of the largest of m noisy logits.

    Args:
        key: a PRNG key. All randomness comes from it.
        a: logits, [m].

    Returns:
        the index of the category, a whole number from 0 to m - 1.

    To each logit belongs independent standard Gumbel noise, the law of -log(E) for E exponential with rate one, so
    that P(noise < t) = exp(-exp(-t)) (Maddison, Mnih and Teh, The Concrete Distribution, 2017, section 2).
    """
    return jnp.argmax(a + jax.random.gumbel(key, a.shape))


# ---- other right answers ----------------------------------------------------------------------


def as_a_race(key, a):
    """Who of m exponential clocks with rates exp(a) rings first."""
    return jnp.argmin(jax.random.exponential(key, a.shape) * jnp.exp(-a))


def by_two_logs(key, a):
    """The noise from uniforms."""
    u = jax.random.uniform(key, a.shape, minval=1e-20, maxval=1 - 1e-7)
    noisy = a - jnp.log(-jnp.log(u))
    return jnp.sum(jnp.arange(a.shape[0]) * (noisy == noisy.max()))


# ---- checks: cheap to deep --------------------------------------------------------------------

M, DRAWS, FEW = 4, 3500, 60


def _draws(attempt, a, keys, where):
    """Indices for many keys, [keys]."""
    z = has_shape(attempt.vmap(0, None)(attempt.keys(keys), a), (keys,), where=where)
    if z.dtype.kind not in "iu" and not np.array_equal(z, np.round(z)):
        raise Wrong("The index of a category is a whole number.", where=where, got=str(z[:4]))
    return z.astype(int)


def gives_one_index(attempt):
    a = attempt.rng.normal(size=M).astype(np.float32)
    z = array(attempt(attempt.key(), a)).astype(np.float64)
    single = z.shape == ()
    holds(single, "One index is asked for, and an array came back.", value=z.size, where=f"m = {M}",
          expected="a 0-d array", got=f"shape {z.shape}")  # fmt: skip
    inside = bool(0 <= z <= M - 1)
    holds(inside, "That is no index of a category.", value=float(inside), where=f"m = {M}", got=f"{float(z):.4g}")


def depends_on_the_key(attempt):
    # With these logits no category has a probability above 0.28: 60 draws are not all alike.
    a = np.array([0.1, -0.1, 0.15, 0.0], np.float32)
    where = f"a = (0.1, -0.1, 0.15, 0), {FEW} keys"
    seen = len(np.unique(_draws(attempt, a, FEW, where)))
    steady = all(
        int(array(attempt(attempt.key(), np.roll(a, k))).reshape(-1)[0]) == int(np.argmax(np.roll(a, k)))
        for k in range(M) for _ in range(3)
    )  # fmt: skip
    holds(seen > 1, "All keys gave the same category.", value=[min(seen, 2), steady], where=where)


def occurs_as_often_as_the_softmax_says(attempt):
    # Frequencies of 3,500 draws: normal, except that the rarest has p = .03 and a skewness of .09.
    a = np.array([2.0, 1.0, 0.0, -1.0], np.float32)
    where = f"a = (2, 1, 0, -1), {DRAWS} keys"
    p = np.exp(oracles.log_softmax(a))
    got = np.bincount(np.clip(_draws(attempt, a, DRAWS, where), 0, M - 1), minlength=M) / DRAWS
    statistic_is(got, p, 1.12 * np.sqrt(p * (1 - p) / DRAWS), comparisons=M, where=where,
                 says="how often each category occurs")  # fmt: skip


exercise = Exercise(
    gumbel_argmax,
    question="4.3",
    minutes=5,
    difficulty=1,
    hints=(
        "Everything random goes into noise whose law does not depend on a. Then the category is a function of a and "
        "the noise.",
        "Give each logit noise of its own and look which of the m sums is the largest.",
        "`jax.random.gumbel` makes the noise (by hand it takes two logs of a uniform), `jnp.argmax` finds the place.",
    ),
    checks=(gives_one_index, depends_on_the_key, occurs_as_often_as_the_softmax_says),
    variants=(as_a_race, by_two_logs),
    mistakes=(
        Mistake(
            "one-hot",
            one_edit(
                "return jnp.argmax(a + jax.random.gumbel(key, a.shape))",
                "return jax.nn.one_hot(jnp.argmax(a + jax.random.gumbel(key, a.shape)), a.size)",
            ),
            "A row of zeros with a one in it came back. It says the same; the index alone is asked for.",
            caught_by=gives_one_index,
        ),
        Mistake(
            "the-largest-value",
            one_edit("jnp.argmax(", "-99 - jnp.max("),
            "You return how large the largest noisy logit is. Where does it stand?",
            caught_by=gives_one_index,
        ),
        Mistake(
            "no-noise",
            one_edit(" + jax.random.gumbel(key, a.shape)", ""),
            "The likeliest category comes up every time, for every key. A draw takes the others now and then.",
            caught_by=depends_on_the_key,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("gumbel(key,", "gumbel(jax.random.key(0),"),
            "All keys lead to one category, and not always to the likeliest. The noise is the same each time.",
            caught_by=depends_on_the_key,
        ),
        Mistake(
            "another-noise",
            one_edit("jax.random.gumbel(key, a.shape)", "jax.random.exponential(key, a.shape)"),
            "All categories come up, and the rare ones too rarely: the last of (2, 1, 0, -1) should have 3 %. "
            "The law of your noise is another one. If you make it from uniforms, count the logs; Gumbel noise lies "
            "below zero in 37 % of the draws.",
            also=lambda key, a: jnp.argmax(a + jax.random.normal(key, a.shape)),
            caught_by=occurs_as_often_as_the_softmax_says,
        ),
        Mistake(
            "noise-on-probabilities",
            one_edit("(a + jax", "(jax.nn.softmax(a) + jax"),
            "Probabilities differ by less than one, so your noise drowns them and the categories come up nearly "
            "equally often. The noise belongs to the logits.",
            caught_by=occurs_as_often_as_the_softmax_says,
        ),
    ),
    answer="""
$z = \\arg\\max_k (a_k + g_k)$ with $g_k = -\\log E_k$, $E_k$ exponential with rate one. Then $a_k + g_k = -\\log(E_k
e^{-a_k})$, and $E_k e^{-a_k}$ is exponential with rate $e^{a_k}$. The first of m such clocks to ring is number k with
probability $e^{a_k}/\\sum_j e^{a_j}$. So the noise is free of parameters and z is a function of a: everything that the
trick of 4.1 asks for, but for the one thing that matters.
""",
    afterword="A function of logits and noise, and yet no gradient goes through it. Look at its graph.",
)
