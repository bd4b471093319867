"""The blocked CAVI against the formulas in NumPy float64, and against the exercise's own reference."""

import jax
import numpy as np
import pytest

from solutions.cavi.cavi_step import cavi_step
from solutions.cavi_in_blocks import BLOCK, Means, fit, in_blocks

SIGMA2 = 9.0


def problem(n, d, k):
    rng = np.random.default_rng(n)
    centres = 4 * rng.normal(size=(k, d))
    x = centres[np.arange(n) % k] + rng.normal(size=(n, d))
    start = Means(centres + 0.5 * rng.normal(size=(k, d)), rng.uniform(0.1, 0.6, k))
    return x.astype(np.float32), Means(*(part.astype(np.float32) for part in start))


def one_iteration_in_numpy(x, q, sigma2):
    x, m, s2 = (np.asarray(part, np.float64) for part in (x, *q))
    logits = x @ m.T - 0.5 * (x.shape[1] * s2 + np.sum(m**2, axis=1))
    phi = np.exp(logits - logits.max(axis=1, keepdims=True))
    phi /= phi.sum(axis=1, keepdims=True)
    s2 = 1 / (1 / sigma2 + phi.sum(axis=0))
    return Means(s2[:, None] * (phi.T @ x), s2)


@pytest.mark.parametrize(("n", "d", "k"), [(7, 3, 4), (BLOCK, 2, 3), (3 * BLOCK + 5, 2, 10), (0, 2, 3)])
def test_iterations_are_those_of_the_formulas(n, d, k):
    x, q = problem(n, d, k)
    want = q
    for _ in range(3):
        want = one_iteration_in_numpy(x, want, SIGMA2)
    got = fit(in_blocks(x), q, SIGMA2, 3)
    # Sums of n numbers in float32, block by block.
    np.testing.assert_allclose(got.m, want.m, rtol=2e-4, atol=2e-4)
    np.testing.assert_allclose(got.s2, want.s2, rtol=2e-5)


def test_scalars_are_the_step_of_the_exercise():
    x, q = problem(500, 1, 4)
    m, s2, _ = cavi_step(x[:, 0], q.m[:, 0], q.s2, SIGMA2)
    got = fit(in_blocks(x), q, SIGMA2, 1)
    np.testing.assert_allclose(got.m[:, 0], m, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(got.s2, s2, rtol=1e-5)


def test_no_array_has_an_entry_for_each_point_and_component():
    x, q = problem(10 * BLOCK, 2, 10)
    points = in_blocks(x)
    memory = jax.jit(fit, static_argnums=3).lower(points, q, SIGMA2, 5).compile().memory_analysis()
    assert memory.temp_size_in_bytes < 4 * 10 * len(x) / 2


def test_scalars_are_to_be_given_a_second_axis():
    with pytest.raises(ValueError, match=r"x\[:, None\]"):
        in_blocks(np.ones(5, np.float32))
