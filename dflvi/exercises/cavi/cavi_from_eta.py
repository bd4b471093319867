"""2.6  A sweep of coordinate ascent from two natural parameters."""

# Built from solutions/cavi/cavi_from_eta.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def cavi_from_eta(
    x: Float[Array, " N"], m: Float[Array, " K"], s2: Float[Array, " K"], sigma2: float | Scalar
) -> tuple[Float[Array, " K"], Float[Array, " K"], Float[Array, "N K"]]:
    """One sweep of coordinate ascent, made of averages of the natural parameters in `eta_c` and `eta_mu`.

    The model: mu_k ~ N(0, sigma2), c_i uniform over K components, x_i ~ N(mu_{c_i}, 1). The approximation:
    N(mu_k; m_k, s2_k) for each component, Categorical(phi_i) for each datum. First all labels, with the averages of
    mu_k and mu_k^2 under the q(mu_k) that is given; then all means, with the averages of c under the new phi; last,
    from natural parameters back to a mean and a variance.

    Args:
        x: data, [N]. N may be 0.
        m: means of the factors q(mu_k), [K].
        s2: variances of the factors q(mu_k), [K].
        sigma2: prior variance of the means.

    Returns:
        m: new means, [K].
        s2: new variances, [K].
        phi: the responsibilities that these were computed from, [N, K].
    """
    raise NotImplementedError("yours to write")

_SIGMA2 = 4.0

_LOOSE = Tolerance(2e-3, 0.0)  # of a gradient of the bound, in nats; mistakes are off by 0.1 and more


def _start(rng):
    x = mixtures.points(rng, 40, (-2.5, 0.5, 3.0))
    m = (np.array([-2.0, 1.0, 2.5]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    return x, m, rng.permutation([4.0, 0.5, 1.0]).astype(np.float32)


def _sweep(attempt, x, m, s2):
    new_m, new_s2, phi = fields(attempt(x, m, s2, _SIGMA2), "m", "s2", "phi")
    where = f"N = {len(x)}, K = {len(m)}, sigma2 = {_SIGMA2:g}"
    has_shape(new_m, m.shape, where=where, what="the first result, m,")
    has_shape(new_s2, m.shape, where=where, what="the second result, s2,")
    has_shape(phi, (len(x), len(m)), where=where, what="the third result, phi,")
    return new_m, new_s2, phi


def without_data_the_prior_comes_back(attempt):
    _, m, s2 = _start(attempt.rng)
    new_m, new_s2, _ = _sweep(attempt, np.zeros(0, np.float32), m, s2)
    where = f"N = 0, K = 3, sigma2 = {_SIGMA2:g}"
    close(new_s2, np.full(3, _SIGMA2), where=where, says="s2", what="s2")
    close(new_m, np.zeros(3), where=where, says="m", what="m")


def rows_of_phi_are_distributions(attempt):
    x, m, s2 = _start(attempt.rng)
    _, _, phi = _sweep(attempt, x, m, s2)
    close(phi.sum(axis=1), np.ones(len(x)), where="N = 40, K = 3", says="each row of phi sums to one")


def labels_average_over_what_q_says_of_the_means(attempt):
    x, m, s2 = _start(attempt.rng)
    _, _, phi = _sweep(attempt, x, m, s2)
    slope, _, _ = mixtures.slopes(x, _SIGMA2, mixtures.logits_of(phi), m, np.log(s2))
    says = "the ELBO still has a slope in the logits of phi, with m and s2 as they were given"
    close(slope, np.zeros(phi.shape), _LOOSE, where=f"s2 = {np.round(s2, 3)}", says=says, what="the slope")


def means_average_over_what_q_says_of_the_labels(attempt):
    x, m, s2 = _start(attempt.rng)
    new_m, new_s2, phi = _sweep(attempt, x, m, s2)
    new_s2 = np.maximum(finite(new_s2, what="s2"), 1e-30)
    _, in_m, in_log_s2 = mixtures.slopes(x, _SIGMA2, mixtures.logits_of(phi), new_m, np.log(new_s2))
    where = f"N = 40, K = 3, sigma2 = {_SIGMA2:g}"
    says = "the ELBO still has a slope in {}, with the phi that you returned"
    close(in_log_s2, np.zeros(3), _LOOSE, where=where, says=says.format("log s2"), what="the slope")
    close(in_m, np.zeros(3), _LOOSE, where=where, says=says.format("m"), what="the slope")


exercise = Exercise(
    cavi_from_eta,
    question="2.6",
    minutes=8,
    difficulty=2,
    hints=(
        "Both natural parameters are linear in the statistics that they depend on. So what do you have to put in to "
        "get their averages?",
        "For labels: the averages of mu_k and of its square, under N(m_k, s2_k). For means: the average of a row "
        "with a single one, under Categorical(phi_i).",
        "phi is a softmax over k of `eta_c` at these two averages. Then `eta_mu` at phi gives two rows; compare them "
        "with the exponent of a Gaussian to read off its variance, and then its mean.",
    ),
    checks=(
        without_data_the_prior_comes_back,
        rows_of_phi_are_distributions,
        labels_average_over_what_q_says_of_the_means,
        means_average_over_what_q_says_of_the_labels,
    ),
)
