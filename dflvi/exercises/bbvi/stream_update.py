"""3.6  What q knows about the means, after a batch that is new."""

# Built from solutions/bbvi/stream_update.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise


def stream_update(eta: Float[Array, "2 K"], x_new: Float[Array, " M"]) -> Float[Array, "2 K"]:
    """Take new data into q(mu), with q as it is for the prior: what is seen once need not be kept.

    Args:
        eta: natural parameters of the factors q(mu_k), [2, K]. They stand for the prior and all data so far.
        x_new: data that q has not seen, [M]. M may be 0.

    Returns:
        the new eta, [2, K]: the new data get their best labels at the old eta (`local_posterior`), and given these
        the factors become the best ones, where the old factors are the prior of the means.
    """
    raise NotImplementedError("yours to write")

_GRID = np.linspace(-15.0, 15.0, 4001)


def _start(rng):
    x = mixtures.points(rng, 14, (-2.5, 0.5, 3.0))
    eta = np.array([[-2.4, 1.2, 2.6], [-0.8, -0.3, -0.6]]) + 0.05 * rng.normal(size=(2, 3))
    return x, eta.astype(np.float32)


def without_new_data_nothing_changes(attempt):
    _, eta = _start(attempt.rng)
    new = has_shape(attempt(eta, np.zeros(0, np.float32)), (2, 3), where="M = 0, K = 3")
    close(new, eta, where="M = 0, K = 3", says="eta after no new data")


def one_component_in_two_batches_is_the_posterior_of_all(attempt):
    # Question 1.3: with K = 1 nothing is approximate, so that 7 data and then 5 give what 12 give at once.
    x = (1.5 + attempt.rng.normal(size=12)).astype(np.float32)
    eta0 = np.array([[0.0], [-0.125]], np.float32)  # the prior N(0, 4)
    grid = np.linspace(-6.0, 8.0, 20_001)
    after = attempt(has_shape(attempt(eta0, x[:7]), (2, 1), where="M = 7, K = 1").astype(np.float32), x[7:])
    after = has_shape(after, (2, 1), where="M = 5, K = 1").astype(np.float64)
    log_p = oracles.normal_logpdf(grid, 0.0, 4.0) + oracles.normal_logpdf(x[:, None], grid).sum(axis=0)
    weight = np.exp(oracles.log_softmax(log_p))
    mean = weight @ grid
    var = weight @ (grid - mean) ** 2
    m, s2 = mixtures.moments(after, grid)
    where = "K = 1, prior variance 4, 7 data and then 5"
    close(m, [mean], Tolerance(1e-5, 1e-4), where=where, what="m", says="the mean of q, against 1.3")
    close(s2, [var], Tolerance(1e-6, 1e-4), where=where, what="s2", says="the variance of q, against 1.3")


def no_other_factors_have_a_higher_elbo(attempt):
    # The ELBO of the new data with q as prior: their average log likelihood, less the KL from the old factors.
    x, eta = _start(attempt.rng)
    old_m, old_s2 = mixtures.moments(eta, _GRID)
    phi = np.exp(oracles.log_softmax(mixtures.log_fit(x, old_m, old_s2)))
    new = has_shape(attempt(eta, x), (2, 3), where="M = 14, K = 3").astype(np.float64)
    m, s2 = mixtures.moments(new, _GRID)
    nodes, weights = oracles.gauss_hermite(8)

    def elbo(m, log_s2):
        mu = m[:, None] + np.exp(log_s2 / 2)[:, None] * nodes
        prior = oracles.normal_logpdf(mu, old_m[:, None], old_s2[:, None])
        q = oracles.normal_logpdf(mu, m[:, None], np.exp(log_s2)[:, None])
        return float(np.sum(phi * mixtures.log_fit(x, m, np.exp(log_s2))) + np.sum((prior - q) @ weights))

    where, says = "M = 14, K = 3", "with the old q as prior the ELBO of the new data still has a slope in {}"
    slope = oracles.gradient(lambda one: elbo(m, one), np.log(s2))
    close(slope, np.zeros(3), Tolerance(2e-3, 0), where=where, says=says.format("log s2"), what="the slope")
    slope = oracles.gradient(lambda one: elbo(one, np.log(s2)), m)
    close(slope, np.zeros(3), Tolerance(2e-3, 0), where=where, says=says.format("m"), what="the slope")


exercise = Exercise(
    stream_update,
    question="3.6",
    minutes=10,
    difficulty=2,
    hints=(
        "A posterior of yesterday is the prior of today. What does a conjugate update do to natural parameters?",
        "It adds: the soft total and the soft count of the new data. What the old data and the first prior had to say "
        "is in eta already.",
        "Labels from `local_posterior` at the old means and variances; then eta plus two rows of sums over the new "
        "data. The count enters with the factor that it has in `eta_hat`.",
    ),
    checks=(
        without_new_data_nothing_changes,
        one_component_in_two_batches_is_the_posterior_of_all,
        no_other_factors_have_a_higher_elbo,
    ),
)
