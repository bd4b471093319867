"""1.1  From the change of variables to the multivariate normal, line by line."""

import jax.numpy as jnp
import jax.scipy as jsp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder, Mistake, one_edit
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
    r = y - b
    x = jnp.linalg.solve(A, r)
    back = jnp.linalg.inv(A)
    constant = -0.5 * y.size * jnp.log(2 * jnp.pi)
    square = r @ jnp.linalg.solve(S, r)
    log_det = jnp.linalg.slogdet(A)[1]
    return [
        Step(jnp.log(jnp.abs(jnp.linalg.det(back))) + jsp.stats.norm.logpdf(x).sum()),
        Step(constant - 0.5 * x @ x + jnp.log(jnp.abs(jnp.linalg.det(back))), because="DEFINITION"),
        Step(constant - 0.5 * x @ x - log_det, because="LINEAR_ALGEBRA"),
        Step(constant - 0.5 * square - log_det, because="LINEAR_ALGEBRA"),
        Step(constant - 0.5 * square - 0.5 * jnp.linalg.slogdet(S)[1], because="LINEAR_ALGEBRA"),
        Step(jsp.stats.multivariate_normal.logpdf(y, b, S), because="DEFINITION"),
    ]


# ---- other right answers ----------------------------------------------------------------------


def with_densities_and_logs(y, A, b, S):
    """Starts from p(y) itself, takes logs on the way, uses A^{-T} A^{-1} and a Cholesky factor of S."""
    back = jnp.linalg.inv(A)
    x = back @ (y - b)
    density = jnp.prod(jnp.exp(-(x**2) / 2) / jnp.sqrt(2 * jnp.pi)) * jnp.abs(jnp.linalg.det(back))
    logs = jnp.sum(-(x**2) / 2 - jnp.log(2 * jnp.pi) / 2)
    half_log_det = jnp.log(jnp.diag(jnp.linalg.cholesky(S))).sum()
    exponent = -(y - b) @ (back.T @ back) @ (y - b) / 2 - len(y) * jnp.log(2 * jnp.pi) / 2
    whitened = jsp.linalg.solve_triangular(jnp.linalg.cholesky(S), y - b, lower=True)
    return [
        Step(jnp.log(density)),
        Step(logs + jnp.log(jnp.abs(jnp.linalg.det(back))), "LOG_RULE"),
        Step(logs - jnp.log(jnp.abs(jnp.linalg.det(A))), "LINEAR_ALGEBRA"),
        Step(exponent - jnp.log(jnp.abs(jnp.linalg.det(A))), "LINEAR_ALGEBRA"),
        Step(exponent - half_log_det, "LINEAR_ALGEBRA"),
        Step(-(whitened**2 + jnp.log(2 * jnp.pi)).sum() / 2 - half_log_det, "LINEAR_ALGEBRA"),
    ]


def term_by_term(y, A, b, S):
    """Four lines in a loop, as pairs, with eigenvalues of S."""
    values, vectors = jnp.linalg.eigh(S)
    x = jnp.linalg.solve(A, y - b)
    square_in_A, square_in_S = jnp.vdot(x, x), jnp.sum((vectors.T @ (y - b)) ** 2 / values)
    volume_in_A, volume_in_S = jnp.linalg.slogdet(A).logabsdet, jnp.log(values).sum() / 2
    constant = jnp.log(2 * jnp.pi) * y.shape[0] / 2
    parts = [(square_in_A, volume_in_A), (square_in_S, volume_in_A), (square_in_S, volume_in_S)]
    lines = [(-square / 2 - constant - volume, "linear algebra") for square, volume in parts]
    return [*lines, (-0.5 * (square_in_S + jnp.log(2 * jnp.pi * values).sum()), "log rule")]


# ---- the instances, and the two ends of the claim ---------------------------------------------


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


# ---- mistakes that are no edit of the reference ------------------------------------------------


def in_two_lines(y, A, b, S):
    x = jnp.linalg.solve(A, y - b)
    return [
        Step(jsp.stats.norm.logpdf(x).sum() - jnp.linalg.slogdet(A)[1]),
        Step(jsp.stats.multivariate_normal.logpdf(y, b, S), because="LINEAR_ALGEBRA"),
    ]


def assumes_the_conclusion(y, A, b, S):
    end = jsp.stats.multivariate_normal.logpdf(y, b, S)
    return [Step(end, because=reason) for reason in ("", "DEFINITION", "LINEAR_ALGEBRA", "LOG_RULE")]


def assumes_it_with_eigenvalues(y, A, b, S):
    values, vectors = jnp.linalg.eigh(S)
    end = jsp.stats.norm.logpdf(vectors.T @ (y - b), scale=jnp.sqrt(values)).sum()
    return [(end, "CHANGE_OF_VARIABLES")] * 5


def writes_one_line_many_times(y, A, b, S):
    start = jsp.stats.norm.logpdf(jnp.linalg.solve(A, y - b)).sum() - jnp.linalg.slogdet(A)[1]
    return [
        Step(start),
        Step(start, because="CHANGE_OF_VARIABLES"),
        Step(start, because="LINEAR_ALGEBRA"),
        Step(jsp.stats.multivariate_normal.logpdf(y, b, S), because="LINEAR_ALGEBRA"),
    ]


def names_no_law_of_matrices(y, A, b, S):
    x, log_det = jnp.linalg.solve(A, y - b), jnp.linalg.slogdet(A)[1]
    square = (y - b) @ jnp.linalg.solve(S, y - b) + y.size * jnp.log(2 * jnp.pi)
    return [
        Step(jsp.stats.norm.logpdf(x).sum() - log_det),
        Step(-0.5 * (x @ x + y.size * jnp.log(2 * jnp.pi)) - log_det, because="DEFINITION"),
        Step(-0.5 * square - log_det, because="DEFINITION"),
        Step(-0.5 * square - 0.5 * jnp.linalg.slogdet(S)[1], because="DEFINITION"),
    ]


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
    variants=(with_densities_and_logs, term_by_term),
    hints=(
        "Write the first and the last line, and put them side by side. Which two terms differ? Each of them "
        "wants a line of its own.",
        "One term is a square, the other a log-volume. For the square, put x = A^{-1}(y - b) in and collect "
        "the two matrices that meet in the middle. For the volume, ask what the determinant of a product is.",
        "Line by line: the log density of x plus the log of the Jacobian; the determinant of an inverse "
        "turned into that of A; the square rewritten with S; the log-volume rewritten with det S, with the "
        "factor that makes it so; the whole recognised as a normal.",
    ),
    mistakes=(
        Mistake(
            "in-two-lines",
            in_two_lines,
            "You have the two ends and nothing between them. Two terms differ from one end to the other, "
            "the square and the log-volume: change one of them at a time.",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "sign-of-the-jacobian",
            one_edit(
                "Step(jnp.log(jnp.abs(jnp.linalg.det(back))) + jsp",
                "Step(-jnp.log(jnp.abs(jnp.linalg.det(back))) + jsp",
            ),
            "The volume in your first line points the other way. The rule divides by how much T stretches; "
            "take A = 10 I and y = b, where the density must be below that of x.",
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "assumes-the-conclusion",
            assumes_the_conclusion,
            "Your first line is already the normal density with covariance S. Start with what the change of "
            "variables gives, which knows A, b and y only; that S has to do with A is what the lines in "
            "between show.",
            also=assumes_it_with_eigenvalues,
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "half-log-det-kept-wrong",
            one_edit("0.5 * jnp.linalg.slogdet(S)[1], b", "jnp.linalg.slogdet(S)[1], b"),
            "The square is right and the log-volume is not: as maps, A and S do not stretch space by the "
            "same factor. In one dimension with A = 3, compare |det A| with det S.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "square-without-the-transpose",
            one_edit("r @ jnp.linalg.solve(S, r)", "r @ jnp.linalg.solve(A @ A, r)"),
            "In the line where the square changes, the matrix in the middle is not symmetric, and where A "
            "is a quarter turn your square is negative. Which of the two copies of A was transposed on the "
            "way?",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "never-speaks-of-S",
            one_edit(
                "multivariate_normal.logpdf(y, b, S)",
                "multivariate_normal.logpdf(y, b, A @ A.T)",
            ),
            "Your last line is still written with A, so it does not show that S is all one has to know. The "
            "check hands you an S of its own there.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "one-line-many-times",
            writes_one_line_many_times,
            "Several of your lines are the same text with another reason beside it. A line that changes "
            "nothing needs no reason, and the step from it to the end is then too long to be checked.",
            caught_by="the_lines_are_different",
        ),
        Mistake(
            "definition-for-everything",
            names_no_law_of_matrices,
            "Every line says DEFINITION. Putting numbers into a formula is one; that a determinant of a "
            "product splits, or that an inverse of a product turns around, is a fact about matrices and has "
            "a name in the list.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
With $x = A^{-1}(y - b)$ and $S = A A^T$, each line being log p(y):

1. $\\log N(x; 0, I) + \\log|\\det A^{-1}|$: the change of variables.
2. $-\\tfrac d2 \\log 2\\pi - \\tfrac12 x^T x + \\log|\\det A^{-1}|$: the definition of N(0, I).
3. $-\\tfrac d2 \\log 2\\pi - \\tfrac12 x^T x - \\log|\\det A|$: the determinant of an inverse.
4. $-\\tfrac d2 \\log 2\\pi - \\tfrac12 (y-b)^T S^{-1} (y-b) - \\log|\\det A|$, since
   $x^T x = (y-b)^T A^{-T} A^{-1} (y-b)$ and $A^{-T} A^{-1} = (A A^T)^{-1}$.
5. $-\\tfrac d2 \\log 2\\pi - \\tfrac12 (y-b)^T S^{-1} (y-b) - \\tfrac12 \\log\\det S$, since
   $\\det S = (\\det A)^2$.
6. $\\log N(y; b, S)$: the definition of the multivariate normal.
""",
    afterword="A is gone from the last line: a Gaussian does not remember which A made it.",
)
