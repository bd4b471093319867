"""2.2  One step of EM for the Gaussian mixture."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def em_step(
    x: Float[Array, " N"], mu: Float[Array, " K"], var: float | Scalar = 1.0
) -> tuple[Float[Array, "N K"], Float[Array, " K"]]:
    """One E-step and one M-step for a mixture of K Gaussians with equal weights and a common, known variance.

    The model: c_i uniform over K components, x_i ~ N(mu_{c_i}, var). The means mu are parameters, without a prior.

    Args:
        x: data, [N].
        mu: the present means, [K]. No component is empty.
        var: the variance of each component.

    Returns:
        resp: p(c_i = k | x_i) under the present means, [N, K].
        mu: the means that maximise the expected log joint under resp, [K].

    Data can lie far out: x of 1,000 must give finite numbers in float32.
    """
    away = x[:, None] - mu[None, :]
    resp = jax.nn.softmax(-0.5 * away**2 / var, axis=1)
    return resp, (x @ resp) / resp.sum(axis=0)


# ---- other right answers ----------------------------------------------------------------------


def component_by_component(x, mu, var=1.0):
    """With Python loops and logs of joint probabilities."""
    log_joint = [jax.scipy.stats.norm.logpdf(x, one, jnp.sqrt(var)) - jnp.log(len(mu)) for one in mu]
    log_p = jax.scipy.special.logsumexp(jnp.stack(log_joint), axis=0)
    columns = [jnp.exp(one - log_p) for one in log_joint]
    return jnp.stack(columns, axis=1), jnp.stack([jnp.average(x, weights=column) for column in columns])


def by_linear_scores(x, mu, var=1.0):
    """Without the square of x, which cancels in each row."""
    scores = jnp.outer(x, mu) - jnp.square(mu)[None, :] / 2
    resp = jnp.exp(jax.nn.log_softmax(scores / var, axis=-1))
    return resp, jnp.einsum("nk,n->k", resp, x) / jnp.einsum("nk->k", resp)


# ---- checks: cheap to deep --------------------------------------------------------------------


def _start(rng):
    """40 data in three overlapping groups of different sizes, and present means off the best ones."""
    x = mixtures.points(rng, 40, (-2.5, 0.5, 0.5, 3.0))
    mu = (np.array([-1.8, 0.9, 2.2]) + 0.3 * rng.normal(size=3)).astype(np.float32)
    return x, mu


def _step(attempt, x, mu, *var):
    resp, new = fields(attempt(x, mu, *var), "resp", "mu")
    where = f"N = {len(x)}, K = {len(mu)}" + (f", var = {var[0]:g}" if var else "")
    has_shape(resp, (len(x), len(mu)), where=where, what="the first result, resp,")
    has_shape(new, mu.shape, where=where, what="the second result, mu,")
    return resp, new


def rows_of_resp_are_distributions(attempt):
    x, mu = _start(attempt.rng)
    resp, _ = _step(attempt, x, mu)
    close(resp.sum(axis=1), np.ones(len(x)), where="N = 40, K = 3", says="each row of resp sums to one")


def far_data_give_finite_numbers(attempt):
    x, _ = _start(attempt.rng)
    x[:3] = [150.0, -1000.0, 1000.0]
    mu = np.array([-900.0, 20.0, 950.0], np.float32)
    where = "x from -1000 to 1000, mu = (-900, 20, 950)"
    resp, new = _step(attempt, x, mu)
    finite(resp, where=where, what="resp")
    finite(new, where=where, what="mu")


def resp_is_the_posterior_of_the_labels(attempt):
    x, mu = _start(attempt.rng)
    for var in ((), (2.5,), (0.4,)):
        resp, _ = _step(attempt, x, mu, *var)
        joint = np.exp(oracles.normal_logpdf(x[:, None].astype(np.float64), mu.astype(np.float64), *(var or (1.0,))))
        want = joint / joint.sum(axis=1, keepdims=True)
        where = f"N = 40, mu = {np.round(mu, 2)}" + (f", var = {var[0]:g}" if var else ", var left out")
        close(resp, want, Tolerance(2e-5, 2e-5), where=where, says="p(c_i = k | x_i)", what="resp")


def the_expected_log_joint_is_at_its_top(attempt):
    x, mu = _start(attempt.rng)
    for var in ((), (2.5,)):
        resp, new = _step(attempt, x, mu, *var)
        weights = np.asarray(resp, np.float64)

        def expected(at, var=var, weights=weights):
            return np.sum(weights * oracles.normal_logpdf(x[:, None].astype(np.float64), at, *(var or (1.0,))))

        where = f"N = 40, K = 3, var = {var[0] if var else 1:g}"
        slope = oracles.gradient(expected, finite(new, where=where, what="mu"), 1e-4)
        close(slope, np.zeros(3), Tolerance(2e-3, 0.0), where=where, what="the slope",
              says="the expected log joint under your resp still has a slope in mu")  # fmt: skip


# ---- mistakes that need a helper --------------------------------------------------------------


def hard_assignments(x, mu, var=1.0):
    """K-means."""
    resp = jax.nn.one_hot(em_step(x, mu, var)[0].argmax(axis=1), mu.size)
    return resp, x @ resp / resp.sum(axis=0)


def resp_computed_once_more(x, mu, var=1.0):
    """Returns responsibilities under the new means."""
    new = em_step(x, mu, var)[1]
    return em_step(x, new, var)[0], new


exercise = Exercise(
    em_step,
    question="2.2",
    minutes=8,
    difficulty=1,
    hints=(
        "Two halves: what do the present means say of each label, and which means fit these labels best?",
        "The first is Bayes' rule for each datum alone, with a uniform prior on the label: one softmax a row. The "
        "second is question 1.3 without a prior, with data that count in part.",
        "Score of datum i under k: its log density at distance x_i - mu_k. Softmax over k. New mean of k: the average "
        "of the data, weighted with column k.",
    ),
    checks=(
        rows_of_resp_are_distributions,
        far_data_give_finite_numbers,
        resp_is_the_posterior_of_the_labels,
        the_expected_log_joint_is_at_its_top,
    ),
    variants=(component_by_component, by_linear_scores),
    mistakes=(
        Mistake(
            "normalised-over-data",
            lambda x, mu, var=1.0: _with(jax.nn.softmax(-0.5 * jnp.subtract.outer(x, mu) ** 2 / var, axis=0), x),
            "Each datum comes from some component with probability one, so each ROW of resp is a distribution. In "
            "yours the columns are.",
            caught_by=rows_of_resp_are_distributions,
        ),
        Mistake(
            "not-normalised",
            lambda x, mu, var=1.0: _with(jax.scipy.stats.norm.pdf(jnp.subtract.outer(x, mu) / jnp.sqrt(var)), x),
            "These are densities of x_i under each component. Bayes' rule divides them by something before they are "
            "probabilities of the label.",
            caught_by=rows_of_resp_are_distributions,
        ),
        Mistake(
            "exp-that-overflows",
            lambda x, mu, var=1.0: _with(_ratio(jnp.exp(-0.5 * jnp.subtract.outer(x, mu) ** 2 / var)), x),
            "A datum at 1000 gives nan: all its densities are zero in float32, and you divide by their sum. Only "
            "differences of log densities within a row matter.",
            caught_by=far_data_give_finite_numbers,
        ),
        Mistake(
            "var-not-used",
            one_edit("away**2 / var", "away**2 + 0 * var"),
            "Right for var = 1. With var = 2.5 the labels should be less certain, and yours do not change.",
            also=lambda x, mu, var=1.0: by_linear_scores(x, mu),
            caught_by=resp_is_the_posterior_of_the_labels,
        ),
        Mistake(
            "standard-deviation-for-variance",
            one_edit("away**2 / var", "away**2 / var**2"),
            "With var = 2.5 your labels are less certain than they should be, with var = 0.4 they are more certain. "
            "`var` is a variance already.",
            caught_by=resp_is_the_posterior_of_the_labels,
        ),
        Mistake(
            "hard-assignments",
            hard_assignments,
            "Your resp holds zeros and ones: each datum belongs to its favourite alone. Look at a datum half way "
            "between two means. (What you have is k-means.)",
            caught_by=resp_is_the_posterior_of_the_labels,
        ),
        Mistake(
            "resp-computed-once-more",
            resp_computed_once_more,
            "mu is right. The resp beside it was computed again, from the new means; the one asked for belongs to "
            "the means that were given.",
            caught_by=resp_is_the_posterior_of_the_labels,
        ),
        Mistake(
            "divided-by-n",
            one_edit("(x @ resp) / resp.sum(axis=0)", "(x @ resp) / x.size"),
            "Your means are a third of what they should be, or less. A component owns only part of the data; divide "
            "by how much it owns.",
            caught_by=the_expected_log_joint_is_at_its_top,
        ),
        Mistake(
            "sums-of-favourites",
            lambda x, mu, var=1.0: (em_step(x, mu, var)[0], hard_assignments(x, mu, var)[1]),
            "resp is right and the means do not use it: each datum counts in full for its favourite.",
            caught_by=the_expected_log_joint_is_at_its_top,
        ),
    ),
    answer="""
E-step: with a uniform label, p(c_i = k | x_i) is proportional to N(x_i; mu_k, var), so each row is the softmax of
-(x_i - mu_k)^2 / (2 var). M-step: the expected log joint is a sum of weighted squares, minimised by the weighted
average: mu_k = sum_i resp_ik x_i / n_k with n_k = sum_i resp_ik.
""",
    afterword="After the E-step the bound F touches log p(x; mu) at the means that you put in.",
)


def _with(resp, x):
    return resp, x @ resp / resp.sum(axis=0)


def _ratio(weights):
    return weights / weights.sum(axis=1, keepdims=True)
