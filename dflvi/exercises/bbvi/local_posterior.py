"""3.6  The labels of new data, with all else held."""

# Built from solutions/bbvi/local_posterior.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, finite, has_shape, holds
from dflvi.checking.exercise import Exercise


def local_posterior(x_new: Float[Array, " M"], m: Float[Array, " K"], s2: Float[Array, " K"]) -> Float[Array, "M K"]:
    """The best q(c_i) for new data, while the factors q(mu_k) = N(m_k, s2_k) stay as they are.

    Args:
        x_new: the new data, [M].
        m: means of the factors of the component means, [K]. They are not changed.
        s2: variances of these factors, [K]. They are not changed.

    Returns:
        phi, [M, K]: row i holds the probabilities of datum i's label that make the ELBO highest, given m and s2.

    Data of 1,000 and more must give finite numbers in float32.
    """
    raise NotImplementedError("yours to write")


def _start(rng):
    x = mixtures.points(rng, 20, (-2.5, 0.5, 3.0))
    m = (np.array([-2.0, 1.0, 2.5]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    return x, m, rng.permutation([4.0, 0.5, 1.0]).astype(np.float32)


def rows_are_distributions(attempt):
    x, m, s2 = _start(attempt.rng)
    phi = has_shape(attempt(x, m, s2), (20, 3), where="M = 20, K = 3")
    close(phi.sum(axis=1), np.ones(20), where="M = 20, K = 3", says="each row of phi sums to one")
    holds(float(phi.min()) >= 0, "A probability in phi is negative.", value=phi, got=f"{float(phi.min()):.3g}")


def far_data_give_finite_numbers(attempt):
    _, _, s2 = _start(attempt.rng)
    x = np.resize(np.array([150.0, -1000.0, 1000.0], np.float32), 20)
    finite(attempt(x, np.array([-900.0, 20.0, 950.0], np.float32), s2), shape=(20, 3),
           where="x of 150, -1000 and 1000, m = (-900, 20, 950)", what="phi")  # fmt: skip


def no_other_labels_have_a_higher_elbo(attempt):
    # The best q(c_i) is proportional to the exponential of the average log likelihood, which is had by quadrature.
    x, m, s2 = _start(attempt.rng)
    want = np.exp(oracles.log_softmax(mixtures.log_fit(x, m, s2)))
    phi = has_shape(attempt(x, m, s2), (20, 3), where="M = 20, K = 3")
    close(phi, want, Tolerance(2e-5, 1e-4), where=f"M = 20, m = {np.round(m, 2)}, s2 = {np.round(s2, 3)}", says="phi")


exercise = Exercise(
    local_posterior,
    question="3.6",
    minutes=5,
    difficulty=1,
    hints=(
        "Which part of a sweep of coordinate ascent depends on a single datum and on m and s2, and on nothing else?",
        "It is the first block of `cavi_step`, for the new data alone. The old data have spoken already: all they "
        "said is in m and s2.",
        "One softmax a row, over a score that rewards a near m_k and charges for its square and for s2.",
    ),
    checks=(rows_are_distributions, far_data_give_finite_numbers, no_other_labels_have_a_higher_elbo),
)
