"""Section 3 with data and settings at the edge: a sentence where something is wrong, a number where nothing is."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dflvi import plots
from solutions.bbvi.bbvi_grad import bbvi_grad
from solutions.bbvi.bbvi_grad_samples import bbvi_grad_samples
from solutions.bbvi.fit_bbvi import fit_bbvi
from solutions.bbvi.svi import svi, without_replacement
from solutions.bbvi.to_natural import to_natural

KEY = jax.random.key(3)


def start(n, k):
    return {"m": jnp.linspace(-1.0, 1.5, k), "log_s": jnp.zeros(k), "logits": jnp.zeros((n, k))}


def legend(axes):
    figure_legends = [legend for legend in axes.figure.legends] or [axes.get_legend()]
    return [text.get_text() for text in figure_legends[0].get_texts()]


@pytest.mark.parametrize(("s", "n", "k"), [(1, 7, 3), (5, 1, 3), (5, 7, 1), (1, 1, 1)])
def test_one_sample_one_datum_one_component(s, n, k):
    x = jnp.linspace(-2.0, 3.0, n)
    samples = bbvi_grad_samples(start(n, k), KEY, x, 4.0, s, "graph", False)
    assert all(leaf.shape[0] == s and np.isfinite(leaf).all() for leaf in jax.tree.leaves(samples))
    mean = bbvi_grad(start(n, k), KEY, x, 4.0, s, "graph", False)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(mean))


def test_a_fit_that_diverges_is_named_in_the_figure():
    x = jnp.linspace(-2.0, 3.0, 7)
    _, elbos = fit_bbvi(start(7, 3), KEY, x, 4.0, 5, 40, 300.0, "graph", False)
    assert np.isfinite(elbos[0])
    assert not np.isfinite(elbos[-1])
    (says,) = legend(plots.elbo_traces({"rb": elbos}))
    assert says.startswith("rb: diverged at step ")
    assert "shorter steps" in says


def test_nan_in_the_data_is_named_in_the_figure():
    x = jnp.array([0.3, jnp.nan, 1.0])
    _, elbos = fit_bbvi(start(3, 2), KEY, x, 4.0, 5, 4, 0.1, "graph", True)
    (says,) = legend(plots.elbo_traces({"rb + cv": elbos}))
    assert "NaN in the data" in says


def test_a_run_of_svi_on_nan_is_named_in_the_figure():
    gap = np.array([1.0, 0.5, np.nan, np.nan])
    panels = {"batches of 2": (np.array([2, 4, 6, 8]), gap)}
    says = legend(plots.by_data_seen(panels, panels, 0.1)[0])
    assert "batches of 2: diverged at 6 data; take shorter steps" in says


def test_a_batch_larger_than_the_data_is_lawful_with_replacement_and_refused_in_a_sentence_without():
    x, eta0 = jnp.linspace(-2.0, 3.0, 7), to_natural(jnp.array([-1.0, 1.0]), jnp.ones(2))
    all_of_it = 4.0, 7, 12, 1.0, 0.7
    too_many = 4.0, 12, 12, 1.0, 0.7
    eta, _ = svi(KEY, x, eta0, *too_many)
    # The parts of the precision that the data give add up to those of 7 data, however many were drawn.
    assert float(-2 * eta[1].sum() - 2 / 4.0) == pytest.approx(7, rel=0.05)
    assert np.isfinite(without_replacement(KEY, x, eta0, *all_of_it)[0]).all()
    with pytest.raises(ValueError, match="12.*7"):
        without_replacement(KEY, x, eta0, *too_many)
