"""4.5  A latent that gradients can pass through."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T32_LOOSE, close, finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key


def reparameterize(key: Key, mu: Float[Array, "..."], logvar: Float[Array, "..."]) -> Float[Array, "..."]:
    """One draw of N(mu, exp(logvar)) for each entry, all independent, as a function of mu and logvar.

    Args:
        key: a PRNG key; all randomness comes from it.
        mu: means, of any shape: [d] for one image, [n, d] for a batch.
        logvar: natural logs of the variances, of the same shape.

    Returns:
        z, of that shape.

    JAX must be able to differentiate it in mu and in logvar at fixed noise. Your `reparam_normal` of 4.1 may do the
    work, if it takes any shape.
    """
    return mu + jnp.exp(0.5 * logvar) * jax.random.normal(key, mu.shape)


# ---- other right answers ----------------------------------------------------------------------


def by_the_inverse_cdf(key, mu, logvar):
    """Uniforms pushed through the quantile function, shifted and scaled."""
    u = jax.random.uniform(key, jnp.shape(mu), minval=1e-7, maxval=1 - 1e-7)
    return jax.scipy.special.ndtri(u) * jnp.sqrt(jnp.exp(logvar)) + mu


def entry_by_entry(key, mu, logvar):
    """A key for every entry."""
    flat = [jnp.ravel(part) for part in (mu, logvar)]
    keys = jax.random.split(key, flat[0].size)
    draw = jax.vmap(lambda key, m, v: m + jnp.exp(v / 2) * jax.random.normal(key))
    return draw(keys, *flat).reshape(jnp.shape(mu))


# ---- checks: cheap to deep --------------------------------------------------------------------

_SHAPE, _KEYS = (4, 3), 4000
_WHERE = "mu and logvar of shape (4, 3)"


def _drawn(attempt, mu, logvar, keys=_KEYS):
    """Draws [keys, 4, 3], in float64."""
    draws = has_shape(attempt.vmap(0, None, None)(attempt.keys(keys), mu, logvar), (keys, *_SHAPE), where=_WHERE)
    return draws.astype(np.float64)


def _parameters(rng):
    return rng.uniform(-2, 2, _SHAPE).astype(np.float32), rng.uniform(-2.5, 2.5, _SHAPE).astype(np.float32)


def keeps_the_shape(attempt):
    for shape in ((), (3,), _SHAPE):
        zeros = np.zeros(shape, np.float32)
        where = f"mu and logvar of shape {shape}"
        for got, _ in attempt.shapes(attempt.key(), zeros, zeros):
            has_shape(np.zeros(got), shape, where=where)


def the_key_alone_decides(attempt):
    mu, logvar = _parameters(attempt.rng)
    key, other = attempt.key(), attempt.key()
    first, second = (finite(has_shape(attempt(k, mu, logvar), _SHAPE, where=_WHERE)) for k in (key, other))
    again = has_shape(attempt.afresh(key, mu, logvar), _SHAPE, where=_WHERE)
    same = np.array_equal(first, again)
    holds(same, "One key gave two results.", value=float(same), where=f"the same key twice, {_WHERE}")
    moved = not np.allclose(first, second)
    holds(moved, "Two keys gave the same z.", value=float(moved), where=f"two keys, {_WHERE}")


def draws_have_the_mean_and_variance(attempt):
    mu, logvar = _parameters(attempt.rng)
    draws, mu, sd = _drawn(attempt, mu, logvar), mu.astype(np.float64), np.exp(0.5 * logvar.astype(np.float64))
    noise = (draws - mu) / sd
    mean_is(noise, np.zeros(_SHAPE), sd=1.0, comparisons=24, where=_WHERE,
            says="the draws lie around mu, in units of the standard deviation")  # fmt: skip
    # A square of a standard normal has variance 2; a mean of 4,000 of them is skewed by .04: ten percent more room.
    mean_is(noise**2, np.ones(_SHAPE), sd=1.1 * np.sqrt(2), comparisons=24, where=_WHERE,
            says="the variance of the draws, in units of exp(logvar)")  # fmt: skip


def every_entry_has_noise_of_its_own(attempt):
    zeros = np.zeros(_SHAPE, np.float32)
    noise = _drawn(attempt, zeros, zeros).reshape(_KEYS, -1)
    pairs = noise[:, :, None] * noise[:, None, :]
    a, b = np.triu_indices(12, 1)
    # A product of two independent standard normals has variance 1 and kurtosis 9, the mean of 4,000 is near normal.
    mean_is(pairs[:, a, b], np.zeros(len(a)), sd=1.1, comparisons=len(a), where=f"mu = 0, logvar = 0, {_WHERE}",
            says="the draws of different entries are uncorrelated")  # fmt: skip


def gradients_pass_through(attempt):
    key, (mu, logvar) = attempt.key(), _parameters(attempt.rng)
    mu, logvar = mu[0].astype(np.float64), logvar[0].astype(np.float64)
    exact = attempt.float64  # noise of another precision is other noise
    z = has_shape(exact(key, mu, logvar), (3,), where="d = 3").astype(np.float64)
    where = "d = 3, one key"
    close(exact.jacobian(1)(key, mu, logvar), np.eye(3), T32_LOOSE, where=where, says="dz/dmu at fixed noise")
    want = np.diag(0.5 * (z - mu))
    close(exact.jacobian(2)(key, mu, logvar), want, T32_LOOSE, where=where, says="dz/dlogvar at fixed noise")


exercise = Exercise(
    reparameterize,
    question="4.5",
    minutes=6,
    difficulty=1,
    differentiable=True,
    hints=(
        "Which part of a draw from N(m, s^2) could have been made before m and s were known?",
        "Noise of a standard normal, of the shape of mu, then stretched and moved. What is the standard deviation in "
        "terms of a log-variance?",
        "The square root of exp(v) is the exp of half of v. `jax.random.normal` takes the key and a shape.",
    ),
    checks=(
        keeps_the_shape,
        the_key_alone_decides,
        draws_have_the_mean_and_variance,
        every_entry_has_noise_of_its_own,
        gradients_pass_through,
    ),
    variants=(by_the_inverse_cdf, entry_by_entry),
    mistakes=(
        Mistake(
            "shape-of-one-image",
            one_edit("mu.shape)", "(3,))"),
            "One number came in and three went out: the noise has a shape that was written down. Take it from what "
            "comes in.",
            caught_by=keeps_the_shape,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("normal(key,", "normal(jax.random.key(0),"),
            "Two keys give one and the same z. Training would see a single noise for ever, and the decoder would learn "
            "it by heart.",
            caught_by=the_key_alone_decides,
        ),
        Mistake(
            "numpy-noise",
            lambda key, mu, logvar: mu + jnp.exp(0.5 * logvar) * jnp.asarray(np.random.normal(size=mu.shape)),
            "The same key twice, and two results. Under `jit` such noise is drawn once, while compiling, and then "
            "frozen.",
            caught_by=the_key_alone_decides,
        ),
        Mistake(
            "exp-of-the-log-variance",
            one_edit("jnp.exp(0.5 * logvar)", "jnp.exp(logvar)"),
            "Your spread grows as the square of what is asked: at logvar = 2 the draws scatter by 7.4 and should by "
            "2.7. What is the log of what?",
            also=lambda key, mu, logvar: mu + jax.random.normal(key, mu.shape) * jnp.e**logvar,
            caught_by=draws_have_the_mean_and_variance,
        ),
        Mistake(
            "log-variance-as-spread",
            one_edit("jnp.exp(0.5 * logvar)", "logvar"),
            "At logvar = 0, a variance of one, your draws do not scatter at all. A log has been used as if it were the "
            "thing itself.",
            caught_by=draws_have_the_mean_and_variance,
        ),
        Mistake(
            "softplus-as-spread",
            one_edit("jnp.exp(0.5 * logvar)", "jax.nn.softplus(logvar)"),
            "The spread is positive and grows, and at logvar = 0 it is 0.69. Some programs have heads that are read "
            "like this; these are logs.",
            caught_by=draws_have_the_mean_and_variance,
        ),
        Mistake(
            "one-noise-for-the-batch",
            one_edit("mu.shape)", "mu.shape[-1:])"),
            "Four images, and all four have been pushed in the same direction: their noise is one vector. Averaging "
            "over a batch then removes none of it.",
            caught_by=every_entry_has_noise_of_its_own,
        ),
        Mistake(
            "gradient-stopped",
            one_edit("return mu +", "mu = jax.lax.stop_gradient(mu); return mu +"),
            "The draws are right. Their slope in mu is zero: the way from z back to the encoder is cut.",
            caught_by=gradients_pass_through,
        ),
    ),
    answer="""
$z = \\mu + e^{\\mathtt{logvar}/2}\\,\\varepsilon$ with standard normal $\\varepsilon$ of the shape of $\\mu$. The noise
knows nothing of $\\mu$ and logvar, so JAX differentiates through: $dz/d\\mu = 1$ and
$dz/d\\,\\mathtt{logvar} = (z-\\mu)/2$.
""",
    afterword="One line, and the reason that both networks can be trained together.",
)
