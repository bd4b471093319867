"""6.3  A planar layer that can be undone."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def constrain_planar(u: Float[Array, " d"], w: Float[Array, " d"]) -> Float[Array, " d"]:
    """Move u along w until the planar layer z + u tanh(w . z + b) can be undone, whatever b is.

    Args:
        u: any vector, [d].
        w: another, [d], not zero. With w = 0 the layer shifts all points alike and any u will do; a number as small as
            1e-12 beside |w|^2 keeps your division from giving nan there.

    Returns:
        u_hat: u with a multiple of w added, [d], such that the inner product of w and u_hat is m(w . u).

    Such a layer is one to one if, and only if, w . u >= -1. The function m has to send any number above -1, and to grow
    with its argument. Take that of the paper, m(a) = -1 + log(1 + exp(a)), or the same with its argument shifted such
    that m(0) = 0: then a u of zeros stays as it is. |w . u| may be as large as 1000. JAX must be able to differentiate
    it in both arguments. (Rezende and Mohamed 2015, appendix A.1.)
    """
    wu = w @ u
    m = jax.nn.softplus(wu + jnp.log(jnp.e - 1)) - 1
    return u + (m - wu) / (w @ w + 1e-12) * w


# ---- other right answers ----------------------------------------------------------------------


def as_in_the_paper(u, w):
    """The paper's m; the part of u along w is taken out and put back with another length."""
    length = jnp.linalg.norm(w)
    direction = w / length
    along = jnp.sum(direction * u)
    return u - along * direction + (jnp.logaddexp(along * length, 0.0) - 1) / length * direction


def in_numpy(u, w):
    """NumPy, for each row of leading axes."""
    u, w = np.asarray(u), np.asarray(w)
    a = np.sum(u * w, axis=-1, keepdims=True)
    m = np.maximum(a, 0) + np.log1p(np.exp(-np.abs(a))) - 1
    return u + w * ((m - a) / np.sum(w * w, axis=-1, keepdims=True))


# ---- checks: cheap to deep --------------------------------------------------------------------

_D, _N = 3, 60


def _cases(rng, sizes):
    """Vectors u and w [n, d] with given w . u, w of lengths from 0.5 to 2."""
    w = rng.normal(size=(len(sizes), _D))
    w *= rng.uniform(0.5, 2.0, size=(len(sizes), 1)) / np.linalg.norm(w, axis=1, keepdims=True)
    u = rng.normal(size=w.shape)
    u += ((np.asarray(sizes) - np.sum(u * w, axis=1)) / np.sum(w**2, axis=1))[:, None] * w
    return u.astype(np.float32).astype(np.float64), w.astype(np.float32).astype(np.float64)


def _spread(rng):
    """Values of w . u: near zero, moderate and huge."""
    return np.concatenate([rng.uniform(-6, 6, _N - 20), 10 ** rng.uniform(1, 3, 20) * np.tile([1, -1], 10)])


def _hats(attempt, u, w, where):
    got = has_shape(attempt.float64.vmap(0, 0)(u, w), u.shape, where=where, what="u_hat")
    return finite(got, where=where, what="u_hat").astype(np.float64)


def one_vector_comes_back(attempt):
    u, w = _cases(attempt.rng, [-2.0])
    finite(has_shape(attempt(u[0].astype(np.float32), w[0].astype(np.float32)), (_D,), where="w . u = -2, d = 3"))


def it_moves_u_along_w_alone(attempt):
    u, w = _cases(attempt.rng, attempt.rng.uniform(-6, 6, _N))
    where = f"{_N} draws, d = {_D}, w . u from -6 to 6"
    moved = _hats(attempt, u, w, where) - u
    across = moved - (np.sum(moved * w, axis=1) / np.sum(w**2, axis=1))[:, None] * w
    off = float(np.abs(across).max())
    holds(off < 1e-4, "u_hat - u has a part that is not along w. What happens across w is none of its business.",
          value=off, where=where, got=f"up to {off:.3g}")  # fmt: skip


def the_layer_can_always_be_undone(attempt):
    u, w = _cases(attempt.rng, _spread(attempt.rng))
    where = f"{_N} draws, d = {_D}, |w . u| up to 1000"
    wu = np.sum(w * _hats(attempt, u, w, where), axis=1)
    least = float(wu.min())
    # At 1000 an answer that pins float32 loses five digits of w . u_hat.
    holds(least >= -1 - 2e-3, "With your u_hat some layers still fold: w . u_hat is below -1.", value=least,
          tolerance=1e-2, where=where, expected="-1 or more", got=f"{least:.6g}")  # fmt: skip


def it_leaves_layers_that_compress(attempt):
    u, w = _cases(attempt.rng, np.linspace(-8, -3, _N))
    where = f"{_N} draws, d = {_D}, w . u from -8 to -3"
    most = float(np.sum(w * _hats(attempt, u, w, where), axis=1).max())
    holds(most < 0, "However negative w . u is, w . u_hat is not: such a layer can only pull points apart.", value=most,
          where=where, expected="negative", got=f"up to {most:.3g}")  # fmt: skip


def it_follows_one_of_the_two_m(attempt):
    # From -6 to 30, and at 20: there the paper's m moves u back by one, which m = max(-1, .) does not.
    asked = np.concatenate([np.linspace(-6, 6, _N - 20), np.linspace(7, 30, 19), [20.0]])
    u, w = _cases(attempt.rng, asked)
    a, where = np.sum(w * u, axis=1), f"{_N} draws, d = {_D}, w . u from -6 to 30"
    got = np.sum(w * _hats(attempt, u, w, where), axis=1)
    shifts = [got - (np.logaddexp(0.0, a + shift) - 1) for shift in (0.0, np.log(np.e - 1))]
    nearer = min(shifts, key=lambda gap: np.abs(gap).max())
    worst = int(np.abs(nearer).argmax())
    holds(float(np.abs(nearer).max()) < 2e-4, "w . u_hat is neither what the paper's m makes of w . u, nor what the "
          "shifted one makes of it.", value=got, where=f"{where}; worst at w . u = {a[worst]:.3g}",
          got=f"w . u_hat = {got[worst]:.5g}")  # fmt: skip


def gradients_stay_finite(attempt):
    # On the line, where u_hat is one number: its gradient is taken backwards, as a training takes it.
    w = np.array([1.5], np.float32)
    for size in (300.0, -300.0):
        for argument in (0, 1):
            where, what = f"w . u = {size:g}, d = 1, float32", f"the slope in {'uw'[argument]}"
            finite(attempt.grad(argument)(np.array([size / 1.5], np.float32), w), where=where, what=what)


# ---- known wrong answers ----------------------------------------------------------------------


def _moved(u, w, m, length2=None):
    wu = w @ u
    return u + (m(wu) - wu) / (w @ w if length2 is None else length2) * w


def _safe_value_only(u, w):
    return _moved(u, w, lambda a: jnp.where(a > 30.0, a, jnp.log(1 + jnp.exp(a))) - 1)


exercise = Exercise(
    constrain_planar,
    question="6.3",
    minutes=12,
    difficulty=2,
    differentiable=True,
    hints=(
        "Which inner product has to change, and along which direction can you move u to change it and nothing else?",
        "Adding c w to u adds c |w|^2 to the inner product. Which c brings it from what it is to m of what it is?",
        "Compute the inner product, take m of it with jax.nn.softplus (a log of one plus an exp overflows), and "
        "divide the difference of the two by the squared length of w.",
    ),
    checks=(
        one_vector_comes_back,
        it_moves_u_along_w_alone,
        the_layer_can_always_be_undone,
        it_leaves_layers_that_compress,
        it_follows_one_of_the_two_m,
        gradients_stay_finite,
    ),
    variants=(as_in_the_paper, in_numpy),
    mistakes=(
        Mistake(
            "the-inner-product-itself",
            one_edit("return u + (m - wu) / (w @ w + 1e-12) * w", "return m"),
            "One number comes back where a vector is asked for. You know what the inner product should be; which "
            "vector has it?",
            caught_by=one_vector_comes_back,
        ),
        Mistake(
            "u-is-scaled",
            one_edit("return u + (m - wu) / (w @ w + 1e-12) * w", "return u * m / wu"),
            "The inner product comes out right, because you stretch all of u. At w . u near 0 that makes it huge, and "
            "what u does across w has nothing to do with folding.",
            caught_by=it_moves_u_along_w_alone,
        ),
        Mistake(
            "coordinate-by-coordinate",
            lambda u, w: u + (jax.nn.softplus(w * u) - 1 - w * u) / w,
            "You hold each product of coordinates above -1. Their sum is what counts: with three of them it can still "
            "be -3.",
            caught_by=it_moves_u_along_w_alone,
        ),
        Mistake(
            "not-divided-by-the-length",
            lambda u, w: _moved(u, w, lambda a: jax.nn.softplus(a) - 1, 1.0),
            "For w of length one you are right. Take a w of length 2 and look at w . u_hat: it has moved four times "
            "too far.",
            also=lambda u, w: u + w * (jnp.logaddexp(0.0, jnp.dot(u, w)) - 1 - jnp.dot(u, w)),
            caught_by=the_layer_can_always_be_undone,
        ),
        Mistake(
            "divided-by-the-length-once",
            lambda u, w: _moved(u, w, lambda a: jax.nn.softplus(a) - 1, jnp.linalg.norm(w)),
            "With a w of length 0.5 you move u half as far as is needed, with one of length 2 twice as far. Do you "
            "divide by the length, or by its square?",
            caught_by=the_layer_can_always_be_undone,
        ),
        Mistake(
            "exp-overflows",
            lambda u, w: _moved(u, w, lambda a: jnp.log(1 + jnp.exp(a)) - 1),
            "At w . u = 1000 your exp is infinite, and so is u_hat. That product is what a layer has whose parameters "
            "have run away; JAX has the whole function ready-made.",
            caught_by=the_layer_can_always_be_undone,
        ),
        Mistake(
            "softplus-without-minus-one",
            lambda u, w: _moved(u, w, jax.nn.softplus),
            "Over 60 draws your layer never compresses space. Should it? The law asks for more than -1, and you ask "
            "for more than 0.",
            caught_by=it_leaves_layers_that_compress,
        ),
        Mistake(
            "a-hard-floor",
            lambda u, w: _moved(u, w, lambda a: jnp.maximum(a, -1.0)),
            "Below -1 your w . u_hat does not move any more when w . u does, so that the slope is zero there and "
            "training is stuck at the edge. And at w . u = 20 nothing changes at all; a function that grows "
            "everywhere has to.",
            caught_by=it_follows_one_of_the_two_m,
        ),
        Mistake(
            "shift-outside-of-the-log",
            lambda u, w: _moved(u, w, lambda a: jax.nn.softplus(a) - jnp.log(2.0)),
            "At w . u = 0 nothing moves, which is nice, and at -8 the inner product stops at -0.69. You give away the "
            "strongest compressions; move the argument of the logarithm, not its value.",
            caught_by=it_follows_one_of_the_two_m,
        ),
        Mistake(
            "slope-of-an-overflow",
            _safe_value_only,
            "The values are right, and the slope at w . u = 300 is nan: the branch that is not taken overflows in it "
            "all the same, and zero times infinity is no number.",
            caught_by=gradients_stay_finite,
        ),
    ),
    answer="""
Along w the layer is the map a -> a + (w . u) tanh(a + b) of the line. Its slope lies between 1 and 1 + w . u, so it
rises everywhere if w . u >= -1. Across w points keep their distance to each other in the directions that u leaves.

Adding c w to u adds c |w|^2 to w . u. With c = (m(w . u) - w . u) / |w|^2 the product becomes m(w . u).

For large products m(a) = a - 1 + a vanishing rest with the paper's m, so u_hat does *not* tend to u: the difference
tends to -w / |w|^2. With the shifted one to -0.459 w / |w|^2. And the paper's m(0) is log 2 - 1 = -0.307: a u of zeros
gives a layer that moves points, the more so the shorter w is. The shift takes that away.
""",
    afterword="Any numbers that a network puts out are lawful now.",
)
