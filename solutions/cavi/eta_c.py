"""2.6  The natural parameter of the complete conditional of a label."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, finite
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def eta_c(mu: Float[Array, " K"], mu2: Float[Array, " K"], x: Float[Array, " N"]) -> Float[Array, "N K"]:
    """Natural parameters (logits) of p(c_i | mu, x), the law of each label given all means.

    The model: mu_k ~ N(0, sigma2), c_i uniform over K components, x_i ~ N(mu_{c_i}, 1). The conditional depends on the
    means through mu_k and its square. Both come as arguments, since their averages will be put in later: for known
    means mu2 is mu**2, for uncertain ones it is larger.

    Args:
        mu: mu_k, or its average, [K].
        mu2: mu_k^2, or its average, [K].
        x: data, [N].

    Returns:
        logits, [N, K]: the softmax of row i is the law of c_i. A number that is added to a whole row changes nothing,
        so it is free.
    """
    return x[:, None] * mu[None, :] - 0.5 * mu2[None, :]


# ---- other right answers ----------------------------------------------------------------------


def averaged_log_densities(mu, mu2, x):
    """With every constant, and the label's prior."""
    squares = jnp.square(x)[:, None] - 2 * jnp.outer(x, mu) + jnp.expand_dims(mu2, 0)
    return -0.5 * (squares + jnp.log(2 * jnp.pi)) - jnp.log(float(mu.size))


def one_component_as_a_reference(mu, mu2, x):
    """Logits against the first component."""
    return jax.vmap(lambda one: one * (mu - mu[0]) - (mu2 - mu2[0]) / 2)(x)


# ---- checks: cheap to deep --------------------------------------------------------------------


def _means(rng):
    mu = (np.array([-2.0, 1.0, 2.5, -0.5]) + 0.3 * rng.normal(size=4)).astype(np.float32)
    return mu, mixtures.points(rng, 30, (-2.5, 0.5, 3.0))


def _centred(attempt, mu, mu2, x):
    """Each row less its mean: what is added to a row is free."""
    where = f"N = {len(x)}, K = {len(mu)}, mu = {np.round(mu, 2)}"
    logits = finite(attempt(mu, mu2, x), shape=(len(x), len(mu)), where=where).astype(np.float64)
    return logits - logits.mean(axis=1, keepdims=True), where


def known_means_give_bayes_rule(attempt):
    mu, x = _means(attempt.rng)
    got, where = _centred(attempt, mu, (mu.astype(np.float64) ** 2).astype(np.float32), x)
    logs = oracles.normal_logpdf(x[:, None].astype(np.float64), mu.astype(np.float64))
    close(got, logs - logs.mean(axis=1, keepdims=True), Tolerance(1e-4, 1e-5), where=f"{where}, mu2 = mu^2",
          says="differences within a row are those of log p(x_i | c_i = k)")  # fmt: skip


def uncertain_means_average_the_log_density(attempt):
    mu, x = _means(attempt.rng)
    variances = attempt.rng.permutation([0.2, 0.7, 1.5, 4.0])
    mu2 = (mu.astype(np.float64) ** 2 + variances).astype(np.float32)
    got, where = _centred(attempt, mu, mu2, x)
    variances = mu2.astype(np.float64) - mu.astype(np.float64) ** 2
    logs = np.stack([
        oracles.normal_expectation(lambda at: oracles.normal_logpdf(x[:, None].astype(np.float64), at), mean, var)
        for mean, var in zip(mu.astype(np.float64), variances, strict=True)
    ], axis=1)  # fmt: skip
    close(got, logs - logs.mean(axis=1, keepdims=True), Tolerance(1e-4, 1e-5), what="the logits",
          where=f"{where}, mu2 = mu^2 + {np.round(variances, 2)}",
          says="differences within a row are those of the averaged log p(x_i | c_i = k)")  # fmt: skip


exercise = Exercise(
    eta_c,
    question="2.6",
    minutes=5,
    difficulty=1,
    hints=(
        "Bayes' rule for one label: which factors of the joint have c_i in them?",
        "The prior of a label is uniform, so what remains is log N(x_i; mu_k, 1). Expand the square. Which of its "
        "three terms is the same for all k?",
        "The cross term and the square of mu_k, with its half. Use `mu2` wherever the square appears, and have the "
        "data run over rows.",
    ),
    checks=(known_means_give_bayes_rule, uncertain_means_average_the_log_density),
    variants=(averaged_log_densities, one_component_as_a_reference),
    mistakes=(
        Mistake(
            "half-forgotten",
            one_edit("0.5 * mu2", "1.0 * mu2"),
            "For known means the law of a label is too much in favour of components near zero: the square counts "
            "twice. Is a half missing, or did you add mu**2 to mu2 as if that were a variance?",
            caught_by=known_means_give_bayes_rule,
        ),
        Mistake(
            "no-square-at-all",
            one_edit("mu[None, :] - 0.5 * mu2[None, :]", "mu[None, :] - 0.0 * mu2[None, :]"),
            "The component farthest out claims every datum on its side. What does a large mean cost?",
            caught_by=known_means_give_bayes_rule,
        ),
        Mistake(
            "transposed",
            lambda mu, mu2, x: averaged_log_densities(mu, mu2, x).T,
            "Your result has a row for each component. A row belongs to a datum here, [N, K].",
            caught_by=known_means_give_bayes_rule,
        ),
        Mistake(
            "square-of-the-average",
            one_edit("0.5 * mu2[None, :]", "0.5 * (mu**2)[None, :] + 0.0 * mu2[None, :]"),
            "Right for known means. Make one mean uncertain, so that its mu2 grows, and your logits stay as they "
            "were. It should claim less.",
            also=lambda mu, mu2, x: -0.5 * jnp.square(jnp.subtract.outer(x, mu)),
            caught_by=uncertain_means_average_the_log_density,
        ),
        Mistake(
            "log-of-an-averaged-density",
            lambda mu, mu2, x: jax.scipy.stats.norm.logpdf(x[:, None], mu[None, :], jnp.sqrt(1 + mu2 - mu**2)[None, :]),
            "For uncertain means you averaged the density of x_i and took the log of that. It is the predictive "
            "density; the update asks for the average of the log.",
            caught_by=uncertain_means_average_the_log_density,
        ),
    ),
    answer="""
log p(c_i = k | mu, x) = log N(x_i; mu_k, 1) + const = x_i mu_k - mu_k^2 / 2 + const, where x_i^2 / 2 is the same for
all k. It is linear in (mu_k, mu_k^2), so its average over q(mu) has (m_k, m_k^2 + s2_k) in their place.
""",
    afterword="These two statistics, mu and mu^2, are the ones that the Gaussian family is built on.",
)
