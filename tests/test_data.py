"""The data sets: what they are, and what a damaged copy says."""

import shutil

import numpy as np
import pytest

from dflvi import data


@pytest.fixture(params=["checkout", "wheel"])
def copy(request, tmp_path, monkeypatch):
    """A copy of the data that a test may spoil, laid out as in a checkout or as in a wheel."""
    package = tmp_path / "dflvi"
    folder = tmp_path / "data" if request.param == "checkout" else package / "_data"
    shutil.copytree(data._folder(), folder)
    monkeypatch.setattr(data, "_PACKAGE", package)
    return folder


def test_mnist_is_5000_digits_in_mixed_order():
    images, labels = data.load_mnist()
    assert (images.shape, images.dtype) == ((5000, 784), np.uint8)
    assert (labels.shape, labels.dtype) == ((5000,), np.uint8)
    assert np.array_equal(np.bincount(labels), np.full(10, 500))
    assert len(np.unique(images, axis=0)) == 5000
    assert np.bincount(labels[-1000:], minlength=10).min() > 70, "a plain split must have every class"
    assert images.max() == 255
    ink = np.array([images[labels == digit].mean() for digit in range(10)])
    assert ink.argmin() == 1, "a one has the least ink, or labels and images do not belong together"
    assert ink.argmax() == 0


def test_galaxies_are_the_82_velocities_without_the_misprint():
    velocities = data.load_galaxies()
    assert (velocities.shape, velocities.dtype) == ((82,), np.float64)
    assert np.all(np.diff(velocities) > 0)
    assert (velocities[0], velocities[77], velocities[-1]) == (9172, 26960, 34279)
    assert velocities.sum() == 1708180


@pytest.mark.parametrize(
    ("name", "load"), [("mnist_5k.npz", data.load_mnist), ("galaxies.csv", data.load_galaxies)]
)
class TestABadCopySaysWhatToDo:
    remedy = r"(Put it back: git checkout -- data|Install dflvi again .*pip install --force-reinstall)"

    def test_one_byte_changed(self, copy, name, load):
        content = bytearray((copy / name).read_bytes())
        content[len(content) // 2] ^= 1
        (copy / name).write_bytes(content)
        with pytest.raises(data.DataError, match=rf"{name} is damaged.*{self.remedy}"):
            load()

    def test_cut_short(self, copy, name, load):
        (copy / name).write_bytes((copy / name).read_bytes()[:100])
        with pytest.raises(data.DataError, match=rf"{name} is damaged.*{self.remedy}"):
            load()

    def test_missing(self, copy, name, load):
        (copy / name).unlink()
        with pytest.raises(data.DataError, match=rf"{name} cannot be read.*{self.remedy}"):
            load()

    def test_no_checksums(self, copy, name, load):
        (copy / "SHA256SUMS").unlink()
        with pytest.raises(data.DataError, match=rf"SHA256SUMS cannot be read.*{self.remedy}"):
            load()


def test_the_remedy_fits_the_place(copy):
    (copy / "galaxies.csv").unlink()
    with pytest.raises(data.DataError) as caught:
        data.load_galaxies()
    assert ("git checkout" in str(caught.value)) == (copy.name == "data")
    assert isinstance(caught.value, RuntimeError)
