"""5.1  One coupling layer, encrypting."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T64, close, fields, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def coupling(
    x: Float[Array, "... D"], m: Callable, law: str, flip: bool
) -> tuple[Float[Array, "... D"], Float[Array, "..."] | Scalar]:
    """One coupling layer: half of x passes in clear, the other half is changed with a key that is made from it.

    Args:
        x: a point, [D] with D even; you may allow leading axes. Its halves are the first D/2 coordinates and the rest.
        m: makes the key from the half that passes, any function of [D/2] whatever. Under the law "add" it returns one
            vector t [D/2], under "affine" a pair (s, t) of them.
        law: "add", where the other half becomes x2 + t, or "affine", where it becomes x2 exp(s) + t.
        flip: False moves the second half, True the first.

    Returns:
        y: the new point, [D]. The halves keep their places.
        logdet: log |det dy/dx|, a number, in nats.

    JAX must be able to differentiate it in x (Dinh et al. 2014, section 3.2).
    """
    first, second = jnp.split(x, 2, axis=-1)
    clear, plain = (second, first) if flip else (first, second)
    key = m(clear)
    s, t = (jnp.zeros_like(plain), key) if law == "add" else key
    cipher = plain * jnp.exp(s) + t
    y = jnp.concatenate([cipher, clear] if flip else [clear, cipher], axis=-1)
    return y, s.sum(axis=-1)


# ---- other right answers ----------------------------------------------------------------------


def in_place(x, m, law, flip):
    """Slices and `.at`, the two laws apart."""
    h = x.shape[-1] // 2
    reads, moves = (slice(h, None), slice(0, h)) if flip else (slice(0, h), slice(h, None))
    key = m(x[..., reads])
    if law == "add":
        return {"y": x.at[..., moves].add(key), "logdet": 0.0}
    return {"y": x.at[..., moves].multiply(jnp.exp(key[0])).at[..., moves].add(key[1]), "logdet": jnp.sum(key[0], -1)}


def by_rolling(x, m, law, flip):
    """Rolls the half that passes to the front and back."""
    h = len(x) // 2
    x = jnp.roll(x, h) if flip else x
    key = m(x[:h])
    scale, shift = (jnp.ones(h), key) if law == "add" else (jnp.exp(key[0]), key[1])
    y = jnp.concatenate([x[:h], scale * x[h:] + shift])
    return jnp.roll(y, h) if flip else y, jnp.sum(jnp.log(scale))


# ---- checks: cheap to deep --------------------------------------------------------------------
# Keys that no inverse could be found for: the sine repeats, the other loses a sign. Each entry reads both inputs.


def wild(u):
    return jnp.sin(20 * u * jnp.array([1, 0.7], u.dtype) + 46 * u[..., ::-1])


def wild_pair(u):
    return 0.5 * jnp.sin(3 * u) - 0.4, jnp.abs(u * jnp.array([1, 0.7], u.dtype) + 2.3 * u[..., ::-1])


def _point(rng):
    return rng.normal(size=4).astype(np.float32).astype(np.float64)


def _called(attempt, x, law, flip):
    where = f'law = "{law}", flip = {flip}, D = 4'
    y, logdet = fields(attempt.float64(x, wild_pair if law == "affine" else wild, law, flip), "y", "logdet")
    return has_shape(y, (4,), where=where, what="y"), has_shape(logdet, (), where=where, what="logdet"), where


def one_half_passes_in_clear(attempt):
    for law in ("add", "affine"):
        x = _point(attempt.rng)
        y, _, where = _called(attempt, x, law, False)
        close(y[:2], x[:2], T64, where=where, says="the first half stays", what="the first half of y")


def the_other_half_obeys_the_law(attempt):
    x = _point(attempt.rng)
    s = 0.5 * np.sin(3 * x[:2]) - 0.4
    t = np.abs(np.array([1, 0.7]) * x[:2] + 2.3 * x[1::-1])
    added = x[2:] + np.sin(np.array([20, 14.0]) * x[:2] + 46 * x[1::-1])
    for law, want in (("add", added), ("affine", x[2:] * np.exp(s) + t)):
        y, _, where = _called(attempt, x, law, False)
        close(y[2:], want, T64, where=where, says="what the second half becomes", what="the second half of y")


def three_layers_in_turn_mix_everything(attempt):
    for law in ("add", "affine"):
        x, product, seen = _point(attempt.rng), np.eye(4), []
        for flip in (False, True, False):
            m = wild_pair if law == "affine" else wild
            J = fields(attempt.float64.jacobian(0)(x, m, law, flip), "y", "logdet")[0]
            product = has_shape(J, (4, 4), what="the Jacobian of y") @ product
            x = _called(attempt, x, law, flip)[0].astype(np.float64)
            seen.append((np.abs(product) > 1e-9).astype(float))
        where = f'law = "{law}", flip = False, True, False, D = 4: which input reaches which output'
        full = float(np.mean(seen[-1]))
        holds(full == 1.0, "After three layers in turn some outputs still ignore some inputs.", value=np.array(seen),
              where=where, got=f"{100 * full:.0f} % of the pairs are connected")  # fmt: skip


def the_logdet_is_that_of_its_jacobian(attempt):
    for law in ("add", "affine"):
        for flip in (False, True):
            x = _point(attempt.rng)
            y, logdet, where = _called(attempt, x, law, flip)
            m = wild_pair if law == "affine" else wild
            J = fields(attempt.float64.jacobian(0)(x, m, law, flip), "y", "logdet")[0]
            close(logdet, np.linalg.slogdet(J.astype(np.float64))[1], T64, where=where,
                  says="logdet and the log |det| of your Jacobian")  # fmt: skip


# ---- mistakes ---------------------------------------------------------------------------------


def _everything(x, m, law, flip):
    y, logdet = coupling(x, m, law, flip)
    return coupling(y, m, law, not flip)[0], logdet


exercise = Exercise(
    coupling,
    question="5.1",
    minutes=12,
    difficulty=1,
    differentiable=True,
    hints=(
        "Who reads the key, and from which half can they compute it?",
        "Cut x in two, hand one half to m, change the other half, and put the two back where they were. Which "
        "entries of the Jacobian are not zero, and which make its determinant?",
        "Under both laws the moved half is a scale times what it was, plus a shift; under \"add\" the log-scale is "
        "zero. The sum of the log-scales is the log-determinant.",
    ),
    checks=(
        one_half_passes_in_clear,
        the_other_half_obeys_the_law,
        three_layers_in_turn_mix_everything,
        the_logdet_is_that_of_its_jacobian,
    ),
    variants=(in_place, by_rolling),
    mistakes=(
        Mistake(
            "halves-change-places",
            one_edit("[clear, cipher], axis", "[cipher, clear], axis"),
            "What passed in clear comes out at the other end of y. Here the halves keep their places, and taking "
            "turns is what `flip` is for.",
            caught_by=one_half_passes_in_clear,
        ),
        Mistake(
            "both-halves-move",
            _everything,
            "No coordinate of y is what it was. If nothing passes in clear, from what is the receiver to make the key?",
            caught_by=one_half_passes_in_clear,
        ),
        Mistake(
            "key-from-the-plain-text",
            one_edit("m(clear)", "m(plain)"),
            "The key is made from the very half that it changes. Whoever holds only y cannot make it again.",
            also=lambda x, m, law, flip: by_rolling(x, lambda u: m(x[2:]), law, flip),
            caught_by=the_other_half_obeys_the_law,
        ),
        Mistake(
            "scale-for-its-log",
            one_edit("jnp.exp(s) + t", "(s if law == 'affine' else 1.0) + t"),
            "Under the law \"affine\" your second half is multiplied by s itself, which may be zero or negative.",
            caught_by=the_other_half_obeys_the_law,
        ),
        Mistake(
            "shift-is-scaled-too",
            one_edit("plain * jnp.exp(s) + t", "(plain + t) * jnp.exp(s)"),
            "Your layer can be undone and has the right log-determinant, and yet it is another map: try x2 = 0, which "
            "should become the shift.",
            caught_by=the_other_half_obeys_the_law,
        ),
        Mistake(
            "never-flips",
            one_edit("(second, first) if flip else (first, second)", "(first, second)"),
            "With flip = True your map does something odd to the halves, and after three layers in turn not every "
            "output knows of every input. Who passes when it is the first half that moves?",
            caught_by=three_layers_in_turn_mix_everything,
        ),
        Mistake(
            "flip-ignored",
            lambda x, m, law, flip: in_place(x, m, law, False),
            "flip = True and False give the same result, so however many layers one takes, half of the coordinates "
            "stay as they came.",
            also=lambda x, m, law, flip: by_rolling(x, m, law, False),
            caught_by=three_layers_in_turn_mix_everything,
        ),
        Mistake(
            "sign-of-the-log-det",
            one_edit("s.sum(axis=-1)", "-s.sum(axis=-1)"),
            "Where the layer stretches, you report that it shrinks, and the other way round. The Jacobian is that of "
            "the map from x to y.",
            caught_by=the_logdet_is_that_of_its_jacobian,
        ),
        Mistake(
            "mean-over-coordinates",
            one_edit("s.sum(axis=-1)", "s.mean(axis=-1)"),
            "Your log-determinant does not grow with the number of coordinates that are scaled. In a box each side "
            "counts.",
            also=lambda x, m, law, flip: (coupling(x, m, law, flip)[0], coupling(x, m, law, flip)[1] / (len(x) // 2)),
            caught_by=the_logdet_is_that_of_its_jacobian,
        ),
    ),
    answer="""
With the passing half first, the Jacobian is

$$\\begin{pmatrix} I & 0 \\\\ \\partial y_2 / \\partial x_1 & \\partial g / \\partial x_2 \\end{pmatrix}$$

and its determinant that of the lower right block: 1 for "add", the product of exp(s) for "affine". The lower left block
holds all of m's derivatives and does not count.

**Why the picture of a cipher fits.** With the key in hand the law is an invertible map of the plain text; adding a
key is the XOR of the real numbers. The receiver makes the same key from the half that came in clear, so m is run
forwards only, need not be invertible and may be as complicated as one likes. Encrypting and decrypting cost the same.
It is one round of a Feistel network, as in DES: half of the block passes, the other half is combined with a scrambled
copy, the halves change roles, and after some rounds every part depends on every other. End to end, data become noise
from which they can be recovered exactly.

**Where it stops.** Nothing is secret: the key travels in clear. It is made from the message, so no two people share it.
The aim is not a cipher text that tells nothing, but a given density at the end and a log-determinant that can be
computed. And everything is continuous.

**Rubric.** The law is invertible given the key; the receiver regenerates the key; m only forwards; equal cost both
ways; rounds with alternating halves; no secrecy; a given density is the aim.
""",
    afterword="The Jacobian is triangular, and m's derivatives lie where no determinant looks.",
)
