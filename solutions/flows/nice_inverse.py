"""5.4  From base to data: the chain of coupling layers, undone."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi import nets
from dflvi.checking.compare import array, fields, finite, has_shape, holds
from dflvi.checking.couplings import NO_NUMBER, largest, random_params, ratio
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def nice_inverse(params: Any, z: Float[Array, "... d"]) -> Float[Array, "... d"]:
    """Carry a point of the base back to the data: undo what your `nice_forward` does.

    Args:
        params: what your `init_nice` made, with any numbers in it.
        z: one point, [d], d two or more, odd or even. You may allow leading axes.

    Returns:
        x, [d]: the one point that `nice_forward(params, x)` carries to z, by formula and not by a search. It costs as
        much as the way forward. JAX must be able to differentiate it (Dinh et al. 2014, section 3.2).
    """
    n = z.shape[-1] // 2
    for number, net in reversed(list(enumerate(params))):
        even = number % 2 == 0
        still, moved = (z[..., :n], z[..., n:]) if even else (z[..., n:], z[..., :n])
        s, t = jnp.split(nets.apply_mlp(net, still), 2, axis=-1)
        s = 2 * jnp.tanh(s / 2)
        moved = (moved - t) * jnp.exp(-s)
        z = jnp.concatenate([still, moved] if even else [moved, still], axis=-1)
    return z


# ---- other right answers ----------------------------------------------------------------------


def by_recursion_from_the_end(params, z):
    """The last layer first, then the shorter chain; a division, and entries set in place."""
    if not params:
        return z
    (W, b), (V, c) = params[-1]
    n = z.shape[-1] // 2
    moves = slice(n, None) if len(params) % 2 == 1 else slice(0, n)
    still = z[:n] if len(params) % 2 == 1 else z[n:]
    s, t = (jax.nn.relu(still @ W + b) @ V + c).reshape(2, -1)
    scale = jnp.exp(2 * jnp.tanh(s / 2))
    return by_recursion_from_the_end(params[:-1], z.at[moves].set((z[moves] - t) / scale))


def with_the_parts_taken_turns(params, z):
    """Two parts that change names; for leading axes as well."""
    n, L = z.shape[-1] // 2, len(params)
    parts = [z[..., :n], z[..., n:]]
    for number in range(L - 1, -1, -1):
        reads = number % 2
        out = nets.apply_mlp(params[number], parts[reads])
        half = out.shape[-1] // 2
        s = jnp.tanh(out[..., :half] / 2)
        parts[1 - reads] = jnp.exp(-2 * s) * (parts[1 - reads] - out[..., half:])
    return jnp.concatenate(parts, axis=-1)


# ---- checks: cheap to deep --------------------------------------------------------------------
# Traces are counts and ratios, which do not depend on the structure of the parameters.

_N = 12


def _points(rng, d):
    return rng.normal(size=(_N, d)).astype(np.float32).astype(np.float64)


def _forward(attempt, params, x):
    return fields(attempt.companion("nice_forward").float64.vmap(None, 0)(params, x), "z", "logdet")


def _inverse(attempt, params, z, where):
    return finite(has_shape(attempt.float64.vmap(None, 0)(params, z), z.shape, where=where), where=where)


def scales_back_what_was_scaled(attempt):
    x = _points(attempt.rng, 4)
    where = "d = 4, one layer, random parameters"
    params = random_params(attempt, 4, 1)
    has_shape(attempt(params, x[0].astype(np.float32)), (4,), where="one point of d = 4")
    z, logdet = (array(one).astype(np.float64) for one in _forward(attempt, params, x))
    back = _inverse(attempt, params, z, where)
    again = bool(largest(back, z) < 1e-6)
    holds(not again, "Your inverse gives back the point that went in.", value=float(again), where=where)
    J = attempt.float64.jacobian(1).vmap(None, 0)(params, z)
    J = has_shape(J, (_N, 4, 4), where=where, what="the Jacobian of the inverse").astype(np.float64)
    ways = [ratio(np.linalg.slogdet(J)[1], -logdet), float(np.mean(_restored(back, x)) > 0.4)]
    says = "The inverse does not shrink by what `nice_forward` stretches."
    holds(abs(ways[0] - 1) < 2e-3, says, value=ways, tolerance=2e-3, where=where,
          got="no fixed multiple of it" if ways[0] == NO_NUMBER else f"{ways[0]:.3g} times that")  # fmt: skip


def _restored(back, x):
    """Which entries are what they were."""
    return np.abs(np.asarray(back, np.float64) - x) < 2e-4 * (1 + np.abs(x))


def one_layer_is_undone(attempt):
    x = _points(attempt.rng, 4)
    where = "d = 4, one layer, random parameters"
    params = random_params(attempt, 4, 1)
    back = _inverse(attempt, params, array(_forward(attempt, params, x)[0]).astype(np.float64), where)
    share = float(np.mean(_restored(back, x)))
    says = "From x to z with `nice_forward` and back with yours, one layer: x does not come back."
    holds(share == 1.0, says, value=share, tolerance=0.1, where=where, got=f"{100 * share:.0f} % of the coordinates")


def a_chain_is_undone_both_ways(attempt):
    x = _points(attempt.rng, 5)
    where = "d = 5, 4 layers, random parameters"
    params = random_params(attempt, 5, 4)
    back = _inverse(attempt, params, array(_forward(attempt, params, x)[0]).astype(np.float64), where)
    good = bool(np.all(_restored(back, x)))
    says = "From x to z with `nice_forward` and back with yours: x does not come back."
    holds(good, says, value=float(good), where=where)
    there = array(_forward(attempt, params, _inverse(attempt, params, x, where))[0])
    good = bool(np.all(_restored(there, x)))
    holds(good, "From z to x with yours and on with `nice_forward`: another z.", value=float(good), where=where)


# ---- mistakes ---------------------------------------------------------------------------------


def _forward_again(params, z):
    n = z.shape[-1] // 2
    for number, net in enumerate(params):
        still, moved = (z[..., :n], z[..., n:]) if number % 2 == 0 else (z[..., n:], z[..., :n])
        s, t = jnp.split(nets.apply_mlp(net, still), 2, axis=-1)
        moved = moved * jnp.exp(2 * jnp.tanh(s / 2)) + t
        z = jnp.concatenate([still, moved] if number % 2 == 0 else [moved, still], axis=-1)
    return z


def _chain(params, z, order, parity, undo):
    n = z.shape[-1] // 2
    parts = [z[..., :n], z[..., n:]]
    for number in order:
        reads = parity(number)
        s, t = jnp.split(nets.apply_mlp(params[number], parts[reads]), 2, axis=-1)
        parts[1 - reads] = undo(parts[1 - reads], 2 * jnp.tanh(s / 2), t)
    return jnp.concatenate(parts, axis=-1)


def _undo(y, s, t):
    return (y - t) / jnp.exp(s)


def _scale_before_shift(params, z):
    order = range(len(params) - 1, -1, -1)
    return _chain(params, z, order, lambda number: number % 2, lambda y, s, t: y / jnp.exp(s) - t)


def _in_the_same_order(params, z):
    return _chain(params, z, range(len(params)), lambda number: number % 2, _undo)


exercise = Exercise(
    nice_inverse,
    question="5.4",
    minutes=12,
    difficulty=2,
    differentiable=True,
    needs=("init_nice", "nice_forward"),
    hints=(
        "What does one layer hand on unchanged? With that in your hands, which numbers can you compute again, "
        "exactly as they were?",
        "Scale and shift are the same as on the way there. What was done last has to be undone first: within a layer, "
        "and among the layers.",
        "Loop over the layers from the last to the first. Cut as in the forward map, run the same network on the part "
        "that stays, take the shift away from the other part and then divide by the scale.",
    ),
    checks=(scales_back_what_was_scaled, one_layer_is_undone, a_chain_is_undone_both_ways),
    variants=(by_recursion_from_the_end, with_the_parts_taken_turns),
    mistakes=(
        Mistake(
            "returns-its-input",
            one_edit("moved = (moved - t) * jnp.exp(-s)", "moved = moved"),
            "What you return is the point that you were given: the new values are computed and do not reach the end.",
            also=lambda params, z: z + 0.0,
            caught_by=scales_back_what_was_scaled,
        ),
        Mistake(
            "stretches-again",
            one_edit("jnp.exp(-s)", "jnp.exp(s)"),
            "Where the way there stretches, your way back stretches once more. What undoes a multiplication?",
            also=lambda params, z: _forward_again(params, z),
            caught_by=scales_back_what_was_scaled,
        ),
        Mistake(
            "scale-left-alone",
            one_edit("(moved - t) * jnp.exp(-s)", "moved - t"),
            "Your way back never changes a volume, as if the layers did nothing but shift.",
            caught_by=scales_back_what_was_scaled,
        ),
        Mistake(
            "scale-before-shift",
            one_edit("(moved - t) * jnp.exp(-s)", "moved * jnp.exp(-s) - t"),
            "The scale is right and the place is not. You put on socks, then shoes; which of them comes off first?",
            also=lambda params, z: _scale_before_shift(params, z),
            caught_by=one_layer_is_undone,
        ),
        Mistake(
            "layers-in-the-same-order",
            one_edit("reversed(list(enumerate(params)))", "enumerate(params)"),
            "A single layer is undone as it should be, and a chain of three is not. Look at the order of your loop.",
            also=lambda params, z: _in_the_same_order(params, z),
            caught_by=a_chain_is_undone_both_ways,
        ),
    ),
    answer="""
With y1 = x1 in clear, run the same network on it: s and t are what they were. Then x2 = (y2 - t) exp(-s). The network
is never inverted, so it may be anything.

For a chain, $(f_L \\circ \\dots \\circ f_1)^{-1} = f_1^{-1} \\circ \\dots \\circ f_L^{-1}$: the last layer is undone
first.
""",
    afterword="Forwards and back at the same price. Few invertible maps offer that.",
)
