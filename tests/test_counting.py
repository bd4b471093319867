"""`dflvi.counting`: tanhs in programs of every form, and times."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dflvi import counting


def in_a_loop(w, z):
    for _ in range(3):
        z = jnp.tanh(w @ z) * z
    return z


def in_a_scan(w, z):
    return jax.lax.scan(lambda z, _: (jnp.tanh(w * z), None), z, None, length=5)[0]


def in_a_fori_loop(w, z):
    return jax.lax.fori_loop(0, 7, lambda _, a: jnp.tanh(a), w @ z)


def in_a_branch(w, z):
    return jax.lax.cond(z[0] > 0, lambda z: jnp.tanh(z), lambda z: z, z)


def in_a_jit(w, z):
    return jax.jit(in_a_loop)(w, z)


def in_numpy(w, z):
    for _ in range(4):
        z = np.tanh(np.asarray(w) @ np.asarray(z)) * np.ones(2)
    return z


def in_a_while_loop(w, z):
    return jax.lax.while_loop(lambda a: a > 0.5, jnp.tanh, w @ z)


@pytest.mark.parametrize(
    ("f", "n"),
    [(in_a_loop, 3), (in_a_scan, 10), (in_a_fori_loop, 7), (in_a_branch, 2), (in_a_jit, 3), (in_numpy, 4),
     (in_a_while_loop, None)],
)  # fmt: skip
def test_tanhs_are_counted(f, n):
    assert counting.tanhs(f, jnp.array([0.5, -1.0]), jnp.array([1.0, 2.0])) == n


def test_numpy_is_itself_again():
    before = np.tanh
    counting.tanhs(in_numpy, np.ones(2), np.ones(2))
    assert np.tanh is before


@pytest.mark.parametrize("f", [in_a_scan, in_numpy])
def test_a_time_is_taken(f):
    assert 0 < counting.seconds(f, jnp.array([0.5, -1.0]), jnp.ones((3, 2)), for_at_most=0.01) < 5
