"""2.7  The five terms of the ELBO of the Gaussian mixture."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar
from solutions.cavi.expected_loglik import expected_loglik


def elbo_terms(
    x: Float[Array, " N"],
    phi: Float[Array, "N K"],
    m: Float[Array, " K"],
    s2: Float[Array, " K"],
    sigma2: float | Scalar,
) -> dict[str, Scalar]:
    """The five averages under q that add up to the ELBO (Blei et al., eq. 21), each a number in nats.

    The model: mu_k ~ N(0, sigma2), c_i uniform over K components, x_i ~ N(mu_{c_i}, 1). The approximation:
    N(mu_k; m_k, s2_k) for each component, Categorical(phi_i) for each datum.

    Args:
        x: data, [N].
        phi: responsibilities, [N, K]; each row is a distribution, and entries may be zero.
        m: means of the factors q(mu_k), [K].
        s2: variances of the factors q(mu_k), [K].
        sigma2: prior variance of the means.

    Returns:
        a dict with the keys
        "prior_mu": E[log p(mu)], summed over the components;
        "prior_c": E[log p(c)], summed over the data;
        "lik": E[log p(x | c, mu)], summed over the data;
        "ent_c": -E[log q(c)], summed over the data;
        "ent_mu": -E[log q(mu)], summed over the components.

    Keep every constant. An entry of phi that is zero adds nothing to "ent_c".
    """
    log_phi = jnp.log(jnp.where(phi > 0, phi, 1.0))
    return {
        "prior_mu": jnp.sum(jax.scipy.stats.norm.logpdf(m, 0.0, jnp.sqrt(sigma2)) - 0.5 * s2 / sigma2),
        "prior_c": -x.size * jnp.log(m.size),
        "lik": jnp.sum(expected_loglik(x, phi, m, s2)),
        "ent_c": -jnp.sum(phi * log_phi),
        "ent_mu": 0.5 * jnp.sum(jnp.log(2 * jnp.pi * jnp.e * s2)),
    }


# ---- other right answers ----------------------------------------------------------------------


def with_labels_weighted(x, phi, m, s2, sigma2):
    """Each sum over labels carries phi, also where it could leave; the results as a tuple."""
    K = phi.shape[1]
    square = jnp.square(jnp.subtract.outer(x, m)) + jnp.expand_dims(s2, 0)
    prior_mu = -(m @ m + s2.sum()) / (2 * sigma2) - K * jnp.log(2 * jnp.pi * sigma2) / 2
    lik = -jnp.vdot(phi, square + jnp.log(2 * jnp.pi)) / 2
    prior_c = jnp.vdot(phi, jnp.log(jnp.full_like(phi, 1 / K)))
    return prior_mu, prior_c, lik, jax.scipy.special.entr(phi).sum(), K / 2 + jnp.log(2 * jnp.pi * s2).sum() / 2


def with_distributions(x, phi, m, s2, sigma2):
    """From the entropy of NumPyro's normal, with loops over the data and components."""
    import numpyro.distributions as dist

    normal = dist.Normal(0.0, jnp.sqrt(sigma2))
    prior_mu = sum(normal.log_prob(m[k]) - s2[k] / (2 * sigma2) for k in range(len(m)))
    ent_mu = sum(dist.Normal(m[k], jnp.sqrt(s2[k])).entropy() for k in range(len(m)))
    lik, ent_c = 0.0, 0.0
    for k in range(len(m)):
        lik = lik + jnp.sum(phi[:, k] * (dist.Normal(m[k], 1.0).log_prob(x) - s2[k] / 2))
        ent_c = ent_c - jnp.sum(jax.scipy.special.xlogy(phi[:, k], phi[:, k]))
    return {"ent_mu": ent_mu, "lik": lik, "ent_c": ent_c, "prior_c": -len(x) * np.log(len(m)), "prior_mu": prior_mu}


# ---- checks: cheap to deep --------------------------------------------------------------------

_N, _SIGMA2 = 7, 2.5
_NAMES = ("prior_mu", "prior_c", "lik", "ent_c", "ent_mu")
_CLOSE = Tolerance(1e-4, 2e-5)  # sums of some ten numbers of size ten in float32


def _case(rng):
    """Seven data and three factors, far from neutral: sigma2 is not one, the s2 differ."""
    x = (3 * rng.normal(size=_N)).astype(np.float32)
    phi = np.exp(oracles.log_softmax(rng.normal(size=(_N, 3)))).astype(np.float32)
    m = (np.array([-2.0, 1.0, 2.5]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    return x, phi, m, rng.permutation([4.0, 0.5, 1.0]).astype(np.float32)


def _compared(attempt, names, x, phi, m, s2, where, known=None):
    """The named terms against quadrature over mu and enumeration over c."""
    terms = dict(zip(_NAMES, fields(attempt(x, phi, m, s2, _SIGMA2), *_NAMES), strict=True))
    truth = mixtures.terms(x, _SIGMA2, phi, m, s2)
    for name in _NAMES:
        finite(has_shape(terms[name], (), where=where, what=f'"{name}"'), where=where, what=f'"{name}"')
    for name in names:
        close(terms[name], truth[name], _CLOSE, where=where, says=f'"{name}" is its average over q',
              what=f'"{name}"', known=known)  # fmt: skip


def the_log_priors_are_averaged_over_q(attempt):
    case = _case(attempt.rng)
    where = f"N = {_N}, K = 3, sigma2 = {_SIGMA2:g}, s2 = {case[3]}"
    known = {"log K": np.log(3), "the sum of s2 / sigma2": float(case[3].sum()) / _SIGMA2}
    _compared(attempt, ("prior_mu", "prior_c"), *case, where, known)


def the_log_likelihood_is_averaged_over_q(attempt):
    case = _case(attempt.rng)
    _compared(attempt, ("lik",), *case, f"N = {_N}, K = 3, s2 = {case[3]}")


def the_entropies_are_averages_of_minus_log_q(attempt):
    case = _case(attempt.rng)
    _compared(attempt, ("ent_c", "ent_mu"), *case, f"N = {_N}, K = 3, s2 = {case[3]}")


def an_impossible_label_adds_nothing(attempt):
    x, phi, m, s2 = _case(attempt.rng)
    phi = np.eye(3, dtype=np.float32)[np.arange(_N) % 3]
    phi[0] = 0.25, 0.75, 0.0
    _compared(attempt, _NAMES, x, phi, m, s2, "rows of phi one-hot, but for the first, which is (0.25, 0.75, 0)")


exercise = Exercise(
    elbo_terms,
    question="2.7",
    minutes=15,
    difficulty=2,
    hints=(
        "Write down log p(mu), log p(c), log p(x | c, mu), log q(c) and log q(mu). Each is a log that you know; "
        "five averages under q are asked for, and you have done the hardest.",
        "The two with mu need the first two moments of a Gaussian, the two with c need only that a row of phi sums "
        "to one. Which of the five depend on the data?",
        "Prior of the means: a normal log density at m_k, less what the spread s2_k costs when it is measured "
        "against sigma2. Prior of the labels: the same number for each datum. Entropy of a Gaussian: half a log, of "
        "s2_k times a constant in which both pi and e occur. Entropy of a label: at phi = 0, replace phi by a "
        "harmless number before you take the log.",
    ),
    checks=(
        the_log_priors_are_averaged_over_q,
        the_log_likelihood_is_averaged_over_q,
        the_entropies_are_averages_of_minus_log_q,
        an_impossible_label_adds_nothing,
    ),
    variants=(with_labels_weighted, with_distributions),
    mistakes=(
        Mistake(
            "prior-at-the-mean-only",
            one_edit(" - 0.5 * s2 / sigma2", ""),
            'Your "prior_mu" does not move when s2 grows. A wide q(mu_k) reaches places that the prior finds '
            "improbable, and has to pay for it on average.",
            caught_by=the_log_priors_are_averaged_over_q,
        ),
        Mistake(
            "variance-as-a-scale",
            one_edit("0.0, jnp.sqrt(sigma2)", "0.0, sigma2"),
            'Your "prior_mu" belongs to a prior of another width: sigma2 = 2.5 is a variance, and a scale was asked '
            "for where you put it. At sigma2 = 1 nobody would notice.",
            caught_by=the_log_priors_are_averaged_over_q,
        ),
        Mistake(
            "log-k-for-every-component",
            one_edit("-x.size * jnp.log", "-m.size * jnp.log"),
            '"prior_c" does not change when a datum is added. There is one label a datum, and each of them has its '
            "prior; you added over the components.",
            caught_by=the_log_priors_are_averaged_over_q,
        ),
        Mistake(
            "log-k-for-every-pair",
            one_edit("-x.size * jnp.log", "-x.size * m.size * jnp.log"),
            'Your "prior_c" is three times too large for K = 3: the sum over k has lost its weights, which '
            "together are one a datum.",
            caught_by=the_log_priors_are_averaged_over_q,
        ),
        Mistake(
            "one-term-for-each-datum",
            one_edit("jnp.sum(expected_loglik(x, phi, m, s2))", "expected_loglik(x, phi, m, s2)"),
            '"lik" came back with an entry for each datum. The ELBO is one number for all data together.',
            caught_by=the_log_priors_are_averaged_over_q,
        ),
        Mistake(
            "likelihood-at-the-means",
            one_edit("expected_loglik(x, phi, m, s2)", "expected_loglik(x, phi, m, 0 * s2)"),
            '"lik" stays the same whatever s2 is. It is an average over mu_k, not its value at m_k; question 2.4 '
            "has the difference.",
            caught_by=the_log_likelihood_is_averaged_over_q,
        ),
        Mistake(
            "mean-over-the-data",
            one_edit("jnp.sum(expected_loglik", "jnp.mean(expected_loglik"),
            '"lik" is 7 times too small for 7 data. A mean is what one prints; what is maximised is the sum.',
            caught_by=the_log_likelihood_is_averaged_over_q,
        ),
        Mistake(
            "sign-of-the-entropy-of-the-labels",
            one_edit('"ent_c": -jnp', '"ent_c": jnp'),
            'Your "ent_c" is negative. A distribution over K labels has an entropy between 0 and log K; the ELBO '
            "rewards q for being undecided.",
            caught_by=the_entropies_are_averages_of_minus_log_q,
        ),
        Mistake(
            "sign-of-the-entropy-of-the-means",
            one_edit('"ent_mu": 0.5', '"ent_mu": -0.5'),
            'Your "ent_mu" falls when s2 grows. Which of two Gaussians is the more uncertain one, the narrow or '
            "the wide?",
            caught_by=the_entropies_are_averages_of_minus_log_q,
        ),
        Mistake(
            "gaussian-entropy-without-e",
            one_edit("2 * jnp.pi * jnp.e * s2", "2 * jnp.pi * s2"),
            '"ent_mu" is too small by 1.5 for K = 3, a half for each component, whatever s2 is. You have the log of '
            "the constant; the average of the square in the exponent is missing.",
            also=lambda x, phi, m, s2, sigma2: {
                **with_distributions(x, phi, m, s2, sigma2), "ent_mu": -jax.scipy.stats.norm.logpdf(
                    m, m, jnp.sqrt(s2)).sum()},
            caught_by=the_entropies_are_averages_of_minus_log_q,
        ),
        Mistake(
            "log-of-zero",
            one_edit("jnp.where(phi > 0, phi, 1.0)", "phi"),
            'A row of phi with a zero in it, such as (0.25, 0.75, 0), makes "ent_c" nan: zero times minus infinity. '
            "The limit is zero, and the log must never see the zero.",
            caught_by=an_impossible_label_adds_nothing,
        ),
    ),
    answer="""
- prior_mu: sum_k [-1/2 log(2 pi sigma2) - (m_k^2 + s2_k) / (2 sigma2)], since E[mu_k^2] = m_k^2 + s2_k.
- prior_c: every label costs log K wherever phi puts it, so -N log K.
- lik: question 2.4, summed over the data.
- ent_c: -sum_ik phi_ik log phi_ik, with 0 log 0 = 0.
- ent_mu: -E[log q(mu_k)] = 1/2 log(2 pi s2_k) + 1/2, hence 1/2 sum_k log(2 pi e s2_k). It is negative for a
  narrow factor; the entropy of a density may be.

Setting slopes to zero, block by block, gives the updates. In m_k: -m_k / sigma2 + sum_i phi_ik (x_i - m_k) = 0.
In s2_k: -1 / (2 sigma2) - 1/2 sum_i phi_ik + 1 / (2 s2_k) = 0. In phi_ik, with a multiplier for the row:
x_i m_k - (m_k^2 + s2_k) / 2 - log phi_ik = the same number for all k, hence the softmax.
""",
    afterword="Two terms say how well q explains and what the prior charges for it; two pay q for staying open.",
)
