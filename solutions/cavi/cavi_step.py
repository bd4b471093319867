"""2.8  One sweep of coordinate ascent for the Gaussian mixture."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    phi = jax.vmap(lambda x: jax.nn.softmax(x * m - 0.5 * (m**2 + s2)))(x)
    s2 = 1 / (1 / sigma2 + phi.sum(axis=0))
    m = s2 * (x @ phi)
    return m, s2, phi


# ---- other right answers ----------------------------------------------------------------------


def by_squared_distances(x, m, s2, sigma2):
    """From distances, with the data along the last axis."""
    cost = 0.5 * (jnp.square(jnp.subtract.outer(m, x)) + jnp.expand_dims(s2, 1))
    weights = jnp.exp(cost.min(axis=0, keepdims=True) - cost)
    weights = weights / weights.sum(axis=0, keepdims=True)
    precision = weights.sum(axis=1) + jnp.reciprocal(sigma2)
    return jnp.einsum("kn,n->k", weights, x) / precision, jnp.reciprocal(precision), weights.T


def component_by_component(x, m, s2, sigma2):
    """With a Python loop over components."""
    scores = [x * m[k] - (m[k] ** 2 + s2[k]) / 2 for k in range(len(m))]
    top = jax.scipy.special.logsumexp(jnp.stack(scores), axis=0)
    columns = [jnp.exp(score - top) for score in scores]
    variances = [sigma2 / (1 + sigma2 * jnp.sum(column)) for column in columns]
    means = [variance * jnp.sum(column * x) for variance, column in zip(variances, columns, strict=True)]
    return jnp.stack(means), jnp.stack(variances), jnp.stack(columns, axis=1)


# ---- checks: cheap to deep --------------------------------------------------------------------

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


# ---- mistakes that are no edit of one place ---------------------------------------------------


def one_component_after_the_other(x, m, s2, sigma2):
    """Lets each component see the new values of those before it."""
    for k in range(m.size):
        phi = by_squared_distances(x, m, s2, sigma2)[2]
        s2 = s2.at[k].set(1 / (1 / sigma2 + phi[:, k].sum()))
        m = m.at[k].set(s2[k] * jnp.sum(phi[:, k] * x))
    return m, s2, phi


def phi_one_half_step_later(x, m, s2, sigma2):
    """Returns responsibilities computed from the new means."""
    m, s2, _ = by_squared_distances(x, m, s2, sigma2)
    return m, s2, by_squared_distances(x, m, s2, sigma2)[2]


def hard_assignments(x, m, s2, sigma2):
    """Gives each datum to its most probable component."""
    phi = by_squared_distances(x, m, s2, sigma2)[2]
    hard = jax.nn.one_hot(phi.argmax(axis=1), m.size)
    precision = 1 / sigma2 + hard.sum(axis=0)
    return x @ hard / precision, 1 / precision, phi


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
    variants=(by_squared_distances, component_by_component),
    mistakes=(
        Mistake(
            "normalised-over-data",
            lambda x, m, s2, sigma2: _with_phi(jax.nn.softmax(_scores(x, m, s2), axis=0), x, sigma2),
            "Each datum has to belong somewhere with probability one, so each ROW of phi is a "
            "distribution. In yours the columns are.",
            caught_by=rows_of_phi_are_distributions,
        ),
        Mistake(
            "no-prior-in-the-mean",
            one_edit("s2 * (x @ phi)", "(x @ phi) / phi.sum(axis=0)"),
            "Without any data your means are nan. An empty component has to go home to its prior.",
            also=lambda x, m, s2, sigma2: _with_plain_means(*by_squared_distances(x, m, s2, sigma2), x),
            caught_by=without_data_the_prior_comes_back,
        ),
        Mistake(
            "variance-added-to-a-count",
            one_edit("1 / (1 / sigma2 + phi", "1 / (sigma2 + phi"),
            "For N = 0 your s2 should be the prior's variance, 4, and it is its reciprocal. Of the two "
            "numbers that you add, one is not a precision.",
            caught_by=without_data_the_prior_comes_back,
        ),
        Mistake(
            "exp-that-overflows",
            lambda x, m, s2, sigma2: _with_phi(
                (lambda w: w / w.sum(axis=1, keepdims=True))(jnp.exp(_scores(x, m, s2))), x, sigma2
            ),
            "Data at 150 and beyond give nan: an exp overflows before you divide. Only differences of the "
            "scores within a row matter, so you may move each row first.",
            caught_by=far_data_give_finite_numbers,
        ),
        Mistake(
            "one-component-after-the-other",
            one_component_after_the_other,
            "Your result depends on the order in which the components are named: later ones see what "
            "earlier ones have become. It climbs, but the question asks for one phi, computed from the "
            "arguments, that serves all.",
            caught_by=renaming_the_components_renames_the_result,
        ),
        Mistake(
            "old-variance-in-the-mean",
            lambda x, m, s2, sigma2: (lambda new, s2: (s2 * (x @ new[2]), *new[1:]))(
                by_squared_distances(x, m, s2, sigma2), s2
            ),
            "With a single component your mean is not the posterior mean of 1.3, although your variance "
            "is right. Which of the two variances, the one you were given or the new one, multiplies the "
            "total?",
            caught_by=one_component_gets_the_exact_posterior,
        ),
        Mistake(
            "phi-ignores-s2",
            one_edit("0.5 * (m**2 + s2)", "0.5 * m**2"),
            "Uncertain components should claim fewer data. Change one entry of s2 and watch phi: yours "
            "does not move.",
            caught_by=no_other_phi_has_a_higher_elbo,
        ),
        Mistake(
            "phi-uses-the-standard-deviation",
            one_edit("(m**2 + s2)", "(m**2 + jnp.sqrt(s2))"),
            "Look at the units in your score for phi: x has a unit, m^2 has that unit squared, and the "
            "term with s2 has another one again. It is seen at s2 = 4 and s2 = 0.5, and not at 1.",
            caught_by=no_other_phi_has_a_higher_elbo,
        ),
        Mistake(
            "prior-of-the-means-in-phi",
            lambda x, m, s2, sigma2: _with_phi(
                jax.nn.softmax(_scores(x, m, s2) - (m**2 + s2)[None, :] / (2 * sigma2), axis=1), x, sigma2
            ),
            "Components far from zero get too little from you. The prior of mu_k is paid once in the "
            "ELBO and not once for each datum: it has no place in phi.",
            caught_by=no_other_phi_has_a_higher_elbo,
        ),
        Mistake(
            "phi-one-half-step-later",
            phi_one_half_step_later,
            "m and s2 are right. The phi beside them was computed once more, from the new means; the phi "
            "asked for is the one that they were computed from.",
            caught_by=no_other_phi_has_a_higher_elbo,
        ),
        Mistake(
            "hard-assignments",
            hard_assignments,
            "phi is right, and the sums do not use it: each datum counts in full for its favourite. "
            "Compare a datum half way between two components.",
            caught_by=no_other_m_and_s2_have_a_higher_elbo,
        ),
    ),
    answer="""
phi: with m and s2 held, the ELBO has for datum i the terms sum_k phi_ik (score_ik - log phi_ik), whose
maximum on the simplex is the softmax of the scores x_i m_k - (m_k^2 + s2_k) / 2. (x_i^2 / 2 is the same
for all k and drops out.)

m and s2: with phi held, component k sees n_k = sum_i phi_ik observations of variance one and the prior
N(0, sigma2). That is 1.3 with a soft count: precision 1 / sigma2 + n_k, mean = sum_i phi_ik x_i over the
precision. An empty component is its prior.
""",
    afterword="A component with a large s2 claims less: the average of (x - mu)^2 counts the spread of mu.",
)


def _scores(x, m, s2):
    return jnp.outer(x, m) - 0.5 * (m**2 + s2)[None, :]


def _with_phi(phi, x, sigma2):
    precision = 1 / sigma2 + phi.sum(axis=0)
    return x @ phi / precision, 1 / precision, phi


def _with_plain_means(m, s2, phi, x):
    return jnp.sum(phi * x[:, None], axis=0) / jnp.sum(phi, axis=0), s2, phi
