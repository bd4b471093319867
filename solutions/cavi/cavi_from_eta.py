"""2.6  A sweep of coordinate ascent from two natural parameters."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar
from solutions.cavi.eta_c import eta_c
from solutions.cavi.eta_mu import eta_mu


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
    phi = jax.nn.softmax(eta_c(m, m**2 + s2, x), axis=1)
    first, second = eta_mu(phi, x, sigma2)
    return -first / (2 * second), -1 / (2 * second), phi


# ---- other right answers ----------------------------------------------------------------------


def in_one_piece(x, m, s2, sigma2):
    """Both parameters are written out here."""
    logits = jnp.outer(x, m) - jnp.expand_dims(s2 + m**2, 0) / 2
    phi = jnp.exp(logits - jax.scipy.special.logsumexp(logits, axis=1, keepdims=True))
    natural = jnp.stack([jnp.einsum("n,nk->k", x, phi), -(1 / sigma2 + jnp.einsum("nk->k", phi)) / 2])
    variance = -0.5 / natural[1]
    return {"m": variance * natural[0], "s2": variance, "phi": phi}


def averaged_over_all_labellings_one_by_one(x, m, s2, sigma2):
    """The natural parameter of a mean is collected datum by datum."""
    logits = jax.vmap(lambda one: -0.5 * ((one - m) ** 2 + s2))(x)
    phi = jax.nn.softmax(logits, axis=-1)
    total = jnp.zeros_like(m)
    precision = jnp.zeros_like(m) + 1 / sigma2
    for one, row in zip(x, phi, strict=True):
        total, precision = total + one * row, precision + row
    return total / precision, 1 / precision, phi


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- mistakes that need a helper --------------------------------------------------------------


def averaged_the_moments(x, m, s2, sigma2):
    """Averages a mean over labels instead of a natural parameter: each datum's own posterior mean."""
    phi = in_one_piece(x, m, s2, sigma2)["phi"]
    precision = 1 / sigma2 + phi.sum(axis=0)
    alone = x / (1 / sigma2 + 1.0)
    return x @ phi * 0 + alone @ phi / jnp.maximum(phi.sum(axis=0), 1e-9), 1 / precision, phi


def labels_hardened(x, m, s2, sigma2):
    """Puts the most probable labels in."""
    phi = in_one_piece(x, m, s2, sigma2)["phi"]
    first, second = eta_mu(jax.nn.one_hot(phi.argmax(axis=1), m.size), x, sigma2)
    return -first / (2 * second), -1 / (2 * second), phi


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
    variants=(in_one_piece, averaged_over_all_labellings_one_by_one),
    mistakes=(
        Mistake(
            "natural-parameters-returned",
            one_edit("-first / (2 * second), -1 / (2 * second), phi", "first, second, phi"),
            "Without data you return (0, -1/8), which is the prior in natural parameters. Asked for are a mean and a "
            "variance.",
            caught_by=without_data_the_prior_comes_back,
        ),
        Mistake(
            "half-forgotten",
            one_edit("-1 / (2 * second)", "-1 / second"),
            "Without data your variance is 8, twice the prior's. The coefficient of the square has a half in it.",
            caught_by=without_data_the_prior_comes_back,
        ),
        Mistake(
            "prior-left-out",
            lambda x, m, s2, sigma2: _from(in_one_piece(x, m, s2, sigma2)["phi"], x, 1e12 + 0 * sigma2),
            "Without data your variance is not the prior's; it is beyond all bounds. The prior belongs to the "
            "natural parameter of a mean as well.",
            caught_by=without_data_the_prior_comes_back,
        ),
        Mistake(
            "normalised-over-data",
            one_edit("axis=1", "axis=0"),
            "The columns of phi sum to one where the rows should. Each label has a law of its own.",
            caught_by=rows_of_phi_are_distributions,
        ),
        Mistake(
            "square-of-the-average",
            one_edit("m**2 + s2", "m**2 + 0 * s2"),
            "Change one entry of s2 and phi should change: an uncertain mean has a larger average square. You put "
            "in the square of the average.",
            also=lambda x, m, s2, sigma2: in_one_piece(x, m, 0 * s2, sigma2),
            caught_by=labels_average_over_what_q_says_of_the_means,
        ),
        Mistake(
            "variance-for-the-square",
            one_edit("m**2 + s2", "s2"),
            "Components far from zero claim too much. The second statistic is the average of the square of mu_k, "
            "and you put in its variance.",
            caught_by=labels_average_over_what_q_says_of_the_means,
        ),
        Mistake(
            "phi-one-half-step-later",
            lambda x, m, s2, sigma2: _later(in_one_piece(x, m, s2, sigma2), x, sigma2),
            "m and s2 are right. phi was computed once more, with the new ones.",
            caught_by=labels_average_over_what_q_says_of_the_means,
        ),
        Mistake(
            "averaged-the-moments",
            averaged_the_moments,
            "phi and s2 are right. For m you averaged means, where the average goes through to natural parameters. "
            "Which coordinates of a Gaussian are linear in the labels?",
            caught_by=means_average_over_what_q_says_of_the_labels,
        ),
        Mistake(
            "labels-hardened",
            labels_hardened,
            "phi is right, and then the most probable label of each datum was put in for c. The average of a row "
            "with a single one is something else.",
            caught_by=means_average_over_what_q_says_of_the_labels,
        ),
    ),
    answer="""
Since the two natural parameters are linear, their averages need averages of statistics alone:

$$\\varphi_i = \\text{softmax}\\, \\eta_c(m,\\, m^2 + s^2,\\, x)_i, \\qquad
(\\eta_1, \\eta_2) = \\eta_\\mu(\\varphi, x, \\sigma^2), \\qquad
s_k^2 = -\\frac{1}{2\\eta_2}, \\quad m_k = s_k^2\\, \\eta_1.$$
""",
    afterword="No calculus was needed: two conditionals, and averages of their statistics.",
)


def _from(phi, x, sigma2):
    first, second = eta_mu(phi, x, sigma2)
    return -first / (2 * second), -1 / (2 * second), phi


def _later(new, x, sigma2):
    return new["m"], new["s2"], in_one_piece(x, new["m"], new["s2"], sigma2)["phi"]
