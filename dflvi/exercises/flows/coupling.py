"""5.1  One coupling layer, encrypting."""

# Built from solutions/flows/coupling.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import T64, close, fields, has_shape, holds
from dflvi.checking.exercise import Exercise
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
    raise NotImplementedError("yours to write")


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
)
