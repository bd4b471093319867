"""2.8  The predictive density of new data."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit


def log_predictive(
    x_new: Float[Array, " M"], m: Float[Array, " K"], s2: Float[Array, " K"]
) -> Float[Array, " M"]:
    """Log p(x_new | x) in nats for each new datum, with q in the place of the posterior.

    A new x has its own label, uniform over the K components, and unit variance around a mean that is known
    only as far as q(mu_k) = N(m_k, s2_k) knows it.

    Args:
        x_new: new data, [M].
        m: means of the factors q(mu_k), [K].
        s2: their variances, [K].

    Returns:
        one log density for each x_new, [M]. A datum far from all components must give a finite number.
    """
    def of_one(x):
        log_each = jax.scipy.stats.norm.logpdf(x, m, jnp.sqrt(1 + s2))
        return jax.scipy.special.logsumexp(log_each) - jnp.log(m.size)

    return jax.vmap(of_one)(x_new)


# ---- other right answers ----------------------------------------------------------------------


def by_logaddexp(x_new, m, s2):
    """Adds the components one by one, on the log scale."""
    total = jnp.full(x_new.shape, -jnp.inf)
    for mean, spread in zip(m, jnp.sqrt(s2 + 1.0), strict=True):
        score = -0.5 * ((x_new - mean) / spread) ** 2 - jnp.log(spread)
        total = jnp.logaddexp(total, score)
    return total - jnp.log(len(m) * jnp.sqrt(2 * jnp.pi))


def with_weights(x_new, m, s2):
    """A logsumexp with the weights inside."""
    z2 = jnp.square(jnp.subtract.outer(x_new, m)) / jnp.expand_dims(1 + s2, 0)
    weights = jnp.full_like(z2, 1 / m.shape[0]) / jnp.sqrt(2 * jnp.pi * jnp.expand_dims(1 + s2, 0))
    return jax.scipy.special.logsumexp(-z2 / 2, axis=1, b=weights)


# ---- checks: cheap to deep --------------------------------------------------------------------

_POINTS = 1501


def _factors(rng):
    m = np.array([-3.0, 0.5, 2.0, 4.5]) + 0.3 * rng.normal(size=4)
    return m.astype(np.float32), rng.permutation([0.2, 0.6, 1.5, 3.0]).astype(np.float32)


def _densities(attempt, x, m, s2):
    return has_shape(attempt(x, m, s2), x.shape, where=f"M = {len(x)}, K = {len(m)}")


def integrates_to_one(attempt):
    m, s2 = _factors(attempt.rng)
    x = np.linspace(-14.0, 16.0, _POINTS).astype(np.float32)
    density = np.exp(finite(_densities(attempt, x, m, s2)).astype(np.float64))
    close(oracles.trapezoid(density, x.astype(np.float64)), 1.0, Tolerance(6e-3, 0.0),
          where="K = 4, integral over [-14, 16]", says="the density integrates to one")  # fmt: skip


def far_data_have_finite_logs(attempt):
    m, s2 = _factors(attempt.rng)
    x = np.linspace(-400.0, 400.0, _POINTS).astype(np.float32)
    finite(_densities(attempt, x, m, s2), where="x_new from -400 to 400, m between -4 and 6")


def averages_over_what_q_says_of_the_means(attempt):
    m, s2 = _factors(attempt.rng)
    x = np.linspace(-9.0, 11.0, _POINTS).astype(np.float32)
    each = [
        oracles.normal_expectation(lambda mu: np.exp(oracles.normal_logpdf(x[:, None], mu)), mean, var)
        for mean, var in zip(m.astype(np.float64), s2.astype(np.float64), strict=True)
    ]
    want = np.log(np.mean(each, axis=0))
    got = finite(_densities(attempt, x, m, s2))
    picture = Picture(x, np.exp(want), np.exp(np.minimum(got, 2.0)), "x_new", "density")
    close(got, want, Tolerance(1e-3, 1e-4), where=f"K = 4, s2 = {np.round(s2, 2)}", picture=picture,
          says="log p, against an average of N(x; mu_k, 1) over q(mu_k)")  # fmt: skip


exercise = Exercise(
    log_predictive,
    question="2.8",
    minutes=8,
    difficulty=2,
    hints=(
        "Draw a new x in your head: first a component, then its mean, then x. Which of the three steps "
        "have you integrated out by hand before?",
        "Given the component, x is mu_k plus noise, two independent Gaussians: what is the variance of "
        "their sum? Then average the K densities (not their logs).",
        "Each component contributes a Gaussian log density at x; combine the K of them on the log scale with "
        "logsumexp and remember the weight 1/K.",
    ),
    checks=(integrates_to_one, far_data_have_finite_logs, averages_over_what_q_says_of_the_means),
    variants=(by_logaddexp, with_weights),
    mistakes=(
        Mistake(
            "no-weights",
            one_edit(" - jnp.log(m.size)", ""),
            "Your density has a total mass of 4 for K = 4. Every component counts in full; a new datum "
            "comes from one.",
            caught_by=integrates_to_one,
        ),
        Mistake(
            "mean-of-the-logs",
            one_edit("jax.scipy.special.logsumexp(log_each) - jnp.log(m.size)", "log_each.mean()"),
            "You averaged logs, which gives the log of a geometric mean, and its total mass is far below "
            "one. A mixture averages the densities.",
            also=lambda x_new, m, s2: sum(_one(x_new, *pair) for pair in zip(m, s2, strict=True)) / len(m),
            caught_by=integrates_to_one,
        ),
        Mistake(
            "out-of-log-space",
            one_edit(
                "jax.scipy.special.logsumexp(log_each) - jnp.log(m.size)",
                "jnp.log(jnp.mean(jnp.exp(log_each)))",
            ),
            "A datum at 400 gets log density minus infinity: all densities there are zero in float32. "
            "Stay on the log scale; there is a function for a sum of exponentials.",
            caught_by=far_data_have_finite_logs,
        ),
        Mistake(
            "means-taken-as-known",
            one_edit("jnp.sqrt(1 + s2)", "1.0"),
            "You put m_k in the place of mu_k. Make one s2 large: the prediction should get wider there, "
            "and yours stays.",
            caught_by=averages_over_what_q_says_of_the_means,
        ),
        Mistake(
            "noise-forgotten",
            one_edit("jnp.sqrt(1 + s2)", "jnp.sqrt(s2)"),
            "This is the density of a mean mu_k, not of a datum. With s2 near zero it is a needle, and "
            "data still have unit variance.",
            caught_by=averages_over_what_q_says_of_the_means,
        ),
        Mistake(
            "variance-for-standard-deviation",
            one_edit("jnp.sqrt(1 + s2)", "1 + s2"),
            "Too wide: a variance was handed to a function that wants a standard deviation. It is hard "
            "to see for s2 near zero and plain at s2 = 3.",
            caught_by=averages_over_what_q_says_of_the_means,
        ),
        Mistake(
            "standard-deviations-added",
            one_edit("jnp.sqrt(1 + s2)", "(1 + jnp.sqrt(s2))"),
            "Two independent spreads do not add as standard deviations. Check with s2 = 3, where the total "
            "variance should be 4.",
            caught_by=averages_over_what_q_says_of_the_means,
        ),
    ),
    answer="""
Given its component, x_new = mu_k + noise, with mu_k ~ N(m_k, s2_k) under q and noise of variance 1: a sum
of two independent Gaussians, so N(m_k, 1 + s2_k). The label is uniform, so p(x_new | x) is about (1/K)
sum_k N(x_new; m_k, 1 + s2_k), computed with a logsumexp.
""",
    afterword="Averaged over held-out data, this monitors CAVI without an ELBO and shows overfitting.",
)


def _one(x, mean, var):
    return jax.scipy.stats.norm.logpdf(x, mean, jnp.sqrt(var + 1))
