"""The data sets of the notebooks. They come with the package: nothing is downloaded."""

import hashlib
import io
from pathlib import Path

import numpy as np

_PACKAGE = Path(__file__).parent


class DataError(RuntimeError):
    """A data file is missing or damaged."""


def load_mnist() -> tuple[np.ndarray, np.ndarray]:
    """5,000 handwritten digits, 500 of each, in a fixed random order (LeCun and Cortes).

    Returns:
        images: uint8 [5000, 784], rows of 28 x 28 grey values, 0 (paper) to 255 (ink).
        labels: uint8 [5000], the digit.
    """
    with np.load(io.BytesIO(_read("mnist_5k.npz")), allow_pickle=False) as file:
        return file["images"], file["labels"]


def load_galaxies() -> np.ndarray:
    """Velocities of 82 galaxies moving away from us, in km/s, ascending: float64 [82].

    Measured by Postman, Huchra and Geller (1986) in six narrow cones towards Corona Borealis;
    clusters in velocity are clusters in space (Roeder 1990).
    """
    return np.array(_read("galaxies.csv").decode().split()[1:], dtype=np.float64)


def _folder() -> Path:
    """In a wheel the data lie inside the package; in a checkout, beside it."""
    inside = _PACKAGE / "_data"
    return inside if inside.is_dir() else _PACKAGE.parent / "data"


def _read(name: str) -> bytes:
    """The bytes of a data file, if they are the bytes that SHA256SUMS promises."""
    folder = _folder()
    try:
        content = (folder / name).read_bytes()
        promised = (folder / "SHA256SUMS").read_text().splitlines()
    except OSError as error:
        raise _error(folder, f"The data file {error.filename} cannot be read ({error.strerror})") from error
    if f"{hashlib.sha256(content).hexdigest()}  {name}" not in promised:
        raise _error(folder, f"The data file {folder / name} is damaged: SHA256SUMS promises other bytes")
    return content


def _error(folder: Path, what: str) -> DataError:
    if folder.name == "_data":
        remedy = "Install dflvi again from its wheel: pip install --force-reinstall --no-deps THE_WHEEL"
    else:
        remedy = "Put it back: git checkout -- data"
    return DataError(f"{what}. {remedy}")
