"""5.4  The parameters of a chain of coupling layers."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from dflvi import nets
from dflvi.checking.attempt import LearnerError
from dflvi.checking.compare import Wrong, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key


def init_nice(key: Key, d: int, n_layers: int, hidden: int) -> Any:
    """Parameters of a flow of affine coupling layers, one network for each layer.

    Args:
        key: for all random numbers; the same key gives the same parameters.
        d: coordinates of a point, two or more. With d = 1 there are no two parts to couple: raise a ValueError
            that says so in a sentence.
        n_layers: number of coupling layers. 0 is legal and means no layer at all.
        hidden: units of the hidden layer of each network.

    Returns:
        a structure of your own choice that JAX can take apart (NamedTuple, dict, list, one flat vector, ...).
        Only your own functions of this question will read it. A layer's network reads one part of the coordinates
        and gives two numbers, a log-scale and a shift, for each coordinate of the other part; its hidden units are
        ReLUs. Layers take turns: what one leaves alone, the next one moves. If d is odd, one part has a coordinate
        more than the other, and so the networks of neighbours differ in their sizes.

    Every floating array in it will be trained, and a check may put other numbers there. What is not for training (a
    size, a mask) belongs into integers, booleans or arrays without entries, or stays out. Units of a layer must differ.
    A last layer of zeros is a good start: then the whole flow begins as the identity (Dinh et al. 2014 and 2016).
    `dflvi.nets.init_mlp` is there to be used.
    """
    if d < 2:
        raise ValueError(f"A coupling layer needs at least two coordinates, one to read and one to move; d is {d}.")
    layers = []
    for number, layer_key in enumerate(jax.random.split(key, n_layers)):
        n_read = d // 2 if number % 2 == 0 else d - d // 2
        first, (W, b) = nets.init_mlp(layer_key, (n_read, hidden, 2 * (d - n_read)))
        layers.append([first, (0 * W, b)])
    return layers


# ---- other right answers ----------------------------------------------------------------------


def masks_and_full_networks(key, d, n_layers, hidden):
    """Networks of all coordinates, d -> hidden -> 2 d, with integer masks that say who moves."""
    if d == 1:
        raise ValueError("One coordinate cannot be split.")
    keys = jax.random.split(key, (n_layers, 2))
    draw = jax.vmap(lambda pair: (jax.random.normal(pair[0], (d, hidden)) / d**0.5,
                                  0.01 * jax.random.normal(pair[1], (hidden, 2 * d))))  # fmt: skip
    W, V = draw(keys) if n_layers else (jnp.zeros((0, d, hidden)), jnp.zeros((0, hidden, 2 * d)))
    mask = (jnp.arange(d) + jnp.arange(n_layers)[:, None]) % 2
    return {"W": W, "b": jnp.zeros((n_layers, hidden)), "V": V, "c": jnp.zeros((n_layers, 2 * d)), "moves": mask}


def one_flat_vector(key, d, n_layers, hidden):
    """All weights in one draw, and an array without entries that remembers the sizes."""
    if d <= 1:
        raise ValueError(f"d = {d}: there are no two parts of the coordinates, so nothing can be coupled.")
    sizes = [(d // 2, d - d // 2) if i % 2 else (d - d // 2, d // 2) for i in range(n_layers)]
    total = sum((n + 1) * hidden + (hidden + 1) * 2 * m for n, m in sizes)
    return {"theta": 0.1 * jax.random.normal(key, (total,)), "sizes": jnp.zeros((d, n_layers, hidden, 0))}


# ---- checks: cheap to deep --------------------------------------------------------------------

_SIZES = 6, 4, 40  # d, n_layers, hidden where numbers are looked at
_WHERE = f"d, n_layers, hidden = {_SIZES}"


def _n_floats(attempt, sizes):
    shapes = attempt.shapes(attempt.key(), *sizes)
    return sum(int(np.prod(shape)) for shape, dtype in shapes if dtype.startswith("float"))


def _numbers(attempt, key):
    """All floating numbers of a structure, one after the other, and where each array begins."""
    leaves = [leaf for leaf in attempt.keep(key, *_SIZES).leaves() if leaf.dtype.kind == "f" and leaf.size]
    if not leaves:
        raise Wrong("There is no array of floating numbers in what you return. What is there to train?")
    numbers = np.concatenate([leaf.astype(np.float64).ravel() for leaf in leaves])
    bad = int(np.sum(~np.isfinite(numbers)))
    if bad:  # `finite` would leave a trace as long as the parameters, by which structures differ
        raise Wrong("Some parameters are nan or infinite.", where=_WHERE, got=f"{bad} of {numbers.size}")
    return numbers, np.cumsum([0, *(leaf.size for leaf in leaves[:-1])])


def every_size_adds_the_weights_it_needs(attempt):
    d, L, H = 6, 2, 11
    here = _n_floats(attempt, (d, L, H))
    more = [_n_floats(attempt, sizes) - here for sizes in ((d + 2, L, H), (d, L + 2, H), (d, L, H + 1))]
    # Weights alone. Two neighbours read d coordinates between them and give 2 d numbers.
    needed = [3 * 2 * H, 3 * d * H, 3 * d]
    for name, got, want in zip(("d (by two)", "n_layers (by two)", "hidden"), more, needed, strict=True):
        holds(
            got >= want, f"More {name} brings fewer weights than the layers need for it.",
            value=np.minimum(more, needed), tolerance=0.1, where=f"d, n_layers, hidden = {d}, {L}, {H}",
            expected=f"at least {want} numbers more", got=f"{got} more",
        )  # fmt: skip


def one_coordinate_is_refused_and_no_layer_is_not(attempt):
    says = "the parameters of a flow without layers"
    none = _n_floats(attempt, (4, 0, 5))
    many = _n_floats(attempt, (4, 2, 5))
    holds(none < many, f"{says} are as many as those of one with two.", value=float(none < many))
    refused = 0.0
    try:
        attempt.shapes(attempt.key(), 1, 2, 5)
    except LearnerError as error:
        if error.kind != "raised":
            raise
        refused = 1.0 if "ValueError" in error.says and len(error.says) > 25 else 0.5
    says = (
        "With d = 1 it makes parameters, of a flow that moves nothing or reads nothing.",
        "With d = 1 it stops somewhere inside, with an error that does not say what is wrong with d = 1.",
    )
    holds(refused == 1.0, says[refused > 0], value=refused, where="d = 1", expected="a ValueError with a sentence")


def the_key_alone_decides_and_units_differ(attempt):
    key, other = attempt.key(), attempt.key()
    first, again, another = (_numbers(*pair)[0] for pair in ((attempt, key), (attempt.afresh, key), (attempt, other)))
    same = np.array_equal(first, again)
    holds(same, "Two calls with one key give different parameters.", value=float(same), where=_WHERE)
    needed = 3 * _SIZES[2]  # weights of the first layers of all networks but one, at the least
    for count, says in (
        (int(np.sum(first[1:] != first[:-1])), "Nearly all neighbouring numbers are equal: the units of a layer are "
                                               "copies of each other and stay so in training."),
        (int(np.sum(first != another)), "Two keys give the same parameters, or nearly."),
    ):  # fmt: skip
        holds(count >= needed, says, value=min(count / needed, 1.0), tolerance=0.05, where=_WHERE, got=count)


def no_two_layers_are_drawn_alike(attempt):
    numbers, starts = _numbers(attempt, attempt.key())
    # Stacked layers are one array; each twelfth of it at the least is looked at as if it began there.
    ends = [*starts[1:], len(numbers)]
    starts = [at for start, end in zip(starts, ends, strict=True)
              for at in ((start,) if end - start < 200 else np.linspace(start, end - 20, 13).astype(int))]  # fmt: skip
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


def _checked(d):
    if d < 2:
        raise ValueError(f"A coupling layer needs at least two coordinates, and d is {d}.")


def _of_numpy(key, d, n_layers, hidden):
    _checked(d)
    return [
        (jnp.asarray(np.random.normal(size=(d // 2, hidden))), jnp.zeros((hidden, 2 * (d - d // 2))))
        for _ in range(n_layers)
    ]


def _all_zero(key, d, n_layers, hidden):
    return jax.tree.map(jnp.zeros_like, init_nice(key, d, n_layers, hidden))


def _without_shift(key, d, n_layers, hidden):
    _checked(d)
    return [nets.init_mlp(one, (d // 2, hidden, d - d // 2)) for one in jax.random.split(key, n_layers)]


exercise = Exercise(
    init_nice,
    question="5.4",
    minutes=12,
    difficulty=1,
    hints=(
        "Draw two layers for d = 5, with an arrow from the coordinates that are read to those that are moved. How wide "
        "is what goes into each network, and how wide is what comes out?",
        "A network gives two numbers for each coordinate that is moved. Which layers have the parts one way round, and "
        "which the other? Each network wants a key of its own.",
        "Split the key into one for each layer and loop. The number that is read is one half of d, rounded down in the "
        "even layers and up in the odd ones; `nets.init_mlp` takes it, `hidden`, and twice the rest. Then make the "
        "last weights of each network zero.",
    ),
    checks=(
        every_size_adds_the_weights_it_needs,
        one_coordinate_is_refused_and_no_layer_is_not,
        the_key_alone_decides_and_units_differ,
        no_two_layers_are_drawn_alike,
    ),
    variants=(masks_and_full_networks, one_flat_vector),
    mistakes=(
        Mistake(
            "a-shift-and-no-scale",
            _without_shift,
            "For each coordinate that is moved your networks have one output. An affine layer does two things to a "
            "number.",
            caught_by=every_size_adds_the_weights_it_needs,
        ),
        Mistake(
            "one-network-for-all-layers",
            lambda key, d, n_layers, hidden: init_nice(key, d, 2, hidden),
            "Ask for two layers more: nothing is added. A chain that repeats one map with the same numbers is a poor "
            "chain, and the second layer of it reads what the first one moved.",
            also=lambda key, d, n_layers, hidden: one_flat_vector(key, d, 2, hidden),
            caught_by=every_size_adds_the_weights_it_needs,
        ),
        Mistake(
            "width-fixed",
            lambda key, d, n_layers, hidden: init_nice(key, d, n_layers, 32),
            "A larger `hidden` changes nothing in what you return. Is it used?",
            caught_by=every_size_adds_the_weights_it_needs,
        ),
        Mistake(
            "one-coordinate-accepted",
            lambda key, d, n_layers, hidden: init_nice(key, max(d, 2), n_layers, hidden),
            "Somebody hands in one column of data, d = 1, and gets no word of warning from `init_nice`. What is read "
            "and what is moved then?",
            caught_by=one_coordinate_is_refused_and_no_layer_is_not,
        ),
        Mistake(
            "key-of-its-own",
            one_edit("jax.random.split(key, n_layers)", "jax.random.split(jax.random.key(0), n_layers)"),
            "Whichever key is handed in, the same parameters come out. Two fits from two starts would be one fit.",
            also=lambda key, *sizes: one_flat_vector(jax.random.key(1), *sizes),
            caught_by=the_key_alone_decides_and_units_differ,
        ),
        Mistake(
            "hidden-global-generator",
            _of_numpy,
            "Call it twice with one key and compare the two: they differ. Some of the random numbers do not come from "
            "the argument.",
            caught_by=the_key_alone_decides_and_units_differ,
        ),
        Mistake(
            "all-weights-zero",
            _all_zero,
            "A last layer of zeros is a good start, but yours is zero from the first layer on. Then no unit of the "
            "hidden layer is ever unlike its neighbour.",
            caught_by=the_key_alone_decides_and_units_differ,
        ),
        Mistake(
            "one-key-for-all-layers",
            one_edit("nets.init_mlp(layer_key,", "nets.init_mlp(key,"),
            "Print the first weights of layer 1 and layer 3: they are the same draws. What makes several keys out of "
            "one?",
            caught_by=no_two_layers_are_drawn_alike,
        ),
    ),
    answer="""
A list with one network a layer. Even layers read the first d // 2 coordinates and move the rest, odd ones the other way
round, so that for odd d the sizes alternate too. The last width is twice the number of moved coordinates: log-scales
first, shifts after them.

The last weights are zero. Then every log-scale and shift is 0, the flow is the identity, its log-determinant 0, and
training starts from the standard normal, which is a sensible first guess for standardised data. The first layers are
random, so units differ, and after one step the zeros are no longer zeros.
""",
    afterword="A flow starts as doing nothing, and learns to do something.",
)
