"""4.2  The variance of both estimators in closed form."""

# Built from solutions/vae/theory_variance.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise
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
    raise NotImplementedError("yours to write")

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
)
