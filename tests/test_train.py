"""How notebooks call a learner's function: as a whole where JAX can trace it, else as it is."""

import jax.numpy as jnp
import numpy as np
import pytest

from dflvi import train

X = np.array([0.5, -1.0, 2.0], np.float32)


def traced(calls):
    def square(x, n=2):
        calls.append(x)
        return x**n

    return square


def in_numpy(x, n=2):
    return float(x) ** n if np.ndim(x) == 0 else np.asarray(x) ** n


def test_compiled_traces_once():
    calls = []
    f = train.compiled(traced(calls), 1)
    for _ in range(3):
        np.testing.assert_allclose(f(X, 3), X**3)
    assert len(calls) == 1
    np.testing.assert_allclose(f(X, 2), X**2)
    assert len(calls) == 2


def test_compiled_and_mapped_take_what_jax_cannot_trace():
    np.testing.assert_allclose(train.compiled(in_numpy, 1)(X, 3), X**3)
    np.testing.assert_allclose(train.mapped(in_numpy, jnp.asarray(X)), X**2)


def test_an_error_of_the_function_comes_through():
    def broken(x):
        raise ValueError("in my own words")

    with pytest.raises(ValueError, match="in my own words"):
        train.compiled(broken)(X)


def test_full_or_quick(monkeypatch):
    monkeypatch.setenv("DFLVI_QUICK", "1")
    assert train.full_or_quick(600, 60) == 60
    monkeypatch.delenv("DFLVI_QUICK")
    assert train.full_or_quick(600, 60) == 600
