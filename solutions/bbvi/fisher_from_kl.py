"""3.3  The Fisher information as the curvature of a KL divergence."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import Tolerance, close, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def fisher_from_kl(kl_fn: Callable, lam: Float[Array, " P"]) -> Float[Array, "P P"]:
    """The Fisher information at lam, read off a KL divergence between members of one family.

    Args:
        kl_fn: (lam, lam2) -> KL(q_lam || q_lam2) in nats, a number. JAX can differentiate it twice.
        lam: the parameters at which the information is wanted, [P].

    Returns:
        the matrix of the information at lam, [P, P].

    Any family may come in, not only the normal one: the checks bring families that you have not seen.
    (Miller, Natural Gradients and Stochastic Variational Inference.)
    """
    return jax.hessian(kl_fn, argnums=1)(lam, lam)


# ---- other right answers ----------------------------------------------------------------------


def in_the_first_argument(kl_fn, lam):
    """Where both agree the curvature in either argument is the same."""
    return jax.jacfwd(jax.grad(kl_fn))(lam, lam)


def minus_the_mixed_derivative(kl_fn, lam):
    """The gradient in the second argument falls as the first moves away."""
    return -jax.jacrev(jax.grad(kl_fn, argnums=1), argnums=0)(lam, lam)


def direction_by_direction(kl_fn, lam):
    """Second derivatives along the axes and their diagonals."""

    def bend(v):
        return jax.grad(jax.grad(lambda t: kl_fn(lam, lam + t * v)))(0.0)

    axes = jnp.eye(lam.size)
    alone = [bend(a) for a in axes]
    matrix = jnp.diag(jnp.array(alone))
    for i, j in zip(*np.triu_indices(lam.size, 1)):
        both = (bend(axes[i] + axes[j]) - alone[i] - alone[j]) / 2
        matrix = matrix.at[i, j].set(both).at[j, i].set(both)
    return matrix


# ---- what the checks pass in: families that no exercise is about ------------------------------

B = np.array([[0.7, -0.4, 0.2], [0.1, 0.5, -0.6], [-0.3, 0.2, 0.4], [0.6, 0.3, 0.5]])  # four counts, three parameters
M = np.array([[0.8, 0.5, -0.3], [-0.2, 1.1, 0.4], [0.6, -0.7, 0.9]])


def kl_of_counts(lam, lam2):
    """Four Poisson counts with rates exp(a + a^2 / 4), where a = B lam."""
    log_rate, log_rate2 = (a + a**2 / 4 for a in (jnp.asarray(B, jnp.float32) @ one for one in (lam, lam2)))
    return jnp.sum(jnp.exp(log_rate) * (log_rate - log_rate2 - 1) + jnp.exp(log_rate2))


def kl_of_counts_in_other_words(phi, phi2):
    """The same with lam = M phi."""
    return kl_of_counts(jnp.asarray(M, jnp.float32) @ phi, jnp.asarray(M, jnp.float32) @ phi2)


# ---- checks: cheap to deep --------------------------------------------------------------------

CLOSE = Tolerance(1e-4, 1e-4)


def _counts(attempt, phi, kl_fn, where):
    return has_shape(attempt(kl_fn, phi.astype(np.float32)), (3, 3), where=where).astype(np.float64)


def no_step_has_a_negative_length(attempt):
    lam = attempt.rng.uniform(0.3, 0.9, 3) * np.array([1, -1, 1])
    where = "four Poisson counts, P = 3"
    matrix = _counts(attempt, lam, kl_of_counts, where)
    close(matrix, matrix.T, CLOSE, where=where, says="the information is symmetric")
    lowest = float(np.min(np.linalg.eigvalsh((matrix + matrix.T) / 2))) if np.isfinite(matrix).all() else np.nan
    holds(lowest >= -1e-4, "A step has a negative squared length.", value=matrix, where=where,
          expected="eigenvalues of at least 0", got=f"{lowest:.4g}")  # fmt: skip


def says_the_same_in_other_parameters(attempt):
    phi = attempt.rng.uniform(0.2, 0.7, 3) * np.array([-1, 1, 1])
    where = "four Poisson counts, P = 3, and the same with lam = M phi"
    in_lam = _counts(attempt, M @ phi, kl_of_counts, where)
    in_phi = _counts(attempt, phi, kl_of_counts_in_other_words, where)
    close(in_phi, M.T @ in_lam @ M, CLOSE, where=where, says="the squared length of a step is what it was")


def is_the_covariance_of_the_score(attempt):
    lam = attempt.rng.uniform(0.3, 0.9, 3) * np.array([1, -1, 1])
    lam = lam.astype(np.float32)
    where = "four Poisson counts, P = 3"
    # The score in a is (counts - rates) (1 + a / 2), that in lam is B' times it. The spread of each count, by adding
    # up its probabilities.
    a = B @ lam.astype(np.float64)
    counts, rates = np.arange(80), np.exp(a + a**2 / 4)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(counts[1:]))])
    p = np.exp(counts * np.log(rates)[:, None] - rates[:, None] - log_factorial)
    spread = (1 + a / 2) ** 2 * np.sum(p * (counts - rates[:, None]) ** 2, axis=1)
    close(_counts(attempt, lam, kl_of_counts, where), B.T @ np.diag(spread) @ B, CLOSE, where=where,
          says="the information is the covariance of the score")  # fmt: skip


exercise = Exercise(
    fisher_from_kl,
    question="3.3",
    minutes=8,
    difficulty=2,
    hints=(
        "At lam2 = lam the divergence is zero, and so is its slope. What is the first thing about it that is not?",
        "Only one of the two terms of the divergence knows the second argument. Differentiate it twice under the "
        "expectation, and compare with the second form of the information.",
        "JAX has a function for the matrix of second derivatives, and it takes `argnums`. Which point does it get for "
        "each of the two arguments?",
    ),
    checks=(
        no_step_has_a_negative_length,
        says_the_same_in_other_parameters,
        is_the_covariance_of_the_score,
    ),
    variants=(in_the_first_argument, minus_the_mixed_derivative, direction_by_direction),
    mistakes=(
        Mistake(
            "sign",
            one_edit("return jax", "return -jax"),
            "A metric cannot have negative lengths, and all your eigenvalues are at most zero. A divergence has a "
            "minimum where its arguments agree: which way does it bend there?",
            also=lambda kl_fn, lam: jax.jacfwd(jax.grad(kl_fn, argnums=1), argnums=0)(lam, lam),
            caught_by=no_step_has_a_negative_length,
        ),
        Mistake(
            "gradient-instead-of-curvature",
            one_edit("jax.hessian(kl_fn, argnums=1)", "jax.grad(kl_fn, argnums=1)"),
            "Three numbers came back where a matrix is asked for, and they are all zero: this is the slope at a "
            "minimum. Go one derivative further.",
            caught_by=no_step_has_a_negative_length,
        ),
        Mistake(
            "at-another-point",
            one_edit("(lam, lam)", "(lam, jnp.ones_like(lam))"),
            "Evaluate where both arguments coincide. Away from there the curvature depends on how far apart the two "
            "are, and in other parameters yours becomes another matrix altogether.",
            caught_by=says_the_same_in_other_parameters,
        ),
        Mistake(
            "diagonal-only",
            lambda kl_fn, lam: jnp.diag(jnp.diag(jax.hessian(kl_fn, argnums=1)(lam, lam))),
            "Your matrix is diagonal in every parametrisation. Four counts that share three parameters mix them, so "
            "in one of the two at least there is something beside the diagonal.",
            caught_by=says_the_same_in_other_parameters,
        ),
        Mistake(
            "kept-the-half",
            one_edit("return jax", "return 0.5 * jax"),
            "You return the quadratic form with its 1/2 put in. KL is about half of d'Fd for a small step d, and the "
            "half stays outside of F.",
            caught_by=is_the_covariance_of_the_score,
        ),
        Mistake(
            "square-of-the-slope",
            lambda kl_fn, lam: jnp.outer(*2 * [jax.grad(kl_fn, argnums=1)(lam, lam)]),
            "All entries are zero: you multiplied the slope of the divergence with itself, at its minimum. The "
            "products in the first form are those of single draws, averaged afterwards.",
            caught_by=is_the_covariance_of_the_score,
        ),
        Mistake(
            "both-curvatures",
            lambda kl_fn, lam: jax.hessian(kl_fn, argnums=1)(lam, lam) + jax.hessian(kl_fn)(lam, lam),
            "Twice too large: the curvature in the first argument and that in the second are the same number here, and "
            "you added them.",
            caught_by=is_the_covariance_of_the_score,
        ),
    ),
    answer="""
$\\mathrm{KL}(\\lambda\\,\\|\\,\\lambda') = \\mathbb E_{q_\\lambda}[\\log q_\\lambda] -
\\mathbb E_{q_\\lambda}[\\log q_{\\lambda'}]$. Only the second term knows $\\lambda'$. Its gradient at $\\lambda' =
\\lambda$ is minus the expected score, which is zero. Its Hessian is $-\\mathbb E_{q_\\lambda}[\\nabla^2 \\log
q_{\\lambda'}]$, at $\\lambda' = \\lambda$ the second form of the Fisher information. So

$$\\mathrm{KL}(\\lambda\\,\\|\\,\\lambda + d) = \\tfrac12\\, d^{\\mathsf T} F d + O(\\|d\\|^3).$$

The curvature in the *first* argument is F as well at this point, and so is minus the mixed derivative. Away from it
they all differ: for two normals with (mu, sigma) = (.7, 1.4) and (1.2, 1) the Hessian in the second argument is [[1,
-1], [-1, 5.63]], and the information of the second is diag(1, 2).
""",
    afterword="So F measures how far a small step moves the distribution, whatever the parameters are called.",
)
