"""4.6  A draw without noise."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T32_LOOSE, close, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key


def nlpca_reparameterize(key: Key, mu: Float[Array, "..."], logvar: Float[Array, "..."]) -> Float[Array, "..."]:
    """The latent of nonlinear PCA: what `reparameterize` would give if every posterior had variance 0.

    Args:
        key: a PRNG key, so that it can stand where `reparameterize` stood.
        mu: means, of any shape.
        logvar: log-variances of the same shape, which the encoder still puts out and nobody reads any more.

    Returns:
        the code, of that shape. JAX must be able to differentiate it.
    """
    return mu


# ---- other right answers ----------------------------------------------------------------------


def as_the_limit(key, mu, logvar):
    """A spread of zero times noise that is drawn for nothing."""
    return mu + 0.0 * jax.random.normal(key, mu.shape)


def as_a_product(key, mu, logvar):
    """The mean in other clothes."""
    return jnp.add(mu, jnp.zeros_like(logvar))


# ---- checks: cheap to deep --------------------------------------------------------------------


def the_key_does_not_matter(attempt):
    mu, logvar = attempt.rng.normal(size=(2, 4, 3)).astype(np.float32)
    one, other = (has_shape(attempt(attempt.key(), mu, logvar), (4, 3), where="shape (4, 3)") for _ in range(2))
    same = np.array_equal(one, other)
    holds(same, "Two keys give two codes.", value=float(same), where="mu and logvar of shape (4, 3), two keys")


def the_code_is_the_mean(attempt):
    mu, logvar = attempt.rng.normal(size=(2, 4, 3)).astype(np.float32)
    result = attempt(attempt.key(), mu, logvar)
    close(result, mu, T32_LOOSE, where="mu and logvar of shape (4, 3)", says="the code")


def slopes_pass_through(attempt):
    mu, logvar = attempt.rng.normal(size=(2, 3)).astype(np.float32)
    key = attempt.key()
    close(attempt.jacobian(1)(key, mu, logvar), np.eye(3), T32_LOOSE, where="d = 3", says="its slope in mu", what="JAX")


exercise = Exercise(
    nlpca_reparameterize,
    question="4.6",
    minutes=2,
    difficulty=1,
    differentiable=True,
    hints=(
        "What is left of a Gaussian whose variance goes to zero?",
        "A single point. Where is it?",
        "It needs one of the three arguments.",
    ),
    checks=(the_key_does_not_matter, the_code_is_the_mean, slopes_pass_through),
    variants=(as_the_limit, as_a_product),
    mistakes=(
        Mistake(
            "log-variance-set-to-zero",
            one_edit("return mu", "return mu + jax.random.normal(key, mu.shape)"),
            "Codes still change with the key: a log-variance of zero is a variance of one. Where has the log-variance "
            "to go for the variance to vanish?",
            also=lambda key, mu, logvar: jax.random.normal(key, jnp.shape(logvar)) + mu,
            caught_by=the_key_does_not_matter,
        ),
        Mistake(
            "spread-added",
            one_edit("return mu", "return mu + jnp.exp(0.5 * logvar)"),
            "The noise is gone and its size has stayed: your code lies one standard deviation beside the mean.",
            caught_by=the_code_is_the_mean,
        ),
        Mistake(
            "gradient-cut",
            one_edit("return mu", "return jax.lax.stop_gradient(mu)"),
            "The value is right, and the encoder would never learn: its slope is zero.",
            caught_by=slopes_pass_through,
        ),
    ),
    answer="The mean itself. With variance 0 all of q sits at $\\mu$, whatever the noise.",
    afterword="The narrow layer of an autoencoder is what the means of a VAE were.",
)
