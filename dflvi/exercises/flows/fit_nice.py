"""5.5  A chain of coupling layers, fitted by maximum likelihood."""

# Built from solutions/flows/fit_nice.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Wrong, array, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


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
    raise NotImplementedError("yours to write")


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
)
