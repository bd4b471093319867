"""2.8  One sweep of coordinate ascent for the Gaussian mixture."""

# Built from solutions/cavi/cavi_step.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import mixtures
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def cavi_step(
    x: Float[Array, " N"], m: Float[Array, " K"], s2: Float[Array, " K"], sigma2: float | Scalar
) -> tuple[Float[Array, " K"], Float[Array, " K"], Float[Array, "N K"]]:
    """One sweep: first all responsibilities, then all means and variances.

    The model: mu_k ~ N(0, sigma2), c_i uniform over K components, x_i ~ N(mu_{c_i}, 1). The approximation:
    N(mu_k; m_k, s2_k) for each component, Categorical(phi_i) for each datum.

    Args:
        x: data, [N]. N may be 0.
        m: means of the factors q(mu_k), [K].
        s2: variances of the factors q(mu_k), [K]. The review writes s_k^2.
        sigma2: prior variance of the means.

    Returns:
        m: new means, [K].
        s2: new variances, [K].
        phi: the responsibilities that these were computed from, [N, K]; they come from the arguments.

    Each block is the exact maximum of the ELBO with the other held (Blei et al., section 3). The data can lie
    far out: x of 1,000 must give finite numbers in float32.
    """
    raise NotImplementedError("yours to write")

_SIGMA2 = 4.0

_LOOSE = Tolerance(2e-3, 0.0)  # of a gradient of the bound, in nats; mistakes are off by 0.1 and more


def _start(rng):
    """40 data in three overlapping groups, and factors whose variances differ and are of order one."""
    x = mixtures.points(rng, 40, (-2.5, 0.5, 3.0))
    m = (np.array([-2.0, 1.0, 2.5]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    s2 = rng.permutation([4.0, 0.5, 1.0]).astype(np.float32)
    return x, m, s2


def _step(attempt, x, m, s2):
    new_m, new_s2, phi = fields(attempt(x, m, s2, _SIGMA2), "m", "s2", "phi")
    where = f"N = {len(x)}, K = {len(m)}, sigma2 = {_SIGMA2:g}"
    has_shape(new_m, m.shape, where=where, what="the first result, m,")
    has_shape(new_s2, m.shape, where=where, what="the second result, s2,")
    has_shape(phi, (len(x), len(m)), where=where, what="the third result, phi,")
    return new_m, new_s2, phi


def rows_of_phi_are_distributions(attempt):
    x, m, s2 = _start(attempt.rng)
    _, _, phi = _step(attempt, x, m, s2)
    close(phi.sum(axis=1), np.ones(len(x)), where="N = 40, K = 3", says="each row of phi sums to one")
    lowest = float(phi.min())
    holds(lowest >= 0, "A probability in phi is negative.", value=phi, got=f"{lowest:.3g}")


def without_data_the_prior_comes_back(attempt):
    _, m, s2 = _start(attempt.rng)
    new_m, new_s2, _ = _step(attempt, np.zeros(0, np.float32), m, s2)
    where = f"N = 0, K = 3, sigma2 = {_SIGMA2:g}"
    close(new_s2, np.full(3, _SIGMA2), where=where, says="s2", what="s2")
    close(new_m, np.zeros(3), where=where, says="m", what="m")


def far_data_give_finite_numbers(attempt):
    x, _, s2 = _start(attempt.rng)
    x = np.concatenate([[150.0, -1000.0, 1000.0], x[3:]]).astype(np.float32)
    m = np.array([-900.0, 20.0, 950.0], np.float32)
    where = "x from -1000 to 1000, m = (-900, 20, 950)"
    new_m, _, phi = _step(attempt, x, m, s2)
    finite(phi, where=where, what="phi")
    close(phi[1:3, [0, 2]], np.eye(2), where=where, says="who claims x = -1000 and x = 1000", what="phi")
    finite(new_m, where=where, what="m")


def renaming_the_components_renames_the_result(attempt):
    x, m, s2 = _start(attempt.rng)
    new_m, new_s2, _ = _step(attempt, x, m, s2)
    for order, words in (([2, 0, 1], "3, 1, 2"), ([1, 0, 2], "2, 1, 3")):
        renamed = _step(attempt, x, m[order], s2[order])
        where = f"components 1, 2, 3 renamed {words}"
        close(renamed[0], new_m[order], Tolerance(1e-4, 1e-4), where=where, says="m", what="m")
        close(renamed[1], new_s2[order], Tolerance(1e-4, 1e-4), where=where, says="s2", what="s2")


def one_component_gets_the_exact_posterior(attempt):
    # K = 1 is 1.3: prior precision and N observations of precision one.
    x, _, s2 = _start(attempt.rng)
    new_m, new_s2, _ = _step(attempt, x, np.array([0.7], np.float32), s2[:1])
    precision = 1 / _SIGMA2 + len(x)
    where = f"K = 1, N = {len(x)}, sigma2 = {_SIGMA2:g}"
    close(new_s2, [1 / precision], where=where, says="the posterior variance of question 1.3", what="s2")
    close(new_m, [np.sum(x.astype(np.float64)) / precision], Tolerance(1e-4, 1e-4), where=where,
          says="the posterior mean of question 1.3", what="m")  # fmt: skip


def no_other_phi_has_a_higher_elbo(attempt):
    x, m, s2 = _start(attempt.rng)
    _, _, phi = _step(attempt, x, m, s2)
    slope, _, _ = mixtures.slopes(x, _SIGMA2, mixtures.logits_of(phi), m, np.log(s2))
    says = "the ELBO still has a slope in the logits of phi, with m and s2 as they were given"
    close(slope, np.zeros(phi.shape), _LOOSE, where=f"s2 = {np.round(s2, 3)}", says=says, what="the slope")


def no_other_m_and_s2_have_a_higher_elbo(attempt):
    x, m, s2 = _start(attempt.rng)
    new_m, new_s2, phi = _step(attempt, x, m, s2)
    new_s2 = np.maximum(finite(new_s2, what="s2"), 1e-30)
    _, in_m, in_log_s2 = mixtures.slopes(x, _SIGMA2, mixtures.logits_of(phi), new_m, np.log(new_s2))
    where = f"N = 40, K = 3, sigma2 = {_SIGMA2:g}"
    says = "the ELBO still has a slope in {}, with the phi that you returned"
    close(in_log_s2, np.zeros(3), _LOOSE, where=where, says=says.format("log s2"), what="the slope")
    close(in_m, np.zeros(3), _LOOSE, where=where, says=says.format("m"), what="the slope")


exercise = Exercise(
    cavi_step,
    question="2.8",
    minutes=15,
    difficulty=2,
    hints=(
        "There are two blocks: phi, and (m, s2). Each has a closed form, given the other. Which is to "
        "come first, and which of the arguments does it need?",
        "For phi, one softmax a datum, over a score that rewards a close m_k and charges for its square "
        "and its variance. Then weighted sums over the data: a soft count n_k and a soft total for each "
        "component.",
        "Each component then looks like question 1.3 with n_k observations: its precision is the prior's "
        "plus the soft count; its mean is the soft total over that precision.",
    ),
    checks=(
        rows_of_phi_are_distributions,
        without_data_the_prior_comes_back,
        far_data_give_finite_numbers,
        renaming_the_components_renames_the_result,
        one_component_gets_the_exact_posterior,
        no_other_phi_has_a_higher_elbo,
        no_other_m_and_s2_have_a_higher_elbo,
    ),
)
