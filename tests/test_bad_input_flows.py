"""What a flow cannot be made of is refused in a sentence, and what is merely small is not refused."""

import jax
import jax.numpy as jnp
import pytest

from dflvi import plots
from solutions.flows import init_nice as exercise_of
from solutions.flows.init_nice import init_nice
from solutions.flows.nice_forward import nice_forward
from solutions.flows.nice_inverse import nice_inverse
from solutions.flows.nice_logprob import nice_logprob


def test_one_coordinate_cannot_be_coupled():
    with pytest.raises(ValueError, match="at least two coordinates, one to read and one to move; d is 1"):
        init_nice(jax.random.key(0), 1, 2, 8)


def test_an_answer_that_accepts_one_coordinate_is_told(home):
    def accepts(key, d, n_layers, hidden):
        return init_nice(key, max(d, 2), n_layers, hidden)

    verdict = exercise_of.exercise.check(accepts)
    assert verdict.status == "diagnosed"
    assert "d = 1" in verdict.message


def test_a_depth_of_zero_is_the_base_itself():
    params, x = init_nice(jax.random.key(0), 3, 0, 8), jnp.array([0.5, -1.0, 2.0])
    z, logdet = nice_forward(params, x)
    assert (z == x).all()
    assert logdet == 0
    assert (nice_inverse(params, x) == x).all()
    assert jnp.allclose(nice_logprob(params, x), jax.scipy.stats.norm.logpdf(x).sum())


def test_a_scale_that_overflows_is_named_with_its_remedy():
    with pytest.raises(ValueError, match="Did a scale overflow.* bound the log-scale evenly on both sides"):
        plots.grids_carried({"x exp(100)": lambda x: x * jnp.exp(100.0 * jnp.abs(x))})


def test_the_squashed_scale_stays_finite_far_out():
    params = jax.tree.map(lambda leaf: leaf + 1.0, init_nice(jax.random.key(1), 2, 4, 16))
    assert jnp.isfinite(nice_logprob(params, jnp.array([1e3, -1e3])))
