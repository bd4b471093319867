"""6.9  The three numbers and the gaps, for each image."""

# Built from solutions/nfvi/gap_table.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def gap_table(
    key: Key, X: Float[Array, "N D"], log_joint: Callable, encode: Callable, local: Callable,
    lim: float | Float[Array, ""], n: int, steps: int,
) -> dict:  # fmt: skip
    """For each image the evidence, two bounds, and the gaps between them.

    Args:
        key: a PRNG key. All randomness comes from it.
        X: the images, [N, D].
        log_joint: (x, z) -> log p(x, z) in nats, of one x [D] and of one z [2] or many along leading axes.
        encode: x -> what the encoder says of q for one x, in the form that `local` starts from.
        local: (key, a function of z alone, start, steps) -> a tuple, the last entry of which is the ELBO in nats after
            so many steps from that start; with 0 steps that of the start. Your `local_ffg` is one.
        lim: half the side of the box for the grid, see `grid_posterior`. Use yours.
        n: points a side of the grid, a Python int.
        steps: for the best q, a Python int, at least 1.

    Returns:
        a dict of six entries in nats, [N] each: logpx, L_star, L_amort, approx, amort and total. The last three are
        those of `gaps`; use yours.
    """
    raise NotImplementedError("yours to write")

_GAIN, _PRECISION = np.array([[0.6, -0.2, 0.1], [0.3, 0.5, -0.4]]), np.array([[3.0, -1.6], [-1.6, 2.0]])

_OFF, _LOGVAR = np.array([0.4, -0.3]), np.array([-0.2, -1.5])

_LIM, _N, _STEPS = 6.0, 41, 7


def leaning(x, z):
    """Log p(x, z) with the posterior N(G x, P^-1) and log p(x) = -|x|^2 - 3."""
    middle = jnp.asarray(_GAIN, z.dtype) @ x.astype(z.dtype)
    delta = z - jnp.broadcast_to(middle, z.shape)
    square = jnp.sum(delta * (delta @ jnp.asarray(_PRECISION, z.dtype)), axis=-1)
    level = float(0.5 * np.linalg.slogdet(_PRECISION / (2 * np.pi))[1] - 3.0) - jnp.sum(x**2).astype(z.dtype)
    return jnp.broadcast_to(level, square.shape) - 0.5 * square


def encoder_beside(x):
    """Mean and log-variance of a factorised Gaussian that is a little off."""
    return jnp.asarray(_GAIN, x.dtype) @ x + jnp.asarray(_OFF, x.dtype), jnp.asarray(_LOGVAR, x.dtype)


def exact_local(key, log_joint, init, steps):
    """The best factorised Gaussian of a quadratic log joint, and its ELBO, without an error."""
    mu, logvar = init
    slope, bend = jax.grad(log_joint), jax.hessian(log_joint)(mu)
    if steps > 0:
        mu, logvar = mu - jnp.linalg.solve(bend, slope(mu)), -jnp.log(-jnp.diag(bend))
    expected = log_joint(mu) + 0.5 * jnp.sum(jnp.diag(bend) * jnp.exp(logvar))
    return mu, logvar, expected + 0.5 * jnp.sum(logvar + float(np.log(2 * np.pi * np.e)))


def _truth(X):
    """Evidence, best bound and the encoder's, in closed form."""
    logdet, diagonal = np.linalg.slogdet(_PRECISION)[1], np.diag(_PRECISION)
    logpx = -np.sum(X**2, axis=1) - 3.0
    L_star = logpx - 0.5 * (np.sum(np.log(diagonal)) - logdet)
    kl = 0.5 * (diagonal @ np.exp(_LOGVAR) + _OFF @ _PRECISION @ _OFF - 2 - np.sum(_LOGVAR) - logdet)
    return logpx, L_star, logpx - kl

_NAMES = ("logpx", "L_star", "L_amort", "approx", "amort", "total")

_CLOSE = Tolerance(2e-3, 1e-4)  # float32, and a sum over a grid

_WHERE = "3 images, Gaussian posteriors that lean"


def _table(attempt):
    X = (attempt.rng.normal(size=(3, 3)) + np.array([[0.0], [0.7], [-0.7]])).astype(np.float32)
    got = fields(
        attempt(attempt.key(), X, leaning, encoder_beside, exact_local, _LIM, _N, _STEPS), *_NAMES
    )
    got = [finite(has_shape(part, (3,), where=_WHERE, what=name), where=_WHERE, what=name)
           for name, part in zip(_NAMES, got, strict=True)]  # fmt: skip
    return dict(zip(_NAMES, got, strict=True)), _truth(X.astype(np.float64))


def a_number_for_each_image(attempt):
    _table(attempt)


def the_evidence_is_that_of_the_image(attempt):
    got, (logpx, _, _) = _table(attempt)
    close(got["logpx"], logpx, _CLOSE, where=_WHERE, what="logpx", says="log p(x) of each image")


def the_bounds_are_the_best_and_the_encoders(attempt):
    got, (_, L_star, L_amort) = _table(attempt)
    both = np.stack([got["L_star"], got["L_amort"]])
    close(both, np.stack([L_star, L_amort]), _CLOSE, where=_WHERE, what="L_star (first row) and L_amort",
          says="the bounds of the best factorised Gaussian and of what the encoder says")  # fmt: skip


def the_gaps_are_those_of_theory(attempt):
    got, (logpx, L_star, L_amort) = _table(attempt)
    for name, want in (("approx", logpx - L_star), ("amort", L_star - L_amort), ("total", logpx - L_amort)):
        says = f"{name}, against a KL in closed form"
        close(got[name], want, Tolerance(4e-3, 1e-4), where=_WHERE, what=name, says=says)


exercise = Exercise(
    gap_table,
    question="6.9",
    minutes=15,
    difficulty=2,
    needs=("grid_posterior", "gaps"),
    hints=(
        "Do one image first: which of your functions gives which of its three numbers?",
        "`functools.partial(log_joint, x)` is a function of z alone. The same `local` gives both bounds; what differs "
        "is how many steps it may take.",
        "For one image: logpx of `grid_posterior`, the last of `local` from the encoder's start with `steps` steps, "
        "and with none. Then over all images, by `jax.lax.map` or a loop, a key for each, and `gaps` at the end.",
    ),
    checks=(
        a_number_for_each_image,
        the_evidence_is_that_of_the_image,
        the_bounds_are_the_best_and_the_encoders,
        the_gaps_are_those_of_theory,
    ),
)
