"""2.7  The five terms of the ELBO of the Gaussian mixture."""

# Built from solutions/cavi/elbo_terms.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


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
    raise NotImplementedError("yours to write")

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
)
