"""4.5  The parameters of a variational autoencoder."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from dflvi import nets
from dflvi.checking.compare import Wrong, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    k_encoder, k_decoder = jax.random.split(key)
    return {
        "encoder": nets.init_mlp(k_encoder, (d_in, d_hidden, 2 * d_latent)),
        "decoder": nets.init_mlp(k_decoder, (d_latent, d_hidden, d_in)),
    }


# ---- other right answers ----------------------------------------------------------------------


def _shapes(D, H, d):
    return (D, H), (H, d), (H, d), (d, H), (H, D)


def one_flat_vector(key, d_in, d_hidden, d_latent):
    """One draw for all weights, then the biases; an array without entries remembers the sizes."""
    shapes = _shapes(d_in, d_hidden, d_latent)
    scales = np.concatenate([np.full(n * m, n**-0.5, np.float32) for n, m in shapes])
    biases = jnp.zeros(sum(m for _, m in shapes))
    theta = jnp.concatenate([jax.random.normal(key, scales.shape) * scales, biases])
    return {"theta": theta, "sizes": jnp.zeros((d_in, d_hidden, d_latent, 0))}


def transposed_with_a_bias_column(key, d_in, d_hidden, d_latent):
    """Matrices [n_out, n_in + 1] with uniform entries, heads that start at zero, and a mask of integers."""
    names = "hidden", "mean", "log_variance", "decoder_hidden", "logits"
    layers = {}
    for name, one, (n, m) in zip(
        names, jax.random.split(key, 5), _shapes(d_in, d_hidden, d_latent), strict=True
    ):
        reach = 0.0 if name in ("mean", "log_variance") else n**-0.5
        layers[name] = jax.random.uniform(one, (m, n + 1), minval=-reach, maxval=reach)
    return layers | {"is_used": jnp.ones(d_latent, jnp.int32), "n_latent": d_latent}


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- mistakes ---------------------------------------------------------------------------------


def _no_decoder(key, d_in, d_hidden, d_latent):
    return nets.init_mlp(key, (d_in, d_hidden, 2 * d_latent))


def _no_decoder_with_two_heads(key, d_in, d_hidden, d_latent):
    keys = jax.random.split(key, 3)
    shapes = _shapes(d_in, d_hidden, d_latent)[:3]
    return [jax.random.normal(one, shape) * 0.1 for one, shape in zip(keys, shapes, strict=True)]


def _all_zero(key, d_in, d_hidden, d_latent):
    return [(jnp.zeros((n, m)), jnp.zeros(m)) for n, m in _shapes(d_in, d_hidden, d_latent)]


def _all_small(key, d_in, d_hidden, d_latent):
    n = sum((n + 1) * m for n, m in _shapes(d_in, d_hidden, d_latent))
    return {"theta": jnp.full(n, 0.01)}


def _of_numpy(key, d_in, d_hidden, d_latent):
    shapes = _shapes(d_in, d_hidden, d_latent)
    return [(jnp.asarray(np.random.normal(size=shape) * 0.05), jnp.zeros(shape[1])) for shape in shapes]


def _one_key_for_all(key, d_in, d_hidden, d_latent):
    draw = jax.nn.initializers.glorot_normal()
    return [{"W": draw(key, shape), "b": jnp.zeros(shape[1])} for shape in _shapes(d_in, d_hidden, d_latent)]


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
    variants=(one_flat_vector, transposed_with_a_bias_column),
    mistakes=(
        Mistake(
            "one-head-only",
            one_edit("(d_in, d_hidden, 2 * d_latent)", "(d_in, d_hidden, d_latent)"),
            "Three layers meet the latent, and in yours only two grow when z gets one more coordinate. Which "
            "three are they, and which of them is missing?",
            caught_by=every_size_adds_the_weights_it_needs,
        ),
        Mistake(
            "no-decoder",
            _no_decoder,
            "With one more pixel your structure grows by the weights of an encoder alone. Which network "
            "will draw the images, and where are its numbers?",
            also=_no_decoder_with_two_heads,
            caught_by=every_size_adds_the_weights_it_needs,
        ),
        Mistake(
            "sizes-of-one-data-set",
            lambda key, d_in, d_hidden, d_latent: one_flat_vector(key, 784, 400, 20),
            "Your structure is equally large whatever sizes are asked for. Do the arguments after the key "
            "reach the layers?",
            caught_by=every_size_adds_the_weights_it_needs,
        ),
        Mistake(
            "hidden-and-latent-exchanged",
            lambda key, d_in, d_hidden, d_latent: one_flat_vector(key, d_in, d_latent, d_hidden),
            "Widen the latent space by one and see what grows: it is what a wider hidden layer should do. "
            "Look at the order of the two widths.",
            caught_by=every_size_adds_the_weights_it_needs,
        ),
        Mistake(
            "all-weights-alike",
            _all_zero,
            "Imagine the first step of training: every hidden unit sees the same input through the same "
            "weights. What could ever make two of them differ?",
            also=_all_small,
            caught_by=units_of_a_layer_differ,
        ),
        Mistake(
            "key-of-its-own",
            one_edit("jax.random.split(key)", "jax.random.split(jax.random.key(0))"),
            "Whichever key is handed in, the same parameters come out. Runs from several starts, which tell "
            "luck from skill, would all be one run.",
            also=lambda key, *sizes: one_flat_vector(jax.random.key(1), *sizes),
            caught_by=the_key_alone_decides,
        ),
        Mistake(
            "hidden-global-generator",
            _of_numpy,
            "Call it twice with one key and compare: the results differ, so nobody can repeat your run. "
            "Some random numbers do not come from the argument.",
            caught_by=the_key_alone_decides,
        ),
        Mistake(
            "one-key-for-several-layers",
            _one_key_for_all,
            "Print the first entries of two of your matrices: up to their scale they are the same draws. A "
            "key is good for one draw; what makes several out of one?",
            also=lambda key, d_in, d_hidden, d_latent: (
                nets.init_mlp(key, (d_in, d_hidden, 2 * d_latent)),
                nets.init_mlp(key, (d_latent, d_hidden, d_in)),
            ),
            caught_by=no_two_layers_are_drawn_alike,
        ),
    ),
    answer="""
Five affine layers, in any container. Ours is a dict of two networks, each a list of pairs (W, b) as
`nets.init_mlp` makes them. The two heads are one last layer of width 2 d, which `encode` cuts in two: that is
the same as two matrices side by side, since the columns of a matrix know nothing of each other.

The scale. A digit has about 100 inked pixels of 784. With weights of standard deviation 1 a hidden unit adds
up 100 of them and reaches 10, and a head over 400 such units puts out log-variances of about 140, whose
exponential is infinite in float32: the first loss is lost before training starts. With standard deviation
sqrt(2 / n_in) (He et al. 2015) activations keep their size, layer after layer.

Biases may start at zero, and so may the last layer of a network, since its inputs differ. A whole network of
equal numbers may not: all units of a layer would get one and the same gradient, and stay equal.
""",
    afterword="Nothing but your own `encode` and `decode` will ever look inside this structure.",
)
