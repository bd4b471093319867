"""6.5  The parameters of a VAE whose encoder puts out a flow."""

# Built from solutions/nfvi/init_nfvae.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from dflvi.checking.compare import Wrong, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Key


def init_nfvae(key: Key, d_in: int, d_hidden: int, d_latent: int, K: int) -> Any:
    """Parameters of an encoder that puts out a Gaussian and K planar layers, and of a decoder, ready for training.

    Args:
        key: for all random numbers; the same key gives the same parameters.
        d_in: D, pixels of an image.
        d_hidden: H, units of each hidden layer.
        d_latent: d, coordinates of the latent z; 1 is allowed.
        K: planar layers behind the Gaussian. 0 is allowed, and gives the VAE of 4.5.

    Returns:
        a structure of your own choice that JAX can take apart. Only your own functions of 6.1, 6.2 and 6.5 will read
        it. It holds weights and biases of affine layers: D -> H, and from there H -> d for the means, H -> d for the
        log-variances and H -> K (2 d + 1) for u, w and b of all layers; back d -> H and H -> D for the decoder.
        Encoder and decoder share no numbers.

    Every floating array in it will be trained, and a check may put other numbers there. What is not for training (a
    size, a mask) belongs into integers, booleans or arrays without entries, or stays out. Start where training can:
    units of a layer must differ; at the start no w should be near 0, since a planar layer divides by its length, and
    the layers should bend little. A bias is the place for a w that all images begin with. `dflvi.nets.init_mlp` is
    there to be used.
    """
    raise NotImplementedError("yours to write")

_SIZES = 200, 24, 5, 3  # D, H, d, K where numbers are looked at

_WHERE = f"d_in, d_hidden, d_latent, K = {_SIZES}"


def _n_floats(attempt, sizes):
    shapes = attempt.shapes(attempt.key(), *sizes)
    return sum(int(np.prod(shape)) for shape, dtype in shapes if dtype.startswith("float"))


def _numbers(attempt, key):
    """All floating numbers of a structure, one after the other."""
    leaves = [leaf for leaf in attempt.keep(key, *_SIZES).leaves() if leaf.dtype.kind == "f" and leaf.size]
    if not leaves:
        raise Wrong("There is no array of floating numbers in what you return. What is there to train?")
    numbers = np.concatenate([leaf.astype(np.float64).ravel() for leaf in leaves])
    bad = int(np.sum(~np.isfinite(numbers)))
    if bad:  # `finite` would leave a trace as long as the parameters, by which structures differ
        raise Wrong("Some parameters are nan or infinite.", where=_WHERE, got=f"{bad} of {numbers.size}")
    return numbers


def _at_least(count, needed, says, got, where=_WHERE):
    # The trace is 1 for whatever is enough, so that it does not depend on the structure.
    holds(count >= needed, says, value=min(count / needed, 1.0), tolerance=0.05, where=where, got=got)


def every_size_adds_the_weights_it_needs(attempt):
    D, H, d, K = 23, 11, 5, 3
    here = _n_floats(attempt, (D, H, d, K))
    bigger = (D + 1, H, d, K), (D, H + 1, d, K), (D, H, d + 1, K), (D, H, d, K + 1)
    more = [_n_floats(attempt, sizes) - here for sizes in bigger]
    # Weights alone: biases are not counted, nor is anything that an answer has beyond what is asked.
    needed = [2 * H, 2 * D + 3 * d + K * (2 * d + 1), (3 + 2 * K) * H, (2 * d + 1) * H]
    for name, got, want in zip(("d_in", "d_hidden", "d_latent", "K"), more, needed, strict=True):
        # All four counts make the trace: together they tell what is missing.
        holds(
            got >= want, f"One more in {name} brings fewer weights than the layers need for it.",
            value=np.minimum(more, needed), tolerance=0.1, where=f"d_in, d_hidden, d_latent, K = {D}, {H}, {d}, {K}",
            expected=f"at least {want} numbers more", got=f"{got} more",
        )  # fmt: skip


def no_layers_and_one_latent_are_allowed(attempt):
    for D, H, d, K in ((7, 4, 1, 0), (7, 4, 1, 2), (7, 4, 2, 0)):
        where = f"d_in, d_hidden, d_latent, K = {D}, {H}, {d}, {K}"
        needed = D * H + H * (2 * d + K * (2 * d + 1)) + d * H + H * D
        count = _n_floats(attempt, (D, H, d, K))
        _at_least(count, needed, "There are fewer weights than the layers need.", f"{count} numbers", where)


def units_of_a_layer_differ(attempt):
    numbers = _numbers(attempt, attempt.key())
    changes = int(np.sum(numbers[1:] != numbers[:-1]))
    says = (
        "Nearly all neighbouring numbers are equal. Units with equal weights get equal gradients and stay copies of "
        "each other for ever: a layer of them is worth one unit."
    )
    _at_least(changes, _SIZES[0] * _SIZES[1] // 4, says, f"{changes} changes in {numbers.size} numbers")


def the_key_alone_decides(attempt):
    key, other = attempt.key(), attempt.key()
    first, again, another = (_numbers(*pair) for pair in ((attempt, key), (attempt.afresh, key), (attempt, other)))
    same = np.array_equal(first, again)
    holds(same, "Two calls with one key give different parameters.", value=float(same), where=_WHERE)
    moved = int(np.sum(first != another)) if first.shape == another.shape else first.size
    says = "Two keys give the same parameters, or nearly."
    _at_least(moved, _SIZES[0] * _SIZES[1] // 4, says, f"{moved} of {first.size} numbers differ")


exercise = Exercise(
    init_nfvae,
    question="6.5",
    minutes=10,
    difficulty=1,
    hints=(
        "Start from your `init_vae` of 4.5. How many numbers does one planar layer in d dimensions have, and how many "
        "do K of them?",
        "The last layer of the encoder becomes wider, and nothing else changes. Its columns may have different scales: "
        "those for the mean as before, those for the flow small.",
        "Small weights alone would make every w nearly zero. Put random vectors of length about one into the biases "
        "that belong to w; the images then only correct them.",
    ),
    checks=(
        every_size_adds_the_weights_it_needs,
        no_layers_and_one_latent_are_allowed,
        units_of_a_layer_differ,
        the_key_alone_decides,
    ),
)
