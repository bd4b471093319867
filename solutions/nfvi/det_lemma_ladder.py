"""6.6  The determinant lemma for a layer with M hidden units, line by line."""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.exercise import Ladder, Mistake, one_edit
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
    D, M = A.shape
    big, inner = jnp.eye(D) + A @ jnp.diag(slopes) @ B, jnp.diag(1 / slopes) + B @ A
    return [
        Step(log_abs_det(J)),
        Step(log_abs_det(big), because="DEFINITION"),
        Step(jnp.log(jnp.abs(jnp.linalg.det(inner) * jnp.prod(slopes))), because="LINEAR_ALGEBRA"),
        Step(log_abs_det(inner) + jnp.log(slopes).sum(), because="LOG_RULE"),
        Step(log_abs_det(jnp.eye(M) + slopes[:, None] * (B @ A)), because="LINEAR_ALGEBRA"),
        Step(log_abs_det(jnp.eye(M) + slopes[:, None] * C), because="DEFINITION"),
    ]


def log_abs_det(matrix):
    """The log of the absolute value of its determinant."""
    return jnp.linalg.slogdet(matrix)[1]


# ---- other right answers ----------------------------------------------------------------------


def with_a_block_matrix(J, A, B, slopes, C):
    """Two ways to eliminate in one matrix of D + M by D + M, and no inverse of a slope."""
    D, M = A.shape
    blocks = jnp.block([[jnp.eye(D), -A * slopes], [B, jnp.eye(M)]])
    other_order = jnp.eye(M) + (B @ A) * slopes
    return [
        Step(jnp.log(jnp.abs(jnp.linalg.det(J)))),
        Step(jnp.linalg.slogdet(blocks)[1], "LINEAR_ALGEBRA"),
        Step(jnp.linalg.slogdet(other_order)[1], "LINEAR_ALGEBRA"),
        Step(jnp.linalg.slogdet(jnp.eye(M) + C * slopes)[1], "DEFINITION"),
        Step(jnp.linalg.slogdet(jnp.eye(M) + jnp.diag(slopes) @ C)[1], "LINEAR_ALGEBRA"),
    ]


# ---- the instances, and the two ends of the claim ---------------------------------------------

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


# ---- mistakes that are no edit of the reference ------------------------------------------------


def _in_two_lines(J, A, B, slopes, C):
    return [
        Step(log_abs_det(J)),
        Step(log_abs_det(jnp.eye(len(slopes)) + slopes[:, None] * C), because="LINEAR_ALGEBRA"),
    ]


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
    variants=(with_a_block_matrix,),
    hints=(
        "Write J out. Which of the lemma's X, U, W, V' is which here, and what is X^-1?",
        "The lemma gives a product of two determinants, of H^-1 + B A and of H. Take the log of it, and then make one "
        "determinant of the two again: det(F) det(G) is det(F G), in either order.",
        "Lines: log |det J|; J written with A, H, B; the lemma; the log of a product as a sum; H multiplied from the "
        "left into H^-1 + B A; C for B A.",
    ),
    mistakes=(
        Mistake(
            "in-two-lines",
            _in_two_lines,
            "You have both ends, and the lemma between them as a whole. Show its parts: what is each of its matrices "
            "here, and how does the inverse of the slopes go away?",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "starts-with-a-and-b",
            one_edit("Step(log_abs_det(J)),", "Step(log_abs_det(big)),"),
            "Your first line holds A, B and the slopes already. It is about J as it was handed in; what J is made of "
            "is the second line.",
            also=lambda J, A, B, slopes, C: det_lemma_ladder(jnp.eye(len(A)) + (A * slopes) @ B, A, B, slopes, C),
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "det-of-h-forgotten",
            one_edit("jnp.linalg.det(inner) * jnp.prod(slopes)", "jnp.linalg.det(inner)"),
            "The lemma's right side has three determinants. One of them is 1 here, and one of the other two is missing "
            "in a line of yours.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "slopes-in-place-of-their-inverses",
            one_edit("jnp.diag(1 / slopes) + B @ A", "jnp.diag(slopes) + B @ A"),
            "In the lemma one matrix enters with its inverse. With slopes of 1 you would not notice.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "ends-with-b-a",
            lambda J, A, B, slopes, C: det_lemma_ladder(J, A, B, slopes, B @ A),
            "Your last line forms B A again. C is handed in for it, and at the end the check hands you a C of its own.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "lemma-called-a-definition",
            one_edit('(slopes))), because="LINEAR_ALGEBRA"', '(slopes))), because="CHANGE_OF_VARIABLES"'),
            "You name a law that belongs to what the determinant is *for*. Here nothing is said but what a determinant "
            "*is*.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
With H = diag(slopes), all in absolute values and logs:

1. det J
2. = det(I + A H B), what J is.
3. = det(H^-1 + B A) det(H), the lemma with X = I, U = A, W = H, V' = B. Its fourth factor, det X, is 1.
4. In logs a sum: log |det(H^-1 + B A)| + sum log h'.
5. = log |det(I + H B A)|: determinants multiply, so H goes into the bracket, and H H^-1 = I.
6. = log |det(I + H C)|, what C is.

Why the lemma holds: take the matrix with the blocks I, -A H above and B, I below. Clear its lower left block, and
what is left has the determinant det(I + B A H). Clear its upper right block, and it has det(I + A H B). Both are the
determinant of the one matrix.
""",
    afterword="Nothing was approximated on the way from D by D to M by M.",
)
