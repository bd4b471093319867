"""Functions of the same equations share a compiled program, and no others do."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dflvi.checking import programs
from dflvi.checking.here import Here, compiler_options, float64

X = np.arange(6, dtype=np.float32).reshape(3, 2) - 2.5
A, B = np.array([1.0, 2.0], np.float32), np.array([1.0, 2.0000002], np.float32)


@pytest.fixture(autouse=True)
def _none_kept(monkeypatch):
    monkeypatch.setattr(programs, "_compiled", type(programs._compiled)())


def run(fn, *arguments):
    return programs.compiled(jax.jit(fn).trace(*arguments), arguments, compiler_options())(*arguments)


def affine(scale, shift=0.5):
    return lambda x: jax.nn.relu(x * scale) + shift


@pytest.mark.parametrize(
    "make",
    [
        lambda: affine(A),
        lambda: jax.vmap(affine(A)),
        lambda: jax.grad(lambda x: affine(A)(x).sum()),
        lambda: jax.jacfwd(affine(A)),
        lambda: lambda x: jax.lax.scan(lambda c, y: (c + y, c * A), x[0], x)[1],
        lambda: lambda x: jax.lax.cond(x.sum() > 0, affine(A), affine(B), x),
        lambda: lambda x: x + jax.random.normal(jax.random.split(jax.random.key(3))[0], x.shape),
        lambda: lambda x: {"mean": x.mean(), "parts": (x, x[0])},
    ],
)
def test_the_same_function_made_anew_is_compiled_once(make):
    first, second = run(make(), X), run(make(), X)
    assert len(programs._compiled) == 1
    assert jax.tree.structure(first) == jax.tree.structure(second)
    jax.tree.map(np.testing.assert_array_equal, first, second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (affine(A), affine(B)),
        (affine(A, 0.5), affine(A, 0.5000001)),
        (affine(A, 0.0), affine(A, -0.0)),
        (affine(A), affine(A[:1])),
        (lambda x: x[0] - x[1], lambda x: x[1] - x[0]),
        (lambda x: (x, x[0]), lambda x: [x, x[0]]),
        (lambda x: {"a": x}, lambda x: {"b": x}),
        (lambda x: (x, x + 1), lambda x: (x + 1, x)),
        (lambda x: x.sum(0), lambda x: x.sum(1)[:2]),
        (functools.partial(jax.lax.scan, lambda c, y: (c + y, c), X[0]),
         functools.partial(jax.lax.scan, lambda c, y: (c + y, y), X[0])),
        (lambda x: x + jax.random.normal(jax.random.key(3)), lambda x: x + jax.random.normal(jax.random.key(4))),
    ],
)  # fmt: skip
def test_functions_that_differ_at_all_do_not_share(one, other):
    for fn in (one, other):
        got, expected = run(fn, X), fn(jnp.asarray(X))
        assert jax.tree.structure(got) == jax.tree.structure(expected)
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-6), got, expected)
    assert len(programs._compiled) == 2


def test_a_function_with_an_effect_of_its_own_is_compiled_each_time():
    heard = []
    for word in ("one", "two"):
        def told(x, word=word):
            jax.debug.callback(lambda: heard.append(word))
            return x

        run(told, X)
    jax.effects_barrier()
    assert heard == ["one", "two"]


def test_precision_is_told_apart():
    assert run(lambda x: x / 3, 2.0).dtype == np.float32
    with float64():
        assert run(lambda x: x / 3, 2.0).dtype == np.float64


def test_the_oldest_goes_when_there_are_many(monkeypatch):
    monkeypatch.setattr(programs, "_MANY", 3)
    for shift in range(5):
        run(affine(A, float(shift)), X)
    assert len(programs._compiled) == 3


def test_a_global_that_changed_is_seen():
    names = {"factor": 2.0}
    exec("def scaled(x):\n    return x * factor\n", names)
    results = []
    for names["factor"] in (2.0, 3.0, 2.0):
        results.append(Here({"scaled": names["scaled"]}).call("scaled", (), (X,), {}))
    np.testing.assert_allclose(results, [2 * X, 3 * X, 2 * X])
    assert len(programs._compiled) == 2
