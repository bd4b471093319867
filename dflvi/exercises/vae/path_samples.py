"""4.2  The terms of the pathwise estimate, for noise that is given."""

# Built from solutions/vae/path_samples.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def path_samples(mu: Scalar, eps: Float[Array, " n"]) -> Float[Array, " n"]:
    """The terms of the pathwise estimate of d/dmu E[X^2], X ~ N(mu, 1).

    Args:
        mu: the mean at which the slope is wanted, a number.
        eps: draws from N(0, 1), [n], given. The X that belongs to one of them is that of the reparameterisation.

    Returns:
        a term for each entry of eps, [n], not averaged; its mean over eps is the slope.

    (Kingma and Welling, Auto-Encoding Variational Bayes, section 2.4.)
    """
    raise NotImplementedError("yours to write")

MU = np.array([-1.6, -0.7, 0.5, 2.0], np.float32)

N = 6


def _terms(attempt, eps, where):
    eps = np.broadcast_to(eps, (len(MU), N)).astype(np.float32)
    return has_shape(attempt.vmap(0, 0)(MU, eps), (len(MU), N), where=where).astype(np.float64)


def gives_a_term_for_each_draw(attempt):
    for shape, _ in attempt.shapes(2.0, attempt.rng.normal(size=N).astype(np.float32)):
        has_shape(np.zeros(shape), (N,), where=f"n = {N}")


def averages_to_the_slope(attempt):
    nodes, weights = oracles.gauss_hermite(N)
    where = "mu = -1.6, -0.7, 0.5, 2, eps at the nodes of a quadrature"
    close(_terms(attempt, nodes, where) @ weights, 2 * MU.astype(np.float64), Tolerance(2e-4, 2e-4), where=where,
          says="the mean of the terms")  # fmt: skip


def is_the_slope_along_each_path(attempt):
    eps = attempt.rng.normal(size=(len(MU), N)).astype(np.float32)
    where = f"mu = -1.6, -0.7, 0.5, 2, n = {N}"
    ends = [(MU.astype(np.float64)[:, None] + h + eps) ** 2 for h in (1e-3, -1e-3)]
    close(_terms(attempt, eps, where), (ends[0] - ends[1]) / 2e-3, Tolerance(1e-4, 1e-4), where=where,
          says="the slope of the square as mu moves and this eps stays")  # fmt: skip


exercise = Exercise(
    path_samples,
    question="4.2",
    minutes=5,
    difficulty=1,
    hints=(
        "Write X as a function of mu and eps, and put it into the expectation. Which law is the expectation over now?",
        "That law contains no mu, so the derivative goes inside. There it meets an ordinary function of mu.",
        "Differentiate the square of the sum of mu and eps, in mu, at fixed eps.",
    ),
    checks=(gives_a_term_for_each_draw, averages_to_the_slope, is_the_slope_along_each_path),
)
