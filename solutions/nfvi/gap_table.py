"""6.9  The three numbers and the gaps, for each image."""

import functools
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key
from solutions.nfvi.gaps import gaps
from solutions.nfvi.grid_posterior import grid_posterior


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

    def of_one(inputs):
        x, key = inputs
        of_z = functools.partial(log_joint, x)
        key_star, key_amort = jax.random.split(key)
        logpx = _part(grid_posterior(of_z, lim, n), "logpx", 2)
        L_star = _part(local(key_star, of_z, encode(x), steps), "elbo", -1)
        L_amort = _part(local(key_amort, of_z, encode(x), 0), "elbo", -1)
        return logpx, L_star, L_amort

    logpx, L_star, L_amort = _one_after_the_other(of_one, (X, jax.random.split(key, len(X))))
    parts = gaps(logpx, L_star, L_amort)
    three = {name: _part(parts, name, place) for place, name in enumerate(("approx", "amort", "total"))}
    return {"logpx": logpx, "L_star": L_star, "L_amort": L_amort, **three}


def _part(result, name, place):
    """A part of a result that may be a dict or a tuple."""
    return result[name] if isinstance(result, dict) else result[place]


def _one_after_the_other(f, inputs):
    """A few at a time, which keeps grids of many images out of the memory; in a Python loop if JAX cannot trace f."""
    try:
        return jax.lax.map(f, inputs, batch_size=80)
    except TypeError:
        X, keys = inputs
        return tuple(jnp.stack([jnp.asarray(one) for one in part]) for part in zip(*map(f, zip(X, keys))))


# ---- other right answers ----------------------------------------------------------------------


def loop_over_images(key, X, log_joint, encode, local, lim, n, steps):
    """A Python loop, the gaps written out."""
    rows = []
    for i in range(X.shape[0]):
        of_z = lambda z, x=X[i]: log_joint(x, z)  # noqa: E731
        evidence = grid_posterior(of_z, lim, n)["logpx"]
        before, after = (
            local(jax.random.fold_in(key, 2 * i + j), of_z, encode(X[i]), s)[-1] for j, s in enumerate((0, steps))
        )
        rows.append(jnp.stack([evidence, after, before, evidence - after, after - before, evidence - before]))
    return dict(zip(("logpx", "L_star", "L_amort", "approx", "amort", "total"), jnp.stack(rows).T, strict=True))


# ---- what the checks pass in: Gaussian posteriors that lean, and exact stand-ins ---------------

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


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(loop_over_images,),
    mistakes=(
        Mistake(
            "averages",
            lambda *arguments: {name: part.mean() for name, part in gap_table(*arguments).items()},
            "One number for all images. Averages can be taken later; which image has a gap of five cannot be found out "
            "from them.",
            caught_by=a_number_for_each_image,
        ),
        Mistake(
            "first-image-for-all",
            lambda key, X, *rest: gap_table(key, jnp.broadcast_to(X[:1], X.shape), *rest),
            "All images have the evidence of the first. Which x is inside of your function of z?",
            caught_by=the_evidence_is_that_of_the_image,
        ),
        Mistake(
            "evidence-without-the-cell",
            lambda key, X, log_joint, encode, local, lim, n, steps: (
                lambda table: {**table, "logpx": table["logpx"] - 2 * jnp.log(2 * lim / (n - 1))}
            )(gap_table(key, X, log_joint, encode, local, lim, n, steps)),
            "Your evidence changes with the number of points a side. It should come from your own grid, whose cells "
            "have an area.",
            caught_by=the_evidence_is_that_of_the_image,
        ),
        Mistake(
            "both-after-the-steps",
            one_edit("local(key_amort, of_z, encode(x), 0)", "local(key_amort, of_z, encode(x), steps)"),
            "No amortisation gap for any image, though this encoder is off by half a unit. Its q must be measured "
            "before it is improved.",
            caught_by=the_bounds_are_the_best_and_the_encoders,
        ),
        Mistake(
            "both-at-the-start",
            one_edit("local(key_star, of_z, encode(x), steps)", "local(key_star, of_z, encode(x), 0)"),
            "The best q and the encoder's have the same bound. For the best one the optimiser has to move.",
            caught_by=the_bounds_are_the_best_and_the_encoders,
        ),
        Mistake(
            "bounds-exchanged",
            lambda *arguments: (lambda t: {**t, "L_star": t["L_amort"], "L_amort": t["L_star"]})(gap_table(*arguments)),
            "The encoder's bound is the higher of your two. Can it beat the best q of its own family?",
            also=lambda key, X, log_joint, encode, local, lim, n, steps: gap_table(
                key, X, log_joint, encode, lambda key, f, init, s: local(key, f, init, 0 if s else steps), lim, n,
                steps,
            ),
            caught_by=the_bounds_are_the_best_and_the_encoders,
        ),
        Mistake(
            "whole-gap-for-amortisation",
            lambda *arguments: (lambda t: {**t, "amort": t["total"]})(gap_table(*arguments)),
            "The three numbers are right, and amort is the distance from log p(x). What the family cannot do is not "
            "the encoder's fault.",
            caught_by=the_gaps_are_those_of_theory,
        ),
    ),
    answer="""
Per image: log p(x) by the grid, L* by optimising q for this x alone from where the encoder puts it, and L of the
encoder itself, by the same function without a step, so that both are measured with one ruler. For a Gaussian
posterior with precision P the first gap is $\\tfrac12(\\sum_i\\log P_{ii} - \\log\\det P)$.
""",
    afterword="The same ruler for both bounds: only so is their difference a property of the encoder.",
)
