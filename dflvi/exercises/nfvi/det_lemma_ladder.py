"""6.6  The determinant lemma for a layer with M hidden units, line by line."""

# Built from solutions/nfvi/det_lemma_ladder.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.exercise import Ladder
from dflvi.types import Step


def det_lemma_ladder(
    J: Float[Array, "D D"], A: Float[Array, "D M"], B: Float[Array, "M D"], slopes: Float[Array, " M"],
    C: Float[Array, "M M"],
) -> list[Step]:  # fmt: skip
    """From the log |det| of a layer's D by D Jacobian to one of M by M, in at least four lines, all the same number.

    Args:
        J: the Jacobian, [D, D]. It is I + A H B with H = diag(slopes), and it is handed in, so use J itself.
        A: the directions in which the units move z, [D, M].
        B: what the units look at, [M, D].
        slopes: tanh' of each unit at the point, [M], positive.
        C: B A, [M, M], handed in too.

    Returns:
        a list of `Step(value, because="...")`. The first line is log |det J|, of J and nothing else. The last line is
        log |det(I + H C)|, of slopes and C and nothing else: no matrix of D by D is left. In between, change one
        thing a line.

    `because` names what leads to a line: DEFINITION for putting in what J, H or C is, LINEAR_ALGEBRA for a fact about
    determinants, which you will need, or LOG_RULE. The first line needs none. The lemma is det(X + U W V') =
    det(W^-1 + V' X^-1 U) det(W) det(X); you may use it or go around it, by way of a block matrix, say. The check draws
    numbers for all arguments; at both ends it also draws a J and a C that have nothing to do with A and B.
    """
    raise NotImplementedError("yours to write")

_D, _M = 4, 2


def _parts(rng):
    """A, B, slopes of float32, their J not near a fold, where a log magnifies rounding."""
    while True:
        A, B, slopes = rng.normal(size=(_D, _M)), rng.normal(size=(_M, _D)), rng.uniform(0.2, 1.0, _M)
        J = np.eye(_D) + (A * slopes) @ B
        if abs(np.linalg.det(J)) > 0.1:
            return tuple(part.astype(np.float32) for part in (J, A, B, slopes, B @ A))


def _instance(rng):
    return _parts(rng)


def _unrelated(rng):
    while True:
        J, A, B, slopes, _ = _parts(rng)
        C = rng.normal(size=(_M, _M)).astype(np.float32)
        if abs(np.linalg.det(np.eye(_M) + np.diag(slopes) @ C)) > 0.1:
            return _parts(rng)[0], A, B, slopes, C


def _start(J, A, B, slopes, C):
    return np.linalg.slogdet(J.astype(np.float64))[1]


def _end(J, A, B, slopes, C):
    return np.linalg.slogdet(np.eye(_M) + np.diag(slopes.astype(np.float64)) @ C.astype(np.float64))[1]


exercise = Ladder(
    det_lemma_ladder,
    question="6.6",
    minutes=15,
    difficulty=2,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=4,
    reasons=("DEFINITION", "LINEAR_ALGEBRA", "LOG_RULE"),
    required=("LINEAR_ALGEBRA",),
    hints=(
        "Write J out. Which of the lemma's X, U, W, V' is which here, and what is X^-1?",
        "The lemma gives a product of two determinants, of H^-1 + B A and of H. Take the log of it, and then make one "
        "determinant of the two again: det(F) det(G) is det(F G), in either order.",
        "Lines: log |det J|; J written with A, H, B; the lemma; the log of a product as a sum; H multiplied from the "
        "left into H^-1 + B A; C for B A.",
    ),
)
