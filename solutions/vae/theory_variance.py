"""4.2  The variance of both estimators in closed form."""

import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def theory_variance(kind: str, mu: Scalar, n: int) -> Scalar:
    """The exact variance of an average of n terms of `score_samples` or `path_samples`, X ~ N(mu, 1).

    Args:
        kind: "score" or "path".
        mu: the mean, a number.
        n: how many independent terms are averaged, a Python int, at least 1.

    Returns:
        the variance, a number; nothing is drawn.
    """
    if kind == "path":
        return jnp.zeros_like(mu) + 4 / n
    return (mu**4 + 14 * mu**2 + 15) / n


# ---- other right answers ----------------------------------------------------------------------


def by_moments(kind, mu, n):
    """From the moments 1, 3, 15 of the noise, a polynomial at a time."""
    moments = [1.0, 0.0, 1.0, 0.0, 3.0, 0.0, 15.0]
    term = [2.0 * mu, 2.0] if kind == "path" else [0.0, mu * mu, 2.0 * mu, 1.0]
    mean = sum(c * moments[i] for i, c in enumerate(term))
    square = sum(c * d * moments[i + j] for i, c in enumerate(term) for j, d in enumerate(term))
    return (square - mean**2) / n


def by_quadrature(kind, mu, n):
    """An expectation over nodes, exact for polynomials."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(12)
    eps, weights = jnp.asarray(nodes, jnp.float32), jnp.asarray(weights / weights.sum(), jnp.float32)
    terms = 2 * (mu + eps) if kind == "path" else (mu + eps) ** 2 * eps
    return weights @ (terms - weights @ terms) ** 2 / n


# ---- checks: cheap to deep --------------------------------------------------------------------

MU = np.array([-1.5, -0.4, 0.0, 2.0], np.float32)
WHERE = "mu = -1.5, -0.4, 0, 2"


def _variance(attempt, kind, n):
    where = f'kind = "{kind}", {WHERE}, n = {n}'
    return has_shape(attempt.vmap(None, 0, None)(kind, MU, n), (len(MU),), where=where).astype(np.float64)


def _truth(kind):
    """Of one term, by integration on a fine grid."""
    eps = np.linspace(-12.0, 12.0, 4001)
    weights = np.exp(-0.5 * eps**2)
    weights /= weights.sum()
    x = MU.astype(np.float64)[:, None] + eps
    terms = 2 * x if kind == "path" else x**2 * eps
    return (terms - (terms @ weights)[:, None]) ** 2 @ weights


def falls_as_one_over_n(attempt):
    for kind in ("path", "score"):
        ratio = _variance(attempt, kind, 1) / _variance(attempt, kind, 10)
        close(ratio, np.full(len(MU), 10.0), Tolerance(1e-4, 1e-4), where=f'kind = "{kind}", {WHERE}, n = 1 and n = 10',
              says="the variance at n = 1 in units of that at n = 10")  # fmt: skip


def the_path_has_its_variance(attempt):
    close(_variance(attempt, "path", 1), _truth("path"), Tolerance(1e-4, 1e-4), where=f'kind = "path", {WHERE}, n = 1',
          says="the variance of one term")  # fmt: skip


def the_score_has_its_variance(attempt):
    close(_variance(attempt, "score", 1), _truth("score"), Tolerance(1e-4, 1e-4),
          where=f'kind = "score", {WHERE}, n = 1', says="the variance of one term",
          known={"the squared mean": 4.0, "12": 12.0})  # fmt: skip


exercise = Exercise(
    theory_variance,
    question="4.2",
    minutes=12,
    difficulty=2,
    hints=(
        "Write both terms in mu and eps. The mean you know; you need the mean of the square.",
        "The squared score term is (mu + eps)^4 eps^2. Multiply it out; odd powers of eps average to zero, and the "
        "even ones to 1, 3, 15 for the powers two, four, six.",
        "Collect the powers of mu: to the fourth, squared, none. Then take off the square of the mean, and divide by "
        "the number of terms. For the path only one part of the term is random.",
    ),
    checks=(falls_as_one_over_n, the_path_has_its_variance, the_score_has_its_variance),
    variants=(by_moments, by_quadrature),
    mistakes=(
        Mistake(
            "no-n",
            one_edit("(mu**4 + 14 * mu**2 + 15) / n", "mu**4 + 14 * mu**2 + 15"),
            'For kind = "score" your variance is the same at n = 1 and n = 10. Ten independent terms scatter less in '
            "their mean than one.",
            caught_by=falls_as_one_over_n,
        ),
        Mistake(
            "root-of-n",
            one_edit("(mu**4 + 14 * mu**2 + 15) / n", "(mu**4 + 14 * mu**2 + 15) / jnp.sqrt(n)"),
            "Ten terms have 3.2 times less variance in your formula. That is the law for a standard deviation.",
            caught_by=falls_as_one_over_n,
        ),
        Mistake(
            "path-not-centred",
            one_edit("jnp.zeros_like(mu) + 4 / n", "4 * (mu**2 + 1) / n"),
            "Your pathwise variance depends on mu. Moving mu shifts all terms by one and the same amount; does that "
            "make them scatter more?",
            caught_by=the_path_has_its_variance,
        ),
        Mistake(
            "path-standard-deviation",
            one_edit("jnp.zeros_like(mu) + 4 / n", "jnp.zeros_like(mu) + 2 / n"),
            "Two is the standard deviation of a pathwise term. A variance is a square.",
            caught_by=the_path_has_its_variance,
        ),
        Mistake(
            "score-not-centred",
            one_edit("14 * mu**2", "18 * mu**2"),
            "Right at mu = 0, and 16 too large at mu = 2: you have the mean square of a term. Its mean is not zero.",
            also=lambda kind, mu, n: by_moments(kind, mu, n) + (4 * mu**2 / n if kind == "score" else 0),
            caught_by=the_score_has_its_variance,
        ),
        Mistake(
            "moments-of-the-noise",
            one_edit("14 * mu**2 + 15", "2 * mu**2 + 1"),
            "At mu = 0 a term is the cube of the noise, and you say that its variance is 1. The moments of a standard "
            "normal grow quickly: 1, 3, and what comes next?",
            caught_by=the_score_has_its_variance,
        ),
    ),
    answer="""
With $x = \\mu + \\varepsilon$ a pathwise term is $2\\mu + 2\\varepsilon$, with variance 4 at every $\\mu$. A term of
the score is $(\\mu+\\varepsilon)^2\\varepsilon$. Its mean square is $\\mathbb E[(\\mu+\\varepsilon)^4\\varepsilon^2] =
\\mu^4 + 6\\mu^2\\cdot 3 + 15$, since odd powers vanish, and the squared mean $4\\mu^2$ goes off: $\\mu^4 + 14\\mu^2 +
15$. Both are divided by n.

With the constant baseline $\\mathbb E X^2 = \\mu^2 + 1$ the score has variance $8\\mu^2 + 10$. The best constant is
$\\mu^2 + 3$, with $8\\mu^2 + 6$. Neither comes down to 4.
""",
    afterword="At mu = 2 it is 87 against 4: for the same accuracy the score needs 22 times as many draws.",
)
