"""What the checks of coupling flows share: parameters full of random numbers, and how two results are related."""

from typing import Any

import numpy as np

from dflvi.checking.compare import array

NO_NUMBER = 9.0  # the ratio of two things that are no multiple of each other


def random_params(attempt: Any, d: int, n_layers: int, hidden: int = 8, sd: float = 0.3) -> Any:
    """What the learner's `init_nice` makes, with N(0, sd^2) in every floating leaf.

    Draw points before this: how many random numbers it takes depends on the structure.
    """
    params = attempt.companion("init_nice").keep(attempt.key(), d, n_layers, hidden)
    return params.filled(lambda shape: sd * attempt.rng.normal(size=shape))


def zero_params(attempt: Any, d: int, n_layers: int, hidden: int = 8) -> Any:
    """The same with every floating leaf 0."""
    params = attempt.companion("init_nice").keep(attempt.key(), d, n_layers, hidden)
    return params.filled(lambda shape: np.zeros(shape))


def ratio(got: np.ndarray, want: np.ndarray, close: float = 2e-3) -> float:
    """The c for which got = c want in every entry, NO_NUMBER where there is none.

    A mistake is recognised by such a number whatever the structure of the parameters is.
    """
    got, want = (np.asarray(one, np.float64).ravel() for one in (got, want))
    square = float(want @ want)
    if square < 1e-12 or not np.isfinite(got).all():
        return NO_NUMBER
    c = float(got @ want) / square
    return c if np.abs(got - c * want).max() <= close * (1 + abs(c)) * np.abs(want).max() else NO_NUMBER


def largest(got: Any, want: Any) -> float:
    """The largest absolute difference; infinite where a number is not finite or the shapes differ."""
    got, want = (np.asarray(array(one), np.float64) for one in (got, want))
    if got.shape != want.shape or not np.isfinite(got).all():
        return np.inf
    return float(np.abs(got - want).max(initial=0.0))
