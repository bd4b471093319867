"""5.1  One coupling layer, decrypting."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T64, close, fields, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def coupling_inv(
    y: Float[Array, "... D"], m: Callable, law: str, flip: bool
) -> tuple[Float[Array, "... D"], Float[Array, "..."] | Scalar]:
    """Undo one coupling layer: the point x that `coupling(x, m, law, flip)` carries to y.

    Args:
        y: a point, [D] with D even; you may allow leading axes.
        m: makes the key, as in `coupling`. It need not have an inverse, and you have none.
        law: "add" or "affine", as there.
        flip: as there: False if the second half was moved, True if the first.

    Returns:
        x: the point before, [D].
        logdet: log |det dx/dy|, a number, in nats: the Jacobian of the map from y to x.

    JAX must be able to differentiate it in y (Dinh et al. 2014, section 3.2).
    """
    first, second = jnp.split(y, 2, axis=-1)
    clear, cipher = (second, first) if flip else (first, second)
    key = m(clear)
    s, t = (jnp.zeros_like(cipher), key) if law == "add" else key
    plain = (cipher - t) * jnp.exp(-s)
    x = jnp.concatenate([plain, clear] if flip else [clear, plain], axis=-1)
    return x, -s.sum(axis=-1)


# ---- other right answers ----------------------------------------------------------------------


def in_place(y, m, law, flip):
    """Slices and `.at`, the two laws apart."""
    h = y.shape[-1] // 2
    reads, moves = (slice(h, None), slice(0, h)) if flip else (slice(0, h), slice(h, None))
    key = m(y[..., reads])
    if law == "add":
        return {"x": y.at[..., moves].add(-key), "logdet": 0.0}
    scale = jnp.exp(key[0])
    return {"x": y.at[..., moves].add(-key[1]).at[..., moves].divide(scale), "logdet": jnp.log(1 / scale).sum(-1)}


def by_rolling(y, m, law, flip):
    """Rolls the half that passed to the front and back."""
    h = len(y) // 2
    y = jnp.roll(y, h) if flip else y
    key = m(y[:h])
    s, t = (0.0 * y[:h], key) if law == "add" else key
    x = jnp.concatenate([y[:h], jnp.exp(-s) * y[h:] - jnp.exp(-s) * t])
    return jnp.roll(x, h) if flip else x, 0.0 - jnp.sum(s)


# ---- checks: cheap to deep --------------------------------------------------------------------


def constant(u):
    return 0.0 * u + 0.7


def constant_pair(u):
    return 0.0 * u + 0.5, 0.0 * u - 1.5


def wild(u):
    return jnp.sin(50 * u[..., ::-1])


def wild_pair(u):
    return 0.5 * jnp.sin(3 * u) - 0.4, jnp.abs(u[..., ::-1]) + jnp.maximum(u, 0)


def _case(rng, law, kind):
    """A point, its image under the layer with the second half moved, and log-scales; in float64."""
    x = rng.normal(size=4).astype(np.float32).astype(np.float64)
    clear = x[:2]
    if kind == "constant":
        s, t = (np.full(2, 0.5), np.full(2, -1.5)) if law == "affine" else (np.zeros(2), np.full(2, 0.7))
    elif law == "affine":
        s, t = 0.5 * np.sin(3 * clear) - 0.4, np.abs(clear[::-1]) + np.maximum(clear, 0)
    else:
        s, t = np.zeros(2), np.sin(50 * clear[::-1])
    return x, np.concatenate([clear, x[2:] * np.exp(s) + t]), s


def _called(attempt, y, law, kind, flip):
    m = {("add", "constant"): constant, ("affine", "constant"): constant_pair,
         ("add", "wild"): wild, ("affine", "wild"): wild_pair}[law, kind]  # fmt: skip
    words = "never changes" if kind == "constant" else "has no inverse"
    where = f'law = "{law}", flip = {flip}, D = 4, a key that {words}'
    x, logdet = fields(attempt.float64(y, m, law, flip), "x", "logdet")
    return has_shape(x, (4,), where=where, what="x"), has_shape(logdet, (), where=where, what="logdet"), where


def undoes_a_layer_with_a_constant_key(attempt):
    for law in ("add", "affine"):
        x, y, _ = _case(attempt.rng, law, "constant")
        back, _, where = _called(attempt, y, law, "constant", False)
        close(back, x, T64, where=where, says="the point before", what="x")


def needs_no_inverse_of_the_key_maker(attempt):
    for law in ("add", "affine"):
        x, y, _ = _case(attempt.rng, law, "wild")
        back, _, where = _called(attempt, y, law, "wild", False)
        close(back, x, T64, where=where, says="the point before", what="x")


def undoes_the_flipped_layer_too(attempt):
    for law in ("add", "affine"):
        x, y, _ = _case(attempt.rng, law, "wild")
        swap = [2, 3, 0, 1]
        back, _, where = _called(attempt, y[swap], law, "wild", True)
        close(back, x[swap], T64, where=where, says="the point before", what="x")


def its_logdet_is_minus_that_of_the_layer(attempt):
    for law in ("affine", "add"):
        x, y, s = _case(attempt.rng, law, "wild")
        _, logdet, where = _called(attempt, y, law, "wild", False)
        J = fields(attempt.float64.jacobian(0)(y, wild_pair if law == "affine" else wild, law, False), "x", "logdet")[0]
        true = np.linalg.slogdet(has_shape(J, (4, 4), what="the Jacobian of x").astype(np.float64))[1]
        close(logdet, true, T64, where=where, says="logdet and the log |det| of the Jacobian of your inverse",
              known={"the logdet of the layer": float(s.sum())})  # fmt: skip


# ---- mistakes ---------------------------------------------------------------------------------


def _wider_shift(key, law):
    return key if law == "add" else (key[0], key[1] * jnp.exp(key[0]))


exercise = Exercise(
    coupling_inv,
    question="5.1",
    minutes=8,
    difficulty=1,
    differentiable=True,
    hints=(
        "What does the receiver hold in clear, and what can they compute from it?",
        "The key is the same as on the way there. What was done to the plain text last, the scaling or the shift? Undo "
        "that first.",
        "Copy your `coupling` and change the line in which the moved half gets its new value, and the sign of one "
        "number.",
    ),
    checks=(
        undoes_a_layer_with_a_constant_key,
        needs_no_inverse_of_the_key_maker,
        undoes_the_flipped_layer_too,
        its_logdet_is_minus_that_of_the_layer,
    ),
    variants=(in_place, by_rolling),
    mistakes=(
        Mistake(
            "scale-before-shift",
            one_edit("(cipher - t) * jnp.exp(-s)", "cipher * jnp.exp(-s) - t"),
            "Right for \"add\", wrong for \"affine\", already with a key that never changes. In which order were the "
            "two things done?",
            also=lambda y, m, law, flip: by_rolling(y, lambda u: _wider_shift(m(u), law), law, flip),
            caught_by=undoes_a_layer_with_a_constant_key,
        ),
        Mistake(
            "encrypts-again",
            one_edit("(cipher - t) * jnp.exp(-s)", "cipher * jnp.exp(s) + t"),
            "That is the layer once more. Put a key of 0.7 in and watch the second half move on by 0.7.",
            caught_by=undoes_a_layer_with_a_constant_key,
        ),
        Mistake(
            "key-from-the-cipher",
            one_edit("m(clear)", "m(cipher)"),
            "With a key that never changes you are right. Otherwise you make it from the half that was scrambled, and "
            "that is another key than the sender's.",
            also=lambda y, m, law, flip: by_rolling(y, lambda u: m(y[2:]), law, flip),
            caught_by=needs_no_inverse_of_the_key_maker,
        ),
        Mistake(
            "flip-ignored",
            lambda y, m, law, flip: in_place(y, m, law, False),
            "With flip = True you still take the second half for the one that was moved.",
            caught_by=undoes_the_flipped_layer_too,
        ),
        Mistake(
            "log-det-of-the-way-there",
            one_edit("-s.sum(axis=-1)", "s.sum(axis=-1)"),
            "You report the stretching of the layer. Yours is the way back, and what stretches there shrinks here.",
            caught_by=its_logdet_is_minus_that_of_the_layer,
        ),
    ),
    answer="""
The half in clear is the same before and after, so m(clear) is the same key. Then x2 = (y2 - t) exp(-s), the shift
first. The log-determinant is minus that of the layer.
""",
    afterword="The same key, made again from what came in clear. The function m was never run backwards.",
)
