"""4.5  Training both networks."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from dflvi import data, train
from dflvi.checking import vae_oracles
from dflvi.checking.compare import finite, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key
from solutions.vae.neg_elbo import neg_elbo


def train_vae(key: Key, params: Any, X: Float[Array, "N D"], steps: int) -> Any:
    """Minimise the negative ELBO of binary images by Adam, encoder and decoder at once.

    Args:
        key: a PRNG key, for the order of the images and for the draws of all steps.
        params: where to start, as your `init_vae` made it or as an earlier call left it.
        X: binary images, a row each, [N, D]. `dflvi.data.expect_binary` says in a sentence what is wrong with X, if
            anything is; call it first.
        steps: how many steps, a Python int.

    Returns:
        the parameters after the last step, in the structure in which they came.

    A step takes 128 rows of X drawn at random (all of them where there are fewer) and fresh noise, and Adam has a step
    size of 0.001: the setting of the original. `train.fit` is the loop, with `data=X` it draws the rows, and with
    `progress=True` it shows how far it is.
    """
    data.expect_binary(X)
    return train.fit(_loss, params, key, steps, optax.adam(1e-3), data=X, batch=128, progress=True)[0]


def _loss(params, key, x):
    """In the order of arguments that `train.fit` has."""
    return neg_elbo(key, params, x)


# ---- other right answers ----------------------------------------------------------------------


def with_a_scan(key, params, X, steps):
    """Rows drawn with replacement, the loop written out."""
    optimizer = optax.adam(1e-3)

    def step(carry, key):
        params, state = carry
        key_rows, key_noise = jax.random.split(key)
        rows = jax.random.randint(key_rows, (min(128, len(X)),), 0, len(X))
        grads = jax.grad(neg_elbo, argnums=1)(key_noise, params, X[rows])
        updates, state = optimizer.update(grads, state, params)
        return (optax.apply_updates(params, updates), state), None

    return jax.lax.scan(step, (params, optimizer.init(params)), jax.random.split(key, steps))[0][0]


def adam_by_hand(key, params, X, steps):
    """Adam in six lines, rows chosen by sorting random numbers."""
    zero = jax.tree.map(jnp.zeros_like, params)

    def step(carry, t):
        params, first, second = carry
        a, b = jax.random.split(jax.random.fold_in(key, t))
        rows = jnp.argsort(jax.random.uniform(a, (len(X),)))[:128]
        g = jax.grad(neg_elbo, argnums=1)(b, params, X[rows])
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, g)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g**2, second, g)
        fresh, stale = 1 - 0.9 ** (t + 1), 1 - 0.999 ** (t + 1)
        down = jax.tree.map(lambda m, v: -0.001 * m / fresh / (jnp.sqrt(v / stale) + 1e-8), first, second)
        return (jax.tree.map(jnp.add, params, down), first, second), None

    return jax.lax.scan(step, (params, zero, zero), jnp.arange(steps))[0][0]


# ---- checks: cheap to deep --------------------------------------------------------------------

_D, _H, _LATENT, _N, _STEPS = 49, 64, 4, 600, 300
_WHERE = f"{_N} digits of 7 by 7 pixels, sorted by what they show; H = {_H}, d = {_LATENT}, {_STEPS} steps"


def _digits():
    """Digits reduced to 7 by 7 binary pixels, ones first: [600, 49]."""
    images, labels = data.load_mnist()
    few = images[:_N].reshape(_N, 7, 4, 7, 4).mean(axis=(2, 4))
    order = np.argsort((labels[:_N] + 9) % 10, kind="stable")
    return (few[order] > 60).reshape(_N, _D).astype(np.float32)


def _start(attempt):
    return attempt.companion("init_vae").keep(attempt.key(), _D, _H, _LATENT)


def _price(attempt, params, x):
    """The negative ELBO of images, a number each, from 30 draws through the learner's own networks."""
    mu, logvar = vae_oracles.encoded(attempt, params, x, _LATENT)
    noise = np.random.default_rng(0).normal(size=(30, *mu.shape))
    logits = vae_oracles.decoded(attempt, params, mu + np.exp(0.5 * logvar) * noise, _D)
    return vae_oracles.divergence(mu, logvar) - vae_oracles.log_likelihood(logits, x).mean(axis=0)


def _trained(attempt, key, start, X, steps=_STEPS):
    params = attempt.keep(key, start, X, steps)
    before, after = start.leaves(), params.leaves()
    alike = [leaf.shape for leaf in before] == [leaf.shape for leaf in after]
    holds(alike, "What comes back is not of the structure that went in.", value=float(alike), where=_WHERE)
    for leaf in after:
        if leaf.dtype.kind == "f" and leaf.size and not np.isfinite(leaf).all():
            finite(np.array(np.nan), where=_WHERE, what="the trained parameters")
    return params


def training_makes_images_cheaper(attempt):
    X, start = _digits(), _start(attempt)
    some = X[::12]
    before = _price(attempt, start, some).mean()
    after = _price(attempt, _trained(attempt, attempt.key(), start, X), some).mean()
    share = after / before
    says = "The negative ELBO does not fall by a fifth, as it should with ease."
    holds(share < 0.8, says, value=np.clip(share, 0.5, 2), tolerance=0.15, where=_WHERE,
          expected=f"well below {before:.1f} nats an image", got=f"{after:.1f}")  # fmt: skip


def all_kinds_of_images_are_learnt(attempt):
    X, start = _digits(), _start(attempt)
    trained = _trained(attempt, attempt.key(), start, X)
    price = _price(attempt, trained, X[::6])
    ones, rest = price[:10].mean(), price[10:].mean()
    says = "The first rows of X are learnt, and all the others cost far more."
    holds(rest < 3.5 * ones, says, value=np.clip(rest / ones, 0, 3.6), tolerance=0.5, where=_WHERE,
          expected=f"the rest at most 3.5 times the {ones:.1f} nats of the first", got=f"{rest:.1f} nats")  # fmt: skip


def the_key_decides(attempt):
    X, start, key = _digits(), _start(attempt), attempt.key()
    one, again, other = (_trained(attempt, k, start, X).leaves() for k in (key, key, attempt.key()))

    def apart(a, b):
        pairs = ((x, y) for x, y in zip(a, b) if x.size and x.dtype.kind == "f")
        return max(float(np.abs(x.astype(np.float64) - y).max()) for x, y in pairs)

    same, moved = apart(one, again) == 0, apart(one, other) > 1e-6
    holds(same, "One key gave two results.", value=float(same), where=_WHERE)
    holds(moved, "Two keys gave the same run.", value=float(moved), where=_WHERE)


# ---- known wrong answers ----------------------------------------------------------------------


def _with(loss=neg_elbo, rows=lambda key, X: jax.random.randint(key, (min(128, len(X)),), 0, len(X)), sign=1.0):
    """A loop with another part."""

    def wrong(key, params, X, steps):
        optimizer = optax.adam(1e-3)

        def step(carry, key):
            params, state = carry
            a, b = jax.random.split(key)
            grads = jax.grad(lambda p: sign * loss(b, p, X[rows(a, X)]))(params)
            updates, state = optimizer.update(grads, state, params)
            return (optax.apply_updates(params, updates), state), None

        return jax.lax.scan(step, (params, optimizer.init(params)), jax.random.split(key, steps))[0][0]

    return wrong


exercise = Exercise(
    train_vae,
    question="4.5",
    minutes=12,
    difficulty=2,
    needs=("init_vae", "encode", "decode"),
    slow=True,
    hints=(
        "You have a loss, a start and data. Which arguments does `train.fit` want its loss to have, and in which "
        "order?",
        "`train.fit` calls loss(params, key, rows). Yours takes the key first. A small function in between, defined "
        "once and not inside `train_vae`, puts them in order.",
        "That function, the start, the key, the steps and `optax.adam` with its step size, `data=X` and the batch: "
        "the first of the two results is the answer.",
    ),
    checks=(
        training_makes_images_cheaper,
        all_kinds_of_images_are_learnt,
        the_key_decides,
    ),
    variants=(with_a_scan, adam_by_hand),
    mistakes=(
        Mistake(
            "start-returned",
            lambda key, params, X, steps: params,
            "After 300 steps the images cost what they cost before. What was trained is not what is returned.",
            caught_by=training_makes_images_cheaper,
        ),
        Mistake(
            "uphill",
            _with(sign=-1.0),
            "The loss rises, step by step. The loop makes small what it is given; which sign has what you gave it?",
            caught_by=training_makes_images_cheaper,
        ),
        Mistake(
            "first-rows-only",
            _with(rows=lambda key, X: jnp.arange(min(60, len(X)))),
            "Every step sees the same first rows of X. They are reconstructed well, and every other digit badly. A "
            "step should draw its rows from all.",
            also=lambda key, params, X, steps: train_vae(key, params, X[:50], steps),
            caught_by=all_kinds_of_images_are_learnt,
        ),
        Mistake(
            "fixed-key-inside",
            one_edit("params, key, steps", "params, jax.random.key(0), steps"),
            "Two keys and one and the same run. To know how much of a result is luck one has to be able to run again.",
            caught_by=the_key_decides,
        ),
    ),
    answer="""
A loss in the order of arguments that the loop wants, Adam, and rows drawn anew for each step. The whole run is one
`lax.scan` on compiled code: Python does not come in between two steps, which is most of what makes it fast.

The learning rate of 0.001 is Adam's usual one. At 0.1 the log-variances run away within a few steps and the loss is
nan, which `train.fit` says, with what to try.
""",
    afterword="Both networks were trained by one gradient of one number. `solutions/vae_fast.py` takes the same steps, "
    "with the slope of the Bernoulli score written down instead of left to autodiff, and an epoch as one program that "
    "reuses its memory.",
)
