"""The data sets of the notebooks. They come with the package: nothing is downloaded."""

import gzip
import hashlib
import io
import os
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


def binary(images: np.ndarray) -> np.ndarray:
    """Grey values 0 to 255, or 0 to 1, cut at the middle: float32 zeros and ones, an image a row [n, D]."""
    images = np.asarray(images)
    top = 255 if images.dtype == np.uint8 or images.max(initial=0) > 1 else 1
    return (images.reshape(len(images), -1) >= (128 if top == 255 else 0.5)).astype(np.float32)


def expect_binary(x) -> None:
    """Say in a sentence what is wrong with images, if they are not zeros and ones in rows [n, D].

    Under `jit` there are no numbers to look at yet; then only the shape is judged.

    Raises:
        DataError: labels, one image without its batch, pixels from 0 to 255, greys, nan.
    """
    shape = np.shape(x)
    if len(shape) == 1:
        one = " If it is one image, give it as a batch of one: x[None]." if shape[0] > 1 else ""
        raise DataError(
            f"Images are expected, a row each, shape (n, D); this has shape {shape}. Are these the labels?{one}"
        )
    if len(shape) != 2:
        raise DataError(
            f"Images are expected as rows, shape (n, D); this has shape {shape}. Try x.reshape(len(x), -1)."
        )
    if 0 in shape:
        raise DataError(f"There is nothing to learn from: the images have shape {shape}.")
    try:
        values = np.asarray(x)
    except TypeError:  # a tracer; JAX's error is one
        return
    if values.dtype.kind not in "biuf":
        raise DataError(f"Images of zeros and ones are expected; this holds {values.dtype}.")
    bad = int(np.sum(~np.isfinite(values)))
    if bad:
        raise DataError(f"{bad:,} of {values.size:,} pixels are nan or infinite. Take those images out first.")
    low, high = float(values.min()), float(values.max())
    if high > 1 or low < 0:
        raise DataError(
            f"Pixels from {low:g} to {high:g}: zeros and ones are expected. Make them so: data.binary(images)."
        )
    if not np.all((values == 0) | (values == 1)):
        raise DataError(
            "Some pixels are grey, between 0 and 1: their Bernoulli score is no log-probability, and the bound bounds "
            "nothing. Make them binary: data.binary(images)."
        )


_FULL = {  # name -> where it may be had, and the published digests of its files
    "fashion-mnist": (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        {
            "train-images-idx3-ubyte.gz": "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "md5:25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "md5:bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "md5:bb300cfdad3c16e7a12a480ee83cd310",
        },
    ),
    "mnist": (
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
        {
            "train-images-idx3-ubyte.gz": "sha256:440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            "train-labels-idx1-ubyte.gz": "sha256:3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            "t10k-images-idx3-ubyte.gz": "sha256:8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            "t10k-labels-idx1-ubyte.gz": "sha256:f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        },
    ),
}
_PARTS = {"train": "train", "test": "t10k"}  # and how their files begin
# Where Debian's package dataset-fashion-mnist puts them.
_DEBIAN = (Path("/usr/share/datasets/fashion-mnist"),)


def fetch_full(name: str, part: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """60,000 images and their labels: "mnist" or "fashion-mnist", as `load_mnist` gives its 5,000.

    With part="test" the 10,000 others that are kept for judging what was learned from the first.

    Fetched once, with a progress bar and a checked digest, into the cache folder of the user (or the one that
    DFLVI_DATA names); a file that was fetched is never asked for again, and one that was cut short is not kept. Where
    the Debian package dataset-fashion-mnist is installed, its files are read instead. Needs `pip install
    "dflvi[data]"` unless the files are there already. Nothing in the course depends on it.

    Raises:
        DataError: an unknown name or part, no network, no pooch, or other bytes than promised.
    """
    if name not in _FULL:
        raise DataError(f"There is no data set {name!r}. There are: {', '.join(sorted(_FULL))}.")
    if part not in _PARTS:
        raise DataError(f"There is no part {part!r} of {name}. There are: {', '.join(_PARTS)}.")
    address, digests = _FULL[name]
    images, labels = (
        _idx(_fetched(name, file, address, digest))
        for file, digest in digests.items()
        if file.startswith(_PARTS[part])
    )
    return images.reshape(len(images), -1), labels


def _fetched(name: str, file: str, address: str, digest: str) -> Path:
    if name == "fashion-mnist":
        for folder in _DEBIAN:
            if (folder / file).is_file():
                return folder / file
    offline = (
        f"The course does not need it: load_mnist() has 5,000 digits. Or put {file} into a folder NAME/{name} and set "
        "DFLVI_DATA=NAME."
    )
    own = os.environ.get("DFLVI_DATA")
    if own and _is_promised(Path(own) / name / file, digest):
        return Path(own) / name / file
    try:
        import pooch
    except ImportError:
        raise DataError(
            f'To fetch {name}, install what fetches it: pip install "dflvi[data]". {offline}'
        ) from None
    folder = Path(own) / name if own else Path(pooch.os_cache("dflvi")) / name
    try:
        return Path(pooch.retrieve(f"{address}{file}", digest, fname=file, path=folder, progressbar=True))
    except ValueError as error:  # pooch has thrown away what it got
        raise DataError(f"What {address} sent for {file} is not what was promised ({error}). {offline}") from error
    except Exception as error:  # requests, urllib and the disk each have their own
        raise DataError(
            f"{file} cannot be fetched from {address} ({type(error).__name__}). Is there a network? Files that were "
            f"fetched are kept, so that the next try goes on from there. {offline}"
        ) from error


def _is_promised(path: Path, digest: str) -> bool:
    kind, promised = digest.split(":")
    return path.is_file() and hashlib.new(kind, path.read_bytes()).hexdigest() == promised


def _idx(path: Path) -> np.ndarray:
    """The array of an IDX file: a magic number with the count of axes, their lengths, bytes."""
    try:
        with gzip.open(path) as file:
            content = file.read()
        axes = content[3]
        shape = np.frombuffer(content, ">u4", axes, 4).astype(int)
        return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise DataError(f"{path} is damaged ({error}). Remove it and try again.") from error


def load_galaxies() -> np.ndarray:
    """Velocities of 82 galaxies moving away from us, in km/s, ascending: float64 [82].

    Measured by Postman, Huchra and Geller (1986) in six narrow cones towards Corona Borealis;
    clusters in velocity are clusters in space (Roeder 1990).
    """
    return np.array(_read("galaxies.csv").decode().split()[1:], dtype=np.float64)


def digits_8x8(levels: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """The 5,000 digits of `load_mnist`, small: averages over squares of 3 x 3 pixels, in whole levels of grey.

    Returns:
        images: uint8 [5000, 64], rows of 8 x 8 levels, 0 (paper) to levels - 1 (ink). Two pixels of the border of
            28 x 28 are left away on each side.
        labels: uint8 [5000], the digit.
    """
    images, labels = load_mnist()
    inner = images.reshape(-1, 28, 28)[:, 2:26, 2:26].reshape(-1, 8, 3, 8, 3)
    grey = inner.mean(axis=(2, 4)) / 256
    return (grey * levels).astype(np.uint8).reshape(-1, 64), labels


def two_moons(seed: int, n: int, noise: float = 0.06) -> np.ndarray:
    """Points on two half circles that reach into each other, with Gaussian noise: float64 [n, 2]."""
    rng = np.random.default_rng(seed)
    angle, second = rng.uniform(0, np.pi, n), rng.random(n) < 0.5
    x = np.where(second, 1 - np.cos(angle), np.cos(angle))
    y = np.where(second, 0.5 - np.sin(angle), np.sin(angle))
    return np.stack([x, y], axis=1) + noise * rng.normal(size=(n, 2))


def parabola(seed: int, n: int) -> np.ndarray:
    """Points around a parabola, float64 [n, 2]: x2 ~ N(0, 4^2) and x1 ~ N(x2^2 / 4, 1), after E. Jang (2018)."""
    rng = np.random.default_rng(seed)
    x2 = 4 * rng.normal(size=n)
    return np.stack([x2**2 / 4 + rng.normal(size=n), x2], axis=1)


def standardised(train: np.ndarray, *others: np.ndarray) -> tuple[np.ndarray, ...]:
    """Each column less its mean, divided by its standard deviation, both taken from `train`: float32 [n, d] each.

    Args:
        train: [n, d], finite, no column constant.
        others: test data and the like, [m, d], scaled as `train` is.

    Raises:
        DataError: a value is not finite, or a column of `train` is constant.
    """
    arrays = [np.asarray(one, np.float64) for one in (train, *others)]
    for one in arrays:
        bad = ~np.isfinite(one)
        if bad.any():
            row, column = (int(i) for i in np.argwhere(bad)[0])
            raise DataError(
                f"Values that are nan or infinite: {int(bad.sum())}, the first in row {row}, column {column}. A "
                "likelihood of nan tells nothing: leave such rows away, or fill them, before you fit."
            )
    mean, sd = arrays[0].mean(axis=0), arrays[0].std(axis=0)
    flat = np.flatnonzero(sd <= 1e-9 * (1 + np.abs(mean)))
    if flat.size:
        raise DataError(
            f"Column {int(flat[0])} is constant ({mean[flat[0]]:g} in every row). A density can be as high as it likes "
            "there, so that the likelihood has no maximum: leave the column away, or add noise to it."
        )
    return tuple(((one - mean) / sd).astype(np.float32) for one in arrays)


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
