"""3.6  What q knows about the means, after a batch that is new."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from solutions.bbvi.from_natural import from_natural
from solutions.bbvi.local_posterior import local_posterior


def stream_update(eta: Float[Array, "2 K"], x_new: Float[Array, " M"]) -> Float[Array, "2 K"]:
    """Take new data into q(mu), with q as it is for the prior: what is seen once need not be kept.

    Args:
        eta: natural parameters of the factors q(mu_k), [2, K]. They stand for the prior and all data so far.
        x_new: data that q has not seen, [M]. M may be 0.

    Returns:
        the new eta, [2, K]: the new data get their best labels at the old eta (`local_posterior`), and given these
        the factors become the best ones, where the old factors are the prior of the means.
    """
    phi = local_posterior(x_new, *from_natural(eta))
    return eta + jnp.stack([x_new @ phi, -0.5 * phi.sum(axis=0)])


# ---- other right answers ----------------------------------------------------------------------


def with_precisions(eta, x_new):
    """As a conjugate update of mean and variance, with soft counts."""
    s2 = -1 / (2 * eta[1])
    m = eta[0] * s2
    fit = jnp.outer(m, x_new) - jnp.expand_dims(m**2 + s2, 1) / 2
    phi = jnp.exp(fit - jax.scipy.special.logsumexp(fit, axis=0))
    precision = 1 / s2 + jnp.sum(phi, axis=1)
    mean = (m / s2 + jnp.sum(phi * x_new, axis=1)) / precision
    return jnp.array([mean * precision, -precision / 2])


def datum_by_datum(eta, x_new):
    """A sum over data of what each adds, all with labels of the old eta."""
    m, s2 = from_natural(eta)

    def adds(x):
        phi = jax.nn.softmax(-0.5 * (x - m) ** 2 - 0.5 * s2)
        return jnp.stack([phi * x, phi / -2])

    return eta + jax.vmap(adds)(x_new).sum(axis=0)


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- mistakes that are no edit of one place ---------------------------------------------------


def counted_twice(eta, x_new):
    """Replays the batch."""
    return datum_by_datum(datum_by_datum(eta, x_new), x_new)


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
    variants=(with_precisions, datum_by_datum),
    mistakes=(
        Mistake(
            "old-data-forgotten",
            lambda eta, x_new: datum_by_datum(eta, x_new) - eta,
            "Without new data your q knows nothing at all. What had been learned before has to stay.",
            caught_by=without_new_data_nothing_changes,
        ),
        Mistake(
            "first-prior-once-more",
            lambda eta, x_new: datum_by_datum(eta, x_new) - jnp.array([[0.0], [0.125]]),
            "Each call makes q narrower even if no data come: a prior enters again and again. The old q is the only "
            "prior that is needed.",
            caught_by=without_new_data_nothing_changes,
        ),
        Mistake(
            "average-instead-of-total",
            lambda eta, x_new: eta + (datum_by_datum(eta, x_new) - eta) / max(x_new.size, 1),
            "Seven data move your q as one datum would. Each of them is an observation of its own.",
            caught_by=one_component_in_two_batches_is_the_posterior_of_all,
        ),
        Mistake(
            "no-half",
            one_edit("-0.5 * phi", "-1.0 * phi"),
            "Your q becomes too sure of itself, as if each new datum had been seen twice, while the mean falls "
            "behind. One of the two rows gets too much.",
            caught_by=one_component_in_two_batches_is_the_posterior_of_all,
        ),
        Mistake(
            "counted-twice",
            counted_twice,
            "The new batch is in your result twice: after 12 data q is as narrow as after 24. Data that became part "
            "of the prior must not be replayed.",
            also=lambda eta, x_new: with_precisions(with_precisions(eta, x_new), x_new),
            caught_by=one_component_in_two_batches_is_the_posterior_of_all,
        ),
        Mistake(
            "labels-of-the-new-factors",
            lambda eta, x_new: eta + datum_by_datum(datum_by_datum(eta, x_new), x_new) - datum_by_datum(eta, x_new),
            "With one component you are right. With three, your labels are those of the factors after the update; the "
            "text asks for the labels at the old ones.",
            caught_by=no_other_factors_have_a_higher_elbo,
        ),
        Mistake(
            "hard-labels",
            one_edit("phi = local_posterior(x_new, *from_natural(eta))",
                     "phi = jax.nn.one_hot(local_posterior(x_new, *from_natural(eta)).argmax(axis=1), eta.shape[1])"),
            "Each datum counts in full for its favourite component, which only shows with more than one: the sums want "
            "probabilities.",
            caught_by=no_other_factors_have_a_higher_elbo,
        ),
    ),
    answer="""
The old q takes the place of the prior. In natural parameters a conjugate update is a sum:

$$\\eta_k \\leftarrow \\eta_k + \\Big(\\sum_{\\text{new}} \\varphi_{ik} x_i,\\; -\\tfrac12 \\sum_{\\text{new}}
\\varphi_{ik}\\Big).$$

With K = 1 this is exact Bayes: posterior as prior, in any number of batches and in any order. With K > 1 it is
approximate, since the labels of old data are never looked at again.
""",
    afterword="It never forgets, and never looks back: good for a steady stream, bad for one that drifts.",
)
