"""What the helpers of 5.5 and 5.6 say to input that cannot work: one sentence each on what to do."""

import jax
import numpy as np
import pytest

from dflvi import data, targets
from solutions.flows.energy import energy
from solutions.flows.fit_nice import fit_nice


def test_values_that_are_nan_are_told_with_their_place():
    train, test = np.random.default_rng(0).normal(size=(2, 20, 3))
    test[4, 2] = np.nan
    with pytest.raises(data.DataError, match=r"infinite: 1, .*row 4, column 2.*leave such rows away"):
        data.standardised(train, test)


def test_a_constant_column_is_told():
    train = np.random.default_rng(0).normal(size=(20, 3))
    train[:, 1] = 7.5
    with pytest.raises(data.DataError, match=r"Column 1 is constant \(7\.5 in every row\).*leave the column away"):
        data.standardised(train)


def test_standardised_takes_the_numbers_of_the_training_part():
    train, test = np.random.default_rng(0).normal(3, 2, size=(500, 2)), np.full((1, 2), 3.0)
    scaled, other = data.standardised(train, test)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(scaled.std(axis=0), 1, atol=1e-5)
    np.testing.assert_allclose(other, (test - train.mean(axis=0)) / train.std(axis=0), rtol=1e-5)


def test_no_layers_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match="nothing to train"):
        fit_nice(jax.random.key(0), np.zeros((5, 2), np.float32), 0, 1)


def test_an_energy_that_does_not_fade_is_told_and_a_window_is_proposed():
    for name in ("U2", "U3", "U4"):
        with pytest.raises(targets.NotNormalisable, match=r"does not fade.*windowed"):
            targets.log_normalizer(energy(name))
        assert np.isfinite(targets.log_normalizer(targets.windowed(energy(name))))


def test_log_normalizers_are_right_where_they_are_known():
    hill = lambda z: 0.5 * (z[0] / 0.7) ** 2 + 0.5 * (z[1] - 1) ** 2  # noqa: E731
    assert targets.log_normalizer(hill) == pytest.approx(np.log(2 * np.pi * 0.7), abs=1e-6)


def test_an_energy_that_is_nan_is_told():
    with pytest.raises(targets.NotNormalisable, match="nan somewhere"):
        targets.log_normalizer(lambda z: z @ z + 0 * z[0] / z[0])


def test_an_unknown_energy_is_told_which_there_are():
    with pytest.raises(ValueError, match="U1, U2, U3 and U4"):
        energy("U5")
