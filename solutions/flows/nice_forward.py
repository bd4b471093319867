"""5.4  From data to base: the chain of coupling layers."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi import nets
from dflvi.checking.compare import fields, finite, has_shape, holds
from dflvi.checking.couplings import NO_NUMBER, random_params, ratio, zero_params
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def nice_forward(params: Any, x: Float[Array, "... d"]) -> tuple[Float[Array, "... d"], Float[Array, "..."]]:
    """Carry a point of the data to the base, through all coupling layers, and say by how much that stretches space.

    Args:
        params: what your `init_nice` made, with any numbers in it.
        x: one point, [d], d two or more, odd or even. You may allow leading axes.

    Returns:
        z: the point of the base, [d].
        logdet: log |det dz/dx|, one number, in nats.

    Each layer leaves one part of the coordinates alone. A network with ReLU hidden units reads that part and gives a
    log-scale s and a shift t for each coordinate of the other part, which becomes y2 = x2 exp(s) + t. Neighbouring
    layers exchange the two parts. What the network puts out is used as it is, or s is squashed evenly on both sides, by
    2 tanh(s / 2) say, so that exp(s) cannot overflow far from the data. With all parameters zero the flow is the
    identity, but for the order of the coordinates. JAX must be able to differentiate it in params and in x (Dinh et al.
    2014, section 3; the exponential is from Dinh et al. 2016, eq. 7).
    """
    n, logdet = x.shape[-1] // 2, jnp.zeros(x.shape[:-1])
    for number, net in enumerate(params):
        even = number % 2 == 0
        still, moved = (x[..., :n], x[..., n:]) if even else (x[..., n:], x[..., :n])
        s, t = jnp.split(nets.apply_mlp(net, still), 2, axis=-1)
        s = 2 * jnp.tanh(s / 2)
        moved = moved * jnp.exp(s) + t
        x = jnp.concatenate([still, moved] if even else [moved, still], axis=-1)
        logdet = logdet + s.sum(axis=-1)
    return x, logdet


# ---- other right answers ----------------------------------------------------------------------


def in_place_with_linear_scales(params, x):
    """Log-scales as the network puts them out, entries set in place, weights by hand, a dict at the end."""
    n, stretched = len(x) // 2, []
    for number, ((W, b), (V, c)) in enumerate(params):
        reads, moves = (slice(0, n), slice(n, None)) if number % 2 == 0 else (slice(n, None), slice(0, n))
        out = jnp.maximum(x[reads] @ W + b, 0) @ V + c
        log_scale, shift = out.reshape(2, -1)
        x = x.at[moves].multiply(jnp.exp(log_scale)).at[moves].add(shift)
        stretched.append(log_scale)
    return {"z": x, "logdet": jnp.concatenate(stretched).sum() if stretched else 0.0}


def by_recursion_on_the_layers(params, x):
    """The first layer, then the rest of the chain; the parts change places, so the first is always the one read."""
    n = x.shape[0] // 2

    def chain(layers, still, moved):
        if not layers:
            return (still, moved), 0.0
        h = jax.nn.relu(still @ layers[0][0][0] + layers[0][0][1])
        s, t = jnp.split(jnp.dot(h, layers[0][1][0]) + layers[0][1][1], 2)
        (a, b), rest = chain(layers[1:], jnp.exp(s) * moved + t, still)
        return (b, a), rest + jnp.sum(s)

    parts, logdet = chain(list(params), x[:n], x[n:])
    return jnp.concatenate(parts), logdet


# ---- checks: cheap to deep --------------------------------------------------------------------
# A trace may not depend on the structure of the parameters, which is the learner's. So what is compared are counts,
# and ratios of one result to another.

_N = 12  # points in a check


def _points(rng, d):
    return rng.normal(size=(_N, d)).astype(np.float32).astype(np.float64)


def _forward(attempt, params, x, where):
    z, logdet = fields(attempt.float64.vmap(None, 0)(params, x), "z", "logdet")
    z = finite(has_shape(z, x.shape, where=where, what="z"), where=where, what="z").astype(np.float64)
    return z, has_shape(logdet, x.shape[:1], where=where, what="logdet").astype(np.float64)


def _jacobians(attempt, params, x, where):
    slopes, _ = fields(attempt.float64.jacobian(1).vmap(None, 0)(params, x), "z", "logdet")
    return has_shape(slopes, (*x.shape, x.shape[1]), where=where, what="the Jacobian of z").astype(np.float64)


def parameters_of_zero_change_nothing(attempt):
    x = _points(attempt.rng, 4)
    where = "d = 4, 2 layers, every floating leaf set to zero"
    params = zero_params(attempt, 4, 2)
    z, logdet = fields(attempt(params, x[0].astype(np.float32)), "z", "logdet")
    has_shape(z, (4,), where="one point of d = 4", what="z")
    has_shape(logdet, (), where="one point of d = 4", what="logdet")
    z, logdet = _forward(attempt, params, x, where)
    gap = float(np.abs(np.sort(z) - np.sort(x)).max())
    says = "With all parameters zero the coordinates of z are not those of x."
    holds(gap < 1e-5, says, value=[min(gap, 2.0), float(np.abs(z).max() > 1e-6)], where=where)
    holds(np.abs(logdet).max() < 1e-5, "With all parameters zero nothing is stretched, and logdet is not zero.",
          value=logdet, where=where)  # fmt: skip


def one_layer_keeps_a_part_and_scales_the_other(attempt):
    x = _points(attempt.rng, 4)
    where = "d = 4, one layer, random parameters"
    params = random_params(attempt, 4, 1)
    z, logdet = _forward(attempt, params, x, where)
    J = _jacobians(attempt, params, x, where)
    kept = int(sum(any(np.abs(z[:, j] - x[:, i]).max() < 1e-5 for j in range(4)) for i in range(4)))
    holds(kept == 2, "One layer does not leave one half of the coordinates as they are.", value=kept, where=where,
          expected="2 of 4 coordinates unchanged", got=f"{kept} of 4")  # fmt: skip
    true = np.linalg.slogdet(J)[1]
    spread = float(np.std(true))
    holds(spread > 1e-4, "The stretching is the same at all points: the scale does not look at the point.",
          value=float(spread > 1e-4), where=where)  # fmt: skip
    share = ratio(logdet, true)
    holds(abs(share - 1) < 2e-3, "logdet is not the log |det| of the Jacobian of your own map.", value=share,
          tolerance=2e-3, where=where, got=_words(share))  # fmt: skip


def _words(share):
    return "no fixed multiple of it" if share == NO_NUMBER else f"{share:.3g} times it"


def scales_shrink_as_well_as_stretch(attempt):
    x = _points(attempt.rng, 4)
    where = "d = 4, one layer, eight random fillings of the parameters"
    drawn = np.concatenate([_forward(attempt, random_params(attempt, 4, 1), x, where)[1] for _ in range(8)])
    low, high = float(drawn.min()), float(drawn.max())
    both = np.array([low < -1e-3, high > 1e-3], float)
    says = "Over random parameters logdet has one sign only. A layer has to be able to shrink and to stretch."
    holds(both.all(), says, value=both, where=where, got=f"between {low:.3g} and {high:.3g}")  # fmt: skip


def two_layers_move_every_coordinate(attempt):
    for d, n_layers in ((4, 2), (5, 3)):
        x = _points(attempt.rng, d)
        where = f"d = {d}, {n_layers} layers, random parameters"
        z, _ = _forward(attempt, random_params(attempt, d, n_layers), x, where)
        kept = int(sum(any(np.abs(z[:, j] - x[:, i]).max() < 1e-5 for j in range(d)) for i in range(d)))
        holds(kept == 0, f"After {n_layers} layers some coordinates are still what they were.", value=float(kept > 0),
              where=where, got=f"{kept} of {d} unchanged")  # fmt: skip


def the_logdet_is_that_of_the_whole_chain(attempt):
    x = _points(attempt.rng, 5)
    where = "d = 5, 3 layers, random parameters"
    params = random_params(attempt, 5, 3)
    _, logdet = _forward(attempt, params, x, where)
    share = ratio(logdet, np.linalg.slogdet(_jacobians(attempt, params, x, where))[1])
    holds(abs(share - 1) < 2e-3, "logdet is not the log |det| of the Jacobian of your own map.", value=share,
          tolerance=2e-3, where=where, got=_words(share))  # fmt: skip


# ---- mistakes ---------------------------------------------------------------------------------


def _only_shifts(params, x):
    n = x.shape[-1] // 2
    for number, net in enumerate(params):
        a, b = x[..., :n], x[..., n:]
        if number % 2 == 0:
            b = b + jnp.split(nets.apply_mlp(net, a), 2, axis=-1)[1]
        else:
            a = a + jnp.split(nets.apply_mlp(net, b), 2, axis=-1)[1]
        x = jnp.concatenate([a, b], axis=-1)
    return x, jnp.zeros(x.shape[:-1])


def _only_the_last(params, x):
    z, whole = nice_forward(params, x)
    return z, whole - nice_forward(params[:-1], x)[1]


def _with_positive_scales(params, x):
    n, logdet = x.shape[-1] // 2, 0.0
    for number, (first, last) in enumerate(params):
        y = jnp.roll(x, -n * (number % 2), axis=-1)  # the part that is read comes first
        m = n if number % 2 == 0 else x.shape[-1] - n
        out = jax.nn.softplus(nets.apply_mlp([first, last], y[..., :m])) - jnp.log(2)
        s, t = jnp.split(jnp.maximum(out, 0), 2, axis=-1)
        y = jnp.concatenate([y[..., :m], y[..., m:] * jnp.exp(s) + t], axis=-1)
        x, logdet = jnp.roll(y, n * (number % 2), axis=-1), logdet + s.sum(-1)
    return x, logdet


def _last_by_hand(params, x):
    logdet = 0.0
    for number in range(len(params)):
        z, whole = by_recursion_on_the_layers(params[: number + 1], x)
        logdet = whole - by_recursion_on_the_layers(params[:number], x)[1]
    return z, logdet


exercise = Exercise(
    nice_forward,
    question="5.4",
    minutes=20,
    difficulty=2,
    differentiable=True,
    needs=("init_nice",),
    hints=(
        "One layer first, and test it: `jax.jacobian` of your map at a point, its `slogdet`, and your own number "
        "beside it. What does the Jacobian look like?",
        "It is triangular, with ones for the coordinates that pass and the scales for the others. So which numbers "
        "make up the log of its determinant? And how do log-determinants of maps in a row go together?",
        "Loop over the layers with a running sum. In each: cut x, run the network on the part that stays, split its "
        "output into s and t, move the other part, put the parts back in their places, and add the entries of s to the "
        "sum. Exchange the parts in every other layer.",
    ),
    checks=(
        parameters_of_zero_change_nothing,
        one_layer_keeps_a_part_and_scales_the_other,
        scales_shrink_as_well_as_stretch,
        two_layers_move_every_coordinate,
        the_logdet_is_that_of_the_whole_chain,
    ),
    variants=(in_place_with_linear_scales, by_recursion_on_the_layers),
    mistakes=(
        Mistake(
            "multiplies-by-the-log-scale",
            one_edit("moved * jnp.exp(s) + t", "moved * s + t"),
            "With parameters of zero your layers send half of every point to 0, and from there no inverse brings it "
            "back. A log-scale of zero should leave things as they are.",
            caught_by=parameters_of_zero_change_nothing,
        ),
        Mistake(
            "ones-are-counted",
            one_edit("logdet + s.sum(axis=-1)", "logdet + s.sum(axis=-1) + still.shape[-1]"),
            "With parameters of zero your flow is the identity, and yet you say that it stretches. The coordinates "
            "that pass have a scale of one; what is the log of that?",
            caught_by=parameters_of_zero_change_nothing,
        ),
        Mistake(
            "a-shift-and-no-scale",
            _only_shifts,
            "Your flow has no scale that looks at the point: volumes stay the same everywhere. Those were the layers "
            "of the first paper; here each coordinate that is moved gets two numbers.",
            also=lambda params, x: (_only_shifts(params, x)[0], jnp.float32(0.0) * x[0]),
            caught_by=one_layer_keeps_a_part_and_scales_the_other,
        ),
        Mistake(
            "everything-moves-at-once",
            one_edit("jnp.concatenate([still, moved]", "jnp.concatenate([still * jnp.exp(s.mean()), moved]"),
            "After a single layer no coordinate is what it was. One part has to pass untouched, or nobody can "
            "compute the key again on the way back.",
            caught_by=one_layer_keeps_a_part_and_scales_the_other,
        ),
        Mistake(
            "sign-of-the-log-det",
            one_edit("logdet + s.sum(axis=-1)", "logdet - s.sum(axis=-1)"),
            "Where your map stretches you report shrinking. The Jacobian asked for is that of the map you have just "
            "applied, from x to z.",
            also=lambda params, x: (nice_forward(params, x)[0], -nice_forward(params, x)[1]),
            caught_by=one_layer_keeps_a_part_and_scales_the_other,
        ),
        Mistake(
            "mean-over-coordinates",
            one_edit("s.sum(axis=-1)", "s.mean(axis=-1)"),
            "With one layer and d = 4 your number is half of what it should be. Two coordinates are scaled, and "
            "volumes multiply.",
            caught_by=one_layer_keeps_a_part_and_scales_the_other,
        ),
        Mistake(
            "scale-for-its-log",
            one_edit("logdet + s.sum(axis=-1)", "logdet + jnp.exp(s).sum(axis=-1) - s.shape[-1]"),
            "Small scales look right and large ones do not: you add up the scales themselves. A determinant multiplies "
            "them.",
            caught_by=one_layer_keeps_a_part_and_scales_the_other,
        ),
        Mistake(
            "relu-on-the-log-scale",
            one_edit("s = 2 * jnp.tanh(s / 2)", "s = jax.nn.relu(s)"),
            "Over all random parameters no point is ever shrunk. A ReLU belongs between the layers of the network; "
            "what does one at the end do to a log-scale of -1?",
            also=lambda params, x: _with_positive_scales(params, x),
            caught_by=scales_shrink_as_well_as_stretch,
        ),
        Mistake(
            "the-same-half-always",
            one_edit("number % 2 == 0", "number >= 0"),
            "However many layers there are, half of the coordinates leave as they came. The next layer has to move "
            "what this one only read.",
            caught_by=two_layers_move_every_coordinate,
        ),
        Mistake(
            "only-the-last-layer-counts",
            _only_the_last,
            "With one layer all is well. With three, your number is that of the third alone: what happened to the "
            "other two?",
            also=lambda params, x: _last_by_hand(params, x),
            caught_by=the_logdet_is_that_of_the_whole_chain,
        ),
    ),
    answer="""
The Jacobian of one layer, with the coordinates that pass first, is

$$\\begin{pmatrix} I & 0 \\\\ \\partial y_2/\\partial x_1 & \\mathrm{diag}(e^{s}) \\end{pmatrix},$$

so its log-determinant is the sum of s, and the derivatives of the network never enter, however wild it is. The chain
rule multiplies Jacobians, so the log-determinants of the layers add up.

The squashing 2 tanh(s / 2) leaves small s as they are and keeps every scale between $e^{-2}$ and $e^{2}$. Without it a
network that has seen no data out there can put out s = 100, and exp(100) is infinite in float32.
""",
    afterword="A product of scales, a sum of logs: no determinant was computed.",
)
