"""3.3  The Fisher information as the curvature of a KL divergence."""

# Built from solutions/bbvi/fisher_from_kl.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import Tolerance, close, has_shape, holds
from dflvi.checking.exercise import Exercise


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
    raise NotImplementedError("yours to write")

B = np.array([[0.7, -0.4, 0.2], [0.1, 0.5, -0.6], [-0.3, 0.2, 0.4], [0.6, 0.3, 0.5]])  # four counts, three parameters

M = np.array([[0.8, 0.5, -0.3], [-0.2, 1.1, 0.4], [0.6, -0.7, 0.9]])


def kl_of_counts(lam, lam2):
    """Four Poisson counts with rates exp(a + a^2 / 4), where a = B lam."""
    log_rate, log_rate2 = (a + a**2 / 4 for a in (jnp.asarray(B, jnp.float32) @ one for one in (lam, lam2)))
    return jnp.sum(jnp.exp(log_rate) * (log_rate - log_rate2 - 1) + jnp.exp(log_rate2))


def kl_of_counts_in_other_words(phi, phi2):
    """The same with lam = M phi."""
    return kl_of_counts(jnp.asarray(M, jnp.float32) @ phi, jnp.asarray(M, jnp.float32) @ phi2)

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
)
