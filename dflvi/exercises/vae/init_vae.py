"""4.5  The parameters of a variational autoencoder."""

# Built from solutions/vae/init_vae.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from dflvi.checking.compare import Wrong, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def init_vae(key: Key, d_in: int, d_hidden: int, d_latent: int) -> Any:
    """Parameters of an encoder and a decoder, with one hidden layer each, ready for training.

    Args:
        key: for all random numbers; the same key gives the same parameters.
        d_in: D, pixels of an image.
        d_hidden: H, units of each hidden layer.
        d_latent: d, coordinates of the latent z.

    Returns:
        a structure of your own choice that JAX can take apart (NamedTuple, dict, list, one flat vector, ...).
        Only your `encode` and your `decode` will read it. It holds weights and biases of five affine layers:
        D -> H, and from there H -> d twice (a head for the mean of z, a head for its log-variance); back
        d -> H and H -> D. Encoder and decoder share no numbers.

    Every floating array in it will be trained, and a check may put other numbers there. What is not for
    training (a size, a mask) belongs into integers, booleans or arrays without entries, or stays out. Start
    where training can: units of a layer must differ, and in wide layers the sums of so many terms must stay
    moderate. The last layer of a network may start at zero. `dflvi.nets.init_mlp` is there to be used.
    """
    raise NotImplementedError("yours to write")

_SIZES = 784, 24, 8  # D, H, d where numbers are looked at: as many pixels as a digit has

_WHERE = f"d_in, d_hidden, d_latent = {_SIZES}"


def _n_floats(attempt, sizes):
    shapes = attempt.shapes(attempt.key(), *sizes)
    return sum(int(np.prod(shape)) for shape, dtype in shapes if dtype.startswith("float"))


def _numbers(attempt, key):
    """All floating numbers of a structure, one after the other, and where each array begins."""
    leaves = [leaf for leaf in attempt.keep(key, *_SIZES).leaves() if leaf.dtype.kind == "f" and leaf.size]
    if not leaves:
        raise Wrong("There is no array of floating numbers in what you return. What is there to train?")
    numbers = np.concatenate([leaf.astype(np.float64).ravel() for leaf in leaves])
    starts = np.cumsum([0, *(leaf.size for leaf in leaves[:-1])])
    bad = int(np.sum(~np.isfinite(numbers)))
    if bad:  # `finite` would leave a trace as long as the parameters, by which structures differ
        raise Wrong("Some parameters are nan or infinite.", where=_WHERE, got=f"{bad} of {numbers.size}")
    return numbers, starts


def _at_least(count, needed, says, got):
    # The trace is 1 for whatever is enough, so that it does not depend on the structure.
    holds(count >= needed, says, value=min(count / needed, 1.0), tolerance=0.05, where=_WHERE, got=got)


def every_size_adds_the_weights_it_needs(attempt):
    D, H, d = 23, 11, 5
    here = _n_floats(attempt, (D, H, d))
    more = [_n_floats(attempt, sizes) - here for sizes in ((D + 1, H, d), (D, H + 1, d), (D, H, d + 1))]
    # Weights alone: biases are not counted, nor is anything that an answer has beyond what is asked.
    needed = [2 * H, 2 * D + 3 * d, 3 * H]
    for name, got, want in zip(("d_in", "d_hidden", "d_latent"), more, needed, strict=True):
        # All three counts make the trace: together they tell which layer is missing.
        holds(
            got >= want, f"One more in {name} brings fewer weights than the five layers need for it.",
            value=np.minimum(more, needed), tolerance=0.1, where=f"d_in, d_hidden, d_latent = {D}, {H}, {d}",
            expected=f"at least {want} numbers more", got=f"{got} more",
        )  # fmt: skip


def units_of_a_layer_differ(attempt):
    numbers, _ = _numbers(attempt, attempt.key())
    changes = int(np.sum(numbers[1:] != numbers[:-1]))
    says = (
        "Nearly all neighbouring numbers are equal. Units with equal weights get equal gradients and stay "
        "copies of each other for ever: a layer of them is worth one unit."
    )
    _at_least(changes, _SIZES[0] * _SIZES[1] // 4, says, f"{changes} changes in {numbers.size} numbers")


def the_key_alone_decides(attempt):
    key, other = attempt.key(), attempt.key()
    first, again, another = (_numbers(*pair)[0] for pair in ((attempt, key), (attempt.afresh, key), (attempt, other)))
    same = np.array_equal(first, again)
    holds(same, "Two calls with one key give different parameters.", value=float(same), where=_WHERE)
    moved = int(np.sum(first != another)) if first.shape == another.shape else first.size
    says = "Two keys give the same parameters, or nearly."
    _at_least(moved, _SIZES[0] * _SIZES[1] // 4, says, f"{moved} of {first.size} numbers differ")


def no_two_layers_are_drawn_alike(attempt):
    numbers, starts = _numbers(attempt, attempt.key())
    n, repeats = 16, 0
    for start in starts:
        head = numbers[start : start + n]
        if len(np.unique(np.abs(head[head != 0]))) < 12:  # too short, or not drawn at random
            continue
        lengths = np.sqrt(np.maximum(np.convolve(numbers**2, np.ones(n), "valid"), 1e-300))
        cosines = np.abs(np.correlate(numbers, head, "valid")) / (lengths * np.linalg.norm(head))
        repeats += int(np.sum(np.delete(cosines, start) > 1 - 1e-5))
    says = "One layer starts with the very random numbers that another starts with, up to a factor."
    holds(repeats == 0, says, value=float(repeats > 0), where=_WHERE, expected="independent draws")


exercise = Exercise(
    init_vae,
    question="4.5",
    minutes=12,
    difficulty=1,
    hints=(
        "Draw the two networks first: boxes for layers, and on each arrow the size of its matrix. How many "
        "arrows leave the hidden layer of the encoder?",
        "The heads can be two matrices, or one of twice the width that you cut in two later. The decoder "
        "has the same widths in the other order, and numbers of its own. Every draw wants a key of its own.",
        "`nets.init_mlp` makes one network from a key and a tuple of widths. Call it once for the encoder, "
        "whose last width has room for both heads, and once for the decoder, and put the two into a dict.",
    ),
    checks=(
        every_size_adds_the_weights_it_needs,
        units_of_a_layer_differ,
        no_two_layers_are_drawn_alike,
        the_key_alone_decides,
    ),
)
