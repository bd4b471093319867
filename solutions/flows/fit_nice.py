"""5.5  A chain of coupling layers, fitted by maximum likelihood."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from dflvi import train
from dflvi.checking.compare import Wrong, array, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key
from solutions.flows.init_nice import init_nice
from solutions.flows.nice_logprob import nice_logprob


def fit_nice(key: Key, X: Float[Array, "n d"], n_layers: int, steps: int) -> Any:
    """Fit your flow to data by maximum likelihood.

    Args:
        key: for the start and for the batches; the same key gives the same result.
        X: data, [n, d]. They are taken as they come: what you return is a model of X and of no rescaled version of it.
            Nothing in X is nan.
        n_layers: number of coupling layers, a Python int, at least 1. For 0 raise a ValueError that says in a sentence
            that there is nothing to train.
        steps: number of steps of the optimiser, a Python int.

    Returns:
        parameters as `init_nice` makes them, after the steps.

    Each step climbs the mean of `nice_logprob` over a batch drawn anew from X, 256 rows or so. The number of hidden
    units and the step size are yours: about 64, and 0.005 to 0.01 for Adam, falling to zero, do well; deep chains are
    quieter with gradients clipped. A check gives you
    up to 600 steps. (`dflvi.train.fit` is there to be used.)
    """
    if n_layers < 1:
        raise ValueError(f"A flow of {n_layers} layers has nothing to train. Ask for one layer at least.")
    X, (key_start, key_fit) = jnp.asarray(X), jax.random.split(key)
    params = init_nice(key_start, X.shape[1], n_layers, 64)

    def loss(params, key):
        batch = X[jax.random.randint(key, (256,), 0, len(X))]
        return -jnp.mean(jax.vmap(nice_logprob, (None, 0))(params, batch))

    adam = optax.adam(optax.cosine_decay_schedule(0.01, steps))
    return train.fit(loss, params, key_fit, steps, optax.chain(optax.clip_by_global_norm(1.0), adam))[0]


# ---- other right answers ----------------------------------------------------------------------


def epochs_and_a_clipped_rmsprop(key, X, n_layers, steps):
    """A loop of its own: batches in the order of a shuffle, gradients clipped, Adam with a fixed rate and averaging."""
    if n_layers == 0:
        raise ValueError("No layers, no training.")
    n, d = X.shape
    params = init_nice(jax.random.fold_in(key, 0), d, n_layers, 48)
    optimizer = optax.chain(optax.clip_by_global_norm(5.0), optax.adam(0.004))

    def mean_nll(params, batch):
        return -jax.vmap(lambda x: nice_logprob(params, x))(batch).mean()

    def step(carry, t):
        params, state, mean = carry
        order = jax.random.permutation(jax.random.fold_in(key, 1 + t), n)[:200]
        updates, state = optimizer.update(jax.grad(mean_nll)(params, X[order]), state, params)
        params = optax.apply_updates(params, updates)
        mean = jax.tree.map(lambda a, b: 0.98 * a + 0.02 * b, mean, params)
        return (params, state, mean), None

    return jax.lax.scan(step, (params, optimizer.init(params), params), jnp.arange(steps))[0][2]


# ---- checks: cheap to deep --------------------------------------------------------------------


def _nll(attempt, params, X, where):
    """Mean of minus the learner's log density over rows of X."""
    values = array(attempt.companion("nice_logprob").vmap(None, 0)(params, X.astype(np.float32)), "nice_logprob")
    if values.shape != X.shape[:1]:
        raise Wrong("`nice_logprob` of these parameters does not give one number for a point.", where=where)
    nll = -float(np.mean(values, dtype=np.float64))
    if not np.isfinite(nll):
        raise Wrong("The log density of new data is not finite after the fit. Did a log-scale run away? "
                    "Look at the largest of them, and at your step size.", where=where)  # fmt: skip
    return nll


def a_slanted_cloud_is_modelled_where_it_is(attempt):
    # Correlation 0.9, off the middle, on another scale than N(0, I): to get it two layers have to do something.
    where = "a Gaussian cloud in the plane, not standardised; n_layers = 2, steps = 300; 1000 new points"
    factor = np.array([[0.7, 0.0], [1.62, 0.785]])
    draw = lambda n: np.array([1.5, -1.0]) + attempt.rng.normal(size=(n, 2)) @ factor.T  # noqa: E731
    X, new = draw(1000).astype(np.float32), draw(1000)
    nll = _nll(attempt, attempt.keep(attempt.key(), X, 2, 300), new, where)
    best = 1 + np.log(2 * np.pi) + np.log(np.linalg.det(factor))
    # A right fit ends 0.02 above the entropy of the law, and a mean over 1000 points is good to 0.03.
    holds(nll < best + 0.35, "New data of the same kind are improbable under the fit.",
          value=np.log(np.clip(nll - best, 0.35, 1e9)), tolerance=0.1, where=where,
          expected=f"about {best:.2f} nats a point", got=f"{nll:.2f} nats")  # fmt: skip


def two_moons_are_learned(attempt):
    where = "two moons, standardised; n_layers = 4, steps = 600; 1000 new points"
    X, new = _moons(attempt.rng, 2000), _moons(attempt.rng, 1000)
    nll = _nll(attempt, attempt.keep(attempt.key(), X, 4, 600), new, where)
    # At 600 steps right answers reach 1.5 to 1.9; without a flow it is log(2 pi) + 1 = 2.84.
    holds(nll < 2.2, "Held-out data are hardly more probable than under a plain Gaussian.",
          value=float(np.clip(nll, 2.2, 6)), tolerance=0.15, where=where, expected="1.5 to 2.0 nats a point",
          got=f"{nll:.2f} nats, where N(0, I) has 2.84")  # fmt: skip


def _moons(rng, n):
    angle, second = rng.uniform(0, np.pi, n), rng.random(n) < 0.5
    x = np.where(second, 1 - np.cos(angle), np.cos(angle))
    y = np.where(second, 0.5 - np.sin(angle), np.sin(angle))
    points = np.stack([x, y], axis=1) + 0.06 * rng.normal(size=(n, 2))
    return ((points - (0.5, 0.25)) / (0.87, 0.50)).astype(np.float32)


# ---- known wrong answers ----------------------------------------------------------------------


def _rows(key, X):
    return X[jax.random.randint(key, (256,), 0, len(X))]


def _fit(key, X, n_layers, steps, sign=1.0, rate=0.005, batch=_rows):
    def loss(params, key):
        return -sign * jnp.mean(jax.vmap(nice_logprob, (None, 0))(params, batch(key, X)))

    start = init_nice(key, X.shape[1], n_layers, 64)
    return train.fit(loss, start, jax.random.fold_in(key, 1), steps, optax.adam(rate))[0]


def _columns_apart(key, X):
    keys = jax.random.split(key, X.shape[1])
    rows = jax.vmap(lambda one: jax.random.randint(one, (256,), 0, len(X)), out_axes=1)(keys)
    return jnp.take_along_axis(X, rows, axis=0)


exercise = Exercise(
    fit_nice,
    question="5.5",
    minutes=20,
    difficulty=1,
    needs=("init_nice", "nice_logprob"),
    slow=True,
    hints=(
        "Maximum likelihood: which number of a batch should become large, and what does `train.fit` want?",
        "The loss of (params, key) draws row numbers with the key, takes those rows of X, and averages.",
        "Minus the mean of `nice_logprob`, mapped over the batch, as the loss; parameters from `init_nice` with one "
        "half of the key; `train.fit` with the other half and `optax.adam`.",
    ),
    checks=(a_slanted_cloud_is_modelled_where_it_is, two_moons_are_learned),
    variants=(epochs_and_a_clipped_rmsprop,),
    mistakes=(
        Mistake(
            "returns-the-start",
            one_edit("return train.fit(loss, params, key_fit, steps, optax.chain", "return params or (0, optax.chain"),
            "The flow that comes back has learned nothing: it is the one that `init_nice` made. Which of your two sets "
            "of parameters is the trained one?",
            also=lambda key, X, n_layers, steps: init_nice(key, X.shape[1], n_layers, 64),
            caught_by=a_slanted_cloud_is_modelled_where_it_is,
        ),
        Mistake(
            "downhill",
            lambda key, X, n_layers, steps: _fit(key, X, n_layers, steps, sign=-1.0, rate=1e-3),
            "With every step the data become less probable. Does `train.fit` make a loss larger or smaller?",
            caught_by=a_slanted_cloud_is_modelled_where_it_is,
        ),
        Mistake(
            "standardised-inside",
            lambda key, X, n_layers, steps: _fit(key, (X - X.mean(axis=0)) / X.std(axis=0), n_layers, steps),
            "Your flow models a cloud around the origin with spreads of one. The data that were handed in lie "
            "elsewhere and are on another scale; who uses your flow has only these.",
            also=lambda key, X, n_layers, steps: fit_nice(key, (X - X.mean(axis=0)) / X.std(axis=0), n_layers, steps),
            caught_by=a_slanted_cloud_is_modelled_where_it_is,
        ),
        Mistake(
            "columns-drawn-apart",
            lambda key, X, n_layers, steps: _fit(key, X, n_layers, steps, batch=_columns_apart),
            "Each column is modelled well by itself, and they are taken for independent. Are the rows of your batch "
            "rows of the data?",
            caught_by=a_slanted_cloud_is_modelled_where_it_is,
        ),
        Mistake(
            "too-few-steps",
            lambda key, X, n_layers, steps: _fit(key, X, n_layers, 300 if n_layers == 2 else 20),
            "A plain cloud is learned, two moons are not: the fit is on its way when it stops. Does the number of "
            "steps do what it says?",
            also=lambda key, X, n_layers, steps: fit_nice(key, X, n_layers, 300 if n_layers == 2 else 20),
            caught_by=two_moons_are_learned,
        ),
    ),
    answer="""
The likelihood of a flow is a formula, so that fitting one is plain minimisation: no bound, no sample of a latent
variable, no second network. What has to be watched is the scale of things. Held-out data, not the batch, tell how good
the fit is, and data that were standardised tell a log density per standardised unit: a number that can be compared with
others only where the standardisation is the same.
""",
    afterword="Maximum likelihood without a bound: what the evidence of section 4 hid is a formula here. "
    "`solutions/coupling_fast.py` has the same flow laid out for speed: each coordinate is one long vector, and one "
    "loop goes over the stacked networks.",
)
