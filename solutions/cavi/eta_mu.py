"""2.6  The natural parameter of the complete conditional of a mean."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import mixtures, oracles
from dflvi.checking.compare import Tolerance, close, finite
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def eta_mu(c: Float[Array, "N K"], x: Float[Array, " N"], sigma2: float | Scalar) -> Float[Array, "2 K"]:
    """Natural parameters of p(mu_k | c, x), the law of each mean given all labels and data.

    The model: mu_k ~ N(0, sigma2), c_i uniform over K components, x_i ~ N(mu_{c_i}, 1). As a Gaussian in mu_k the
    conditional is exp(eta . t(mu_k)) up to a factor without mu_k, with the statistics t(mu) = (mu, mu^2).

    Args:
        c: labels as rows with a single one, c[i, k] = 1 if x_i belongs to component k, [N, K]. Averages of such rows
            may come as well: write it so that each entry of c enters in proportion.
        x: data, [N].
        sigma2: prior variance of the means.

    Returns:
        [2, K]: first row the coefficients of mu, second row those of mu^2. A component without data has those of
        its prior.
    """
    return jnp.stack([x @ c, -0.5 * (1 / sigma2 + c.sum(axis=0))])


# ---- other right answers ----------------------------------------------------------------------


def from_mean_and_variance(c, x, sigma2):
    """By way of the conditional's variance and mean (question 1.3)."""
    variance = sigma2 / (1 + sigma2 * jnp.sum(c, axis=0))
    mean = variance * jnp.sum(c * x[:, None], axis=0)
    return jnp.array([mean / variance, -1 / (2 * variance)])


def by_derivatives(c, x, sigma2):
    """Slope and curvature of the log conditional at zero."""

    def log_conditional(mu):
        squares = jnp.square(jnp.subtract.outer(x, mu))
        return -0.5 * jnp.sum(mu**2) / sigma2 - 0.5 * jnp.sum(c * squares)

    zero = jnp.zeros(c.shape[1])
    return jnp.stack([jax.grad(log_conditional)(zero), jnp.diag(jax.hessian(log_conditional)(zero)) / 2])


# ---- checks: cheap to deep --------------------------------------------------------------------

_SIGMA2 = 4.0


def _data(rng):
    x = mixtures.points(rng, 30, (-2.5, 0.5, 3.0))
    c = np.eye(4, dtype=np.float32)[rng.permutation(np.resize([0, 0, 1, 3, 3, 3], 30))]  # none for the third
    return c, x


def _eta(attempt, c, x):
    where = f"N = {len(x)}, K = {c.shape[1]}, sigma2 = {_SIGMA2:g}"
    return finite(attempt(c, x, _SIGMA2), shape=(2, c.shape[1]), where=where), where


def an_empty_component_has_its_prior(attempt):
    c, x = _data(attempt.rng)
    eta, where = _eta(attempt, c, x)
    close(eta[:, 2], [0.0, -0.5 / _SIGMA2], where=f"{where}, component 3 without data",
          says="its natural parameters are those of N(0, 4)")  # fmt: skip


def soft_labels_enter_in_proportion(attempt):
    c, x = _data(attempt.rng)
    other = np.eye(4, dtype=np.float32)[attempt.rng.permutation(np.resize([0, 1, 1, 2, 3], 30))]
    (first, where), (second, _) = _eta(attempt, c, x), _eta(attempt, other, x)
    share = np.float32(0.3)
    mixed, _ = _eta(attempt, share * c + (1 - share) * other, x)
    want = share * first.astype(np.float64) + (1 - share) * second
    close(mixed, want, Tolerance(1e-4, 1e-5), where=f"{where}, c = 0.3 of one labelling and 0.7 of another",
          says="so are the natural parameters")  # fmt: skip


def is_the_slope_and_curvature_of_the_log_conditional(attempt):
    c, x = _data(attempt.rng)
    c = (0.7 * c + 0.3 * c[attempt.rng.permutation(30)]).astype(np.float32)
    eta, where = _eta(attempt, c, x)
    # A quadratic is known from three points: -1, 0 and 1.
    each = [
        np.sum(c.astype(np.float64) * oracles.normal_logpdf(x[:, None].astype(np.float64), at), axis=0)
        + oracles.normal_logpdf(at, 0.0, _SIGMA2)
        for at in (-1.0, 0.0, 1.0)
    ]
    want = np.stack([(each[2] - each[0]) / 2, (each[2] - 2 * each[1] + each[0]) / 2])
    close(eta, want, Tolerance(1e-4, 1e-5), where=f"{where}, some labels soft",
          says="coefficients of mu and mu^2 in log p(mu_k) + sum_i c_ik log p(x_i | mu_k)")  # fmt: skip


exercise = Exercise(
    eta_mu,
    question="2.6",
    minutes=6,
    difficulty=2,
    hints=(
        "Write log p(mu_k) and the log likelihood of the data of component k, and keep what has mu_k in it.",
        "Both are quadratic in mu_k. Collect what multiplies mu_k, and what multiplies its square; constants go.",
        "Each datum with label k gives x_i to the first and a half, with a minus, to the second. The prior adds a "
        "term to the second alone. Sums over i with weights c_ik do it for all k.",
    ),
    checks=(
        an_empty_component_has_its_prior,
        soft_labels_enter_in_proportion,
        is_the_slope_and_curvature_of_the_log_conditional,
    ),
    variants=(from_mean_and_variance, by_derivatives),
    mistakes=(
        Mistake(
            "prior-left-out",
            one_edit("(1 / sigma2 + c.sum(axis=0))", "(0 / sigma2 + c.sum(axis=0))"),
            "The component without any data comes out as (0, 0), which is no Gaussian at all. With nothing to learn "
            "from, a mean has its prior.",
            caught_by=an_empty_component_has_its_prior,
        ),
        Mistake(
            "half-forgotten",
            one_edit("-0.5 * (1", "-1.0 * (1"),
            "The second row is twice what it should be, for the empty component as well. Write out the exponent of "
            "a Gaussian and look at what stands before the square.",
            also=lambda c, x, sigma2: from_mean_and_variance(c, x, sigma2) * jnp.array([1.0, 2.0])[:, None],
            caught_by=an_empty_component_has_its_prior,
        ),
        Mistake(
            "sign-of-the-second",
            one_edit("-0.5 * (1", "0.5 * (1"),
            "The coefficient of the square is positive: the exponential of that grows without end.",
            caught_by=an_empty_component_has_its_prior,
        ),
        Mistake(
            "mean-and-variance",
            lambda c, x, sigma2: _moments(c, x, sigma2),
            "For the empty component you give (0, 4), the mean and the variance. These are other coordinates of the "
            "same Gaussian; averages go through to the natural ones.",
            caught_by=an_empty_component_has_its_prior,
        ),
        Mistake(
            "rows-exchanged",
            lambda c, x, sigma2: from_mean_and_variance(c, x, sigma2)[::-1],
            "The two rows have changed places: the coefficient of mu comes first.",
            caught_by=an_empty_component_has_its_prior,
        ),
        Mistake(
            "hardened-labels",
            lambda c, x, sigma2: from_mean_and_variance(jax.nn.one_hot(c.argmax(axis=1), c.shape[1]), x, sigma2),
            "With soft labels you round first: 0.7 and 0.3 become 1 and 0. Use the entries of c as they are.",
            caught_by=soft_labels_enter_in_proportion,
        ),
        Mistake(
            "divided-by-the-count",
            lambda c, x, sigma2: from_mean_and_variance(c, x, sigma2)
            / jnp.stack([jnp.maximum(c.sum(axis=0), 1.0), jnp.ones(c.shape[1])]),
            "Mix two labellings, and your first row is no mixture of the two: you divide by a count that changes with "
            "c. The coefficient of mu is a total.",
            caught_by=soft_labels_enter_in_proportion,
        ),
        Mistake(
            "data-of-all-components",
            lambda c, x, sigma2: jnp.stack([jnp.sum(x) * jnp.ones(c.shape[1]) * (c.sum(axis=0) / x.size),
                                            from_mean_and_variance(c, x, sigma2)[1]]),
            "The second row is right. The first does not look at which data are in a component: every component has "
            "the overall mean.",
            caught_by=is_the_slope_and_curvature_of_the_log_conditional,
        ),
    ),
    answer="""
log p(mu_k | c, x) = -mu_k^2 / (2 sigma2) - (1/2) sum_i c_ik (x_i - mu_k)^2 + const. Collecting,

$$\\eta_1 = \\sum_i c_{ik} x_i, \\qquad \\eta_2 = -\\tfrac12 \\Big(\\tfrac1{\\sigma^2} + \\sum_i c_{ik}\\Big).$$

Both are linear in c (the second up to the prior's constant), so their averages over q(c) have phi in the place of c.
""",
    afterword="Labels enter linearly. That is all that is needed to average over them.",
)


def _moments(c, x, sigma2):
    first, second = from_mean_and_variance(c, x, sigma2)
    return jnp.stack([-first / (2 * second), -1 / (2 * second)])
