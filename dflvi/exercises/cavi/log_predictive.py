"""2.8  The predictive density of new data."""

# Built from solutions/cavi/log_predictive.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.compare import Picture, Tolerance, close, finite, has_shape
from dflvi.checking.exercise import Exercise


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
    raise NotImplementedError("yours to write")

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
)
