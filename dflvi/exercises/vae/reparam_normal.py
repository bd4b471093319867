"""4.1  A draw from a normal, with a way through it for gradients."""

# Built from solutions/vae/reparam_normal.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import T32_LOOSE, close, finite, has_shape, holds, mean_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def reparam_normal(key: Key, mu: Float[Array, "..."], logvar: Float[Array, "..."]) -> Float[Array, "..."]:
    """A draw from a normal with independent coordinates, as a function of its parameters.

    Args:
        key: a PRNG key. All randomness comes from it, and what is drawn with it does not depend on mu or logvar.
        mu: the means, of any shape; [d] for a point in d dimensions.
        logvar: the natural logs of the **variances**, of the same shape.

    Returns:
        z, of that shape: independent entries with these means and variances.

    JAX must be able to differentiate it in mu and in logvar, with the key held fixed
    (Kingma and Welling, An Introduction to Variational Autoencoders, section 2.4).
    """
    raise NotImplementedError("yours to write")

D, DRAWS = 4, 3000

WHERE = "d = 4"


def _parameters(rng):
    """Means and log-variances of both signs, none near zero."""
    signs = rng.permutation([-1.0, -1.0, 1.0, 1.0])
    mu, logvar = signs * rng.uniform(0.8, 2.5, D), rng.permutation(signs) * rng.uniform(0.8, 2.2, D)
    return mu.astype(np.float32), logvar.astype(np.float32)


def has_the_shape_of_mu(attempt):
    for shape in ((D,), (), (2, 3)):
        zeros = np.zeros(shape, np.float32)
        for got, _ in attempt.shapes(attempt.key(), zeros, zeros):
            has_shape(np.zeros(got), shape, where=f"mu and logvar of shape {shape}")


def the_noise_comes_from_the_key_alone(attempt):
    mu, logvar = _parameters(attempt.rng)
    key, other = attempt.key(), attempt.key()
    z, second = (finite(has_shape(attempt(k, mu, logvar), (D,), where=WHERE)) for k in (key, other))
    again = has_shape(attempt.afresh(key, mu, logvar), (D,), where=WHERE)
    same = bool(np.array_equal(z, again))
    holds(same, "One key gave two results. A function of a key draws from nothing else.", value=float(same),
          where=f"the same key twice, {WHERE}")  # fmt: skip
    moved = not np.allclose(z, second)
    holds(moved, "Two keys gave the same z.", value=float(moved), where=f"two keys, {WHERE}")


def moving_mu_carries_z_along(attempt):
    key, (mu, logvar) = attempt.key(), _parameters(attempt.rng)
    z, moved = (has_shape(attempt(key, m, logvar), (D,), where=WHERE).astype(np.float64) for m in (mu, -mu))
    close(moved - z, -2 * mu.astype(np.float64), T32_LOOSE, where=f"one key, mu and -mu, {WHERE}",
          says="how far z moves when mu moves, at the same noise")  # fmt: skip


def has_a_slope_in_both_parameters(attempt):
    exact = attempt.float64  # throughout, since noise of another precision is other noise
    key, (mu, logvar) = attempt.key(), (part.astype(np.float64) for part in _parameters(attempt.rng))
    where = f"one key, {WHERE}"
    z = has_shape(exact(key, mu, logvar), (D,), where=where).astype(np.float64)
    close(exact.jacobian(1)(key, mu, logvar), np.eye(D), T32_LOOSE, where=where, says="dz/dmu")
    # Halve the standard deviation and z comes half as close to mu: that is a change of logvar by -log 4.
    halved = has_shape(exact(key, mu, logvar - np.log(4)), (D,), where=where).astype(np.float64)
    slope = finite(has_shape(exact.jacobian(2)(key, mu, logvar), (D, D), where=where), where=where)
    close(halved, mu + 0.5 * (z - mu), T32_LOOSE, where=f"logvar and logvar - log 4, {where}",
          says="a quarter of the variance brings z half as far from mu")  # fmt: skip
    close(slope, np.diag(0.5 * (z - mu)), T32_LOOSE, where=where, says="dz/dlogvar")


def draws_have_the_mean_and_the_variance(attempt):
    mu, logvar = _parameters(attempt.rng)
    where = f"{WHERE}, {DRAWS} keys"
    z = has_shape(attempt.vmap(0, None, None)(attempt.keys(DRAWS), mu, logvar), (DRAWS, D), where=where)
    noise = (z.astype(np.float64) - mu) / np.exp(0.5 * logvar.astype(np.float64))
    mean_is(noise, np.zeros(D), sd=1.0, comparisons=14, where=where,
            says="the draws lie around mu, in units of the standard deviation")  # fmt: skip
    # A squared standard normal has variance 2, and the mean of 3,000 of them skewness .05: a tenth more room.
    mean_is(noise**2, np.ones(D), sd=1.1 * np.sqrt(2), comparisons=14, where=where,
            says="the variance of the draws, in units of exp(logvar)")  # fmt: skip
    # A product of two standard normals has variance 1 and kurtosis 9, their mean is near enough normal.
    a, b = np.triu_indices(D, 1)
    mean_is(noise[:, a] * noise[:, b], np.zeros(len(a)), sd=1.1, comparisons=14, where=where,
            says="different coordinates are uncorrelated")  # fmt: skip


exercise = Exercise(
    reparam_normal,
    question="4.1",
    minutes=6,
    difficulty=1,
    differentiable=True,
    hints=(
        "Which part of a draw from N(m, s^2) could you have drawn yesterday, before anybody told you m and s?",
        "Draw standard normal noise of the right shape. Then stretch it and move it, with operations that JAX can "
        "differentiate. What stretches is a standard deviation, and you have the log of its square.",
        "A log-variance is twice the log of the standard deviation. So take half of it before you exponentiate. "
        "`jax.random.normal` wants the key and the shape of mu.",
    ),
    checks=(
        has_the_shape_of_mu,
        the_noise_comes_from_the_key_alone,
        moving_mu_carries_z_along,
        has_a_slope_in_both_parameters,
        draws_have_the_mean_and_the_variance,
    ),
)
