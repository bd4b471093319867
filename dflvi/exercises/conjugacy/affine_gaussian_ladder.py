"""1.1  From the change of variables to the multivariate normal, line by line."""

# Built from solutions/conjugacy/affine_gaussian_ladder.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder
from dflvi.types import Step


def affine_gaussian_ladder(
    y: Float[Array, " d"], A: Float[Array, "d d"], b: Float[Array, " d"], S: Float[Array, "d d"]
) -> list[Step]:
    """The density of y = A x + b, x ~ N(0, I), in at least four lines, each of them log p(y) in nats.

    Args:
        y: the point, [d].
        A: an invertible matrix, [d, d].
        b: the shift, [d].
        S: the covariance of y, [d, d], the one of `affine_gaussian_cov`. It is handed in, so use S itself.

    Returns:
        a list of `Step(value, because="...")`. The first line is what the change of variables says, written
        with A and b and without S. The last line is the log density of the multivariate normal with mean b
        and covariance S, without A. In between, change one thing a line; each line equals the one before.

    `because` names what leads to a line from the one before it: DEFINITION, CHANGE_OF_VARIABLES, LOG_RULE, or
    LINEAR_ALGEBRA for a fact about inverses or determinants, which you will need. The first line needs none.
    To see the form, here is another derivation, of log(a^2 / b) = 2 log a - log b:

        return [
            Step(jnp.log(a**2 / b)),
            Step(jnp.log(a**2) - jnp.log(b), because="LOG_RULE"),
            Step(2 * jnp.log(a) - jnp.log(b), because="LOG_RULE"),
        ]

    The check draws numbers for all arguments and compares the lines. At both ends it also draws an S that
    has nothing to do with A.
    """
    raise NotImplementedError("yours to write")


def _instance(rng):
    A = oracles.conditioned_matrix(rng, 3)
    b = rng.normal(size=3).astype(np.float32)
    y = (A @ rng.normal(size=3) + b).astype(np.float32)
    A64 = A.astype(np.float64)
    return y, A, b, (A64 @ A64.T).astype(np.float32)


def _unrelated(rng):
    y, A, b, _ = _instance(rng)
    return y, A, b, _instance(rng)[3]


def _start(y, A, b, S):
    A = A.astype(np.float64)
    x = np.linalg.lstsq(A, y.astype(np.float64) - b)[0]
    return oracles.normal_logpdf(x).sum() - np.log(np.linalg.svd(A, compute_uv=False)).sum()


def _end(y, A, b, S):
    return oracles.multivariate_normal_logpdf(y, b.astype(np.float64), S)


exercise = Ladder(
    affine_gaussian_ladder,
    question="1.1",
    minutes=15,
    difficulty=2,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=4,
    reasons=("DEFINITION", "CHANGE_OF_VARIABLES", "LOG_RULE", "LINEAR_ALGEBRA"),
    required=("LINEAR_ALGEBRA",),
    hints=(
        "Write the first and the last line, and put them side by side. Which two terms differ? Each of them "
        "wants a line of its own.",
        "One term is a square, the other a log-volume. For the square, put x = A^{-1}(y - b) in and collect "
        "the two matrices that meet in the middle. For the volume, ask what the determinant of a product is.",
        "Line by line: the log density of x plus the log of the Jacobian; the determinant of an inverse "
        "turned into that of A; the square rewritten with S; the log-volume rewritten with det S, with the "
        "factor that makes it so; the whole recognised as a normal.",
    ),
)
