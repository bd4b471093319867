"""Sections 1 and 2 with data and settings at the edge: a sentence where something is wrong, else a number."""

import jax.numpy as jnp
import numpy as np
import pytest

from dflvi import plots
from solutions.cavi.cavi import cavi
from solutions.conjugacy.affine_gaussian_logpdf import affine_gaussian_logpdf
from solutions.conjugacy.log_likelihood import log_likelihood
from solutions.conjugacy.posterior import posterior


def test_a_singular_matrix_has_no_density_and_no_picture():
    flat = jnp.array([[1.0, 2.0], [2.0, 4.0]])
    assert not np.isfinite(affine_gaussian_logpdf(jnp.ones(2), flat, jnp.zeros(2)))
    with pytest.raises(ValueError, match="onto a line.*determinant is not 0"):
        plots.affine_image({"flat": flat}, jnp.zeros(2), affine_gaussian_logpdf)


@pytest.mark.parametrize("which", ["var", "var0"])
def test_a_variance_of_zero_is_refused_in_words(which):
    with pytest.raises(ValueError, match="variance of 0 is a certainty"):
        plots.from_prior_to_posterior(jnp.ones(20), log_likelihood, posterior, **{which: 0.0})


def test_without_data_the_posterior_is_the_prior_and_the_figures_say_so():
    mean, var = posterior(jnp.zeros(0), 0.5, 3.0, 2.0)
    assert (float(mean), float(var)) == pytest.approx((0.5, 3.0))
    with pytest.raises(ValueError, match="There are 0 data"):
        plots.from_prior_to_posterior(jnp.zeros(0), log_likelihood, posterior)
    found = cavi(jnp.zeros(0), jnp.array([0.3, 1.0]), jnp.ones(2), 4.0)
    np.testing.assert_allclose([found.m, found.s2], [[0.0, 0.0], [4.0, 4.0]])
    with pytest.raises(ValueError, match="q is the prior"):
        plots.mixture(np.zeros(0), found)


def test_more_components_than_data_are_lawful():
    found = cavi(jnp.array([-9.0, 9.0]), jnp.array([-8.0, 8.0, 30.0, -30.0]), jnp.ones(4), 4.0)
    assert np.all(np.diff(found.elbos) > -1e-4)
    np.testing.assert_allclose(found.phi.sum(axis=1), 1, atol=1e-5)
    # Two of them have no data left and say what the prior says.
    np.testing.assert_allclose(found.s2[2:], 4.0, rtol=1e-3)
    np.testing.assert_allclose(found.m[2:], 0.0, atol=1e-3)


def test_equal_starting_means_never_separate():
    found = cavi(jnp.array([-3.0, -2.5, 3.0, 2.5]), jnp.full(2, 0.7), jnp.ones(2), 4.0)
    assert found.m[0] == found.m[1]
