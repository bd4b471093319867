"""1.3  The posterior of a Gaussian mean."""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def posterior(
    x: Float[Array, " n"], mu0: Scalar | float = 0.0, var0: Scalar | float = 1.0, var: Scalar | float = 1.0
) -> tuple[Scalar, Scalar]:
    """What is known of mu after n draws from N(mu, var), with the prior mu ~ N(mu0, var0). It is a normal.

    Args:
        x: the data, [n]; n = 0 is allowed.
        mu0: mean of the prior, a number.
        var0: variance of the prior, a number.
        var: the known variance of one draw, a number.

    Returns:
        mean: of the posterior, a number in the units of x.
        var: variance of the posterior (not its standard deviation), a number in squared units of x.

    JAX must be able to differentiate both in every argument. The three numbers have defaults, so that
    `posterior(x)` is the case of unit variances and a prior around zero.
    """
    precision = 1 / var0 + x.size / var
    mean = (mu0 / var0 + jnp.sum(x) / var) / precision
    return mean, 1 / precision


# ---- other right answers ----------------------------------------------------------------------


def one_datum_at_a_time(x, mu0=0.0, var0=1.0, var=1.0):
    """Each posterior is the prior of the next datum; the gain is the share by which the mean moves."""
    mean, spread = mu0, var0
    for one in x:
        gain = spread / (spread + var)
        mean, spread = mean + gain * (one - mean), gain * var
    return {"mean": jnp.asarray(mean), "var": jnp.asarray(spread)}


def from_the_mean_of_the_data(x, mu0=0.0, var0=1.0, var=1.0):
    """All data as one measurement, of variance var / n; written without dividing by n."""
    n = x.size
    total = n * var0 + var
    return mu0 + var0 / total * jnp.sum(x - mu0), var0 * (var / total)


def by_the_parabola(x, mu0=0.0, var0=1.0, var=1.0):
    """The top and the curvature of the log joint, from its derivatives at mu0."""

    def log_joint(mu):
        return -jnp.sum((x - mu) ** 2) / (2 * var) - (mu - mu0) ** 2 / (2 * var0)

    at = jnp.asarray(mu0, x.dtype)
    curvature = jax.grad(jax.grad(log_joint))(at)
    return at - jax.grad(log_joint)(at) / curvature, -1 / curvature


# ---- checks: cheap to deep --------------------------------------------------------------------

_CLOSE = Tolerance(2e-5, 5e-5)
_PRIOR = 1.3, 0.6, 2.5  # mu0, var0, var
_PRIOR_WORDS = "mu0 = 1.3, var0 = 0.6, var = 2.5"


def _both(result, where, shape=()):
    """Mean and variance of a result, in float64."""
    parts = zip(("mean", "var"), fields(result, "mean", "var"), strict=True)
    return [finite(has_shape(part, shape, where=where, what=name), where=where, what=name).astype(np.float64)
            for name, part in parts]  # fmt: skip


def _data(rng, n=6):
    return rng.normal(-1.5, 1.7, n).astype(np.float32)


def no_data_give_the_prior_back(attempt):
    where = f"n = 0, {_PRIOR_WORDS}"
    mean, var = fields(attempt(np.zeros(0, np.float32), *_PRIOR), "mean", "var")
    close(mean, 1.3, _CLOSE, where=where, says="nothing was learned", what="the mean")
    close(var, 0.6, _CLOSE, where=where, says="nothing was learned", what="the variance")


def the_width_shrinks_with_n_and_not_with_the_data(attempt):
    x = _data(attempt.rng)
    where = f"n = 6, {_PRIOR_WORDS}"
    var = _both(attempt(x, *_PRIOR), where)[1]
    spread = _both(attempt(np.float32(5) * x - np.float32(3), *_PRIOR), where)[1]
    close(spread, var, _CLOSE, where=f"the data spread out fivefold, {where}", what="the variance",
          says="how sure one is depends on how many data there are, not on what they are")  # fmt: skip
    fewer = _both(attempt(x[:3], *_PRIOR), f"n = 3, {_PRIOR_WORDS}")[1]
    holds(bool(0 < var < fewer - 1e-4 and fewer < 0.6 - 1e-4), "More data have to make the posterior narrower.",
          value=[fewer, var], where=f"n = 3 and n = 6, {_PRIOR_WORDS}", expected="0 < var(6) < var(3) < var0",
          got=f"var(3) = {float(fewer):.5g}, var(6) = {float(var):.5g}")  # fmt: skip


def data_in_two_halves_are_as_good_as_at_once(attempt):
    x = _data(attempt.rng)
    where = f"six data in one go, and three after three, {_PRIOR_WORDS}"
    mean, var = _both(attempt(x, *_PRIOR), where)
    half_mean, half_var = _both(attempt(x[:3], *_PRIOR), where)
    holds(bool(half_var > 0), "A variance has to be positive.", value=half_var, where=where)
    then = _both(attempt(x[3:], float(half_mean), float(half_var), _PRIOR[2]), where)
    close(then[0], mean, Tolerance(1e-4, 1e-4), where=where, what="the mean", says="the first half's posterior, taken "
          "as prior for the second half, leads to the posterior of all")  # fmt: skip
    close(then[1], var, Tolerance(1e-4, 1e-4), where=where, what="the variance", says="the same of the variance")


def prior_times_likelihood_is_posterior_times_evidence(attempt):
    x = _data(attempt.rng)
    where = f"six data, {_PRIOR_WORDS}, 41 values of mu"
    mean, var = _both(attempt(x, *_PRIOR), where)
    mu0, var0, noise = _PRIOR
    mu = mu0 + np.linspace(-2, 2, 41)
    x64 = x.astype(np.float64)
    log_joint = oracles.normal_logpdf(mu, mu0, var0) + oracles.normal_logpdf(x64[:, None], mu, noise).sum(axis=0)
    left_over = log_joint - oracles.normal_logpdf(mu, mean, np.maximum(var, 1e-30))
    evidence = oracles.multivariate_normal_logpdf(x64, np.full(6, mu0), noise * np.eye(6) + var0)
    close(left_over, np.full(41, evidence), Tolerance(2e-3, 0), where=where, what="log prior + log likelihood - "
          "log posterior", says="one number at every mu, the log evidence")  # fmt: skip
    pull = _both(attempt.jacobian(1)(x, *_PRIOR), where)[0]
    close(pull, (1 / var0) / (1 / var0 + 6 / noise), Tolerance(1e-4, 1e-4), where=where,
          says="how far the mean follows when mu0 moves", what="the derivative of the mean")  # fmt: skip
    for words, prior, want in (
        ("var0 = 1e8", (0.0, 1e8, 2.5), (x64.mean(), 2.5 / 6)), ("var0 = 1e-8", (1.3, 1e-8, 2.5), (1.3, 1e-8)),
    ):  # fmt: skip
        got = np.array(_both(attempt(x, *prior), words))
        close(got, want, Tolerance(1e-4, 1e-4), where=f"six data, {words}", says="mean and variance in a limit")
    x = (1e4 + attempt.rng.normal(size=100)).astype(np.float32)
    mean, _ = _both(attempt(x, 1e4, 1.0, 1.0), "data near 10,000")
    want = 1e4 + (x.astype(np.float64) - 1e4).sum() / 101
    close(mean, want, Tolerance(5e-2, 0), where="100 draws from N(10000, 1), mu0 = 10000", what="the mean")


# ---- known wrong answers ----------------------------------------------------------------------


def averages_the_log_likelihood(x, mu0=0.0, var0=1.0, var=1.0):
    n = max(x.size, 1)
    precision = 1 / var0 + x.size / n / var
    return (mu0 / var0 + jnp.sum(x) / n / var) / precision, 1 / precision


def rounds_the_prior_away(x, mu0=0.0, var0=1.0, var=1.0):
    mean, spread = mu0, var0
    for one in x:
        gain = spread / (spread + var)
        mean, spread = mean + gain * (one - mean), (1 - gain) * spread
    return jnp.asarray(mean), jnp.asarray(spread)


exercise = Exercise(
    posterior,
    question="1.3",
    minutes=12,
    difficulty=2,
    differentiable=True,
    hints=(
        "Multiply the two exponentials and look only at the terms that contain mu. Everything else is a "
        "constant, and you know what it must be in the end.",
        "Collect the coefficient of mu^2 and that of mu. A normal's exponent, expanded, has the same two: "
        "match them. It is easier with one over the variance, the precision.",
        "Precisions add up: the prior brings one over its variance, each datum one over the noise's. The mean "
        "is a weighted average of mu0 and of the data, and the weights are those precisions.",
    ),
    checks=(
        no_data_give_the_prior_back,
        the_width_shrinks_with_n_and_not_with_the_data,
        data_in_two_halves_are_as_good_as_at_once,
        prior_times_likelihood_is_posterior_times_evidence,
    ),
    variants=(one_datum_at_a_time, from_the_mean_of_the_data, by_the_parabola),
    mistakes=(
        Mistake(
            "prior-ignored",
            lambda x, mu0=0.0, var0=1.0, var=1.0: (jnp.mean(x), jnp.asarray(var) / x.size),
            "With no data your estimate cannot know where the prior sits: try n = 0. You have the "
            "likelihood's top and width, and no prior in either.",
            also=lambda x, mu0=0.0, var0=1.0, var=1.0: (jnp.sum(x) / x.size, 1 / (x.size / jnp.asarray(var))),
            caught_by=no_data_give_the_prior_back,
        ),
        Mistake(
            "divides-by-n-alone",
            one_edit("precision = 1 / var0 + x.size / var", "precision = x.size / jnp.asarray(var)"),
            "One more 'observation' is present than you count: the prior is worth something too. With n = 0 "
            "you divide by nothing.",
            caught_by=no_data_give_the_prior_back,
        ),
        Mistake(
            "precision-for-variance",
            one_edit("mean, 1 / precision", "mean, precision"),
            "Certainty should grow with data, and what you return as a variance grows instead. You have "
            "computed the right thing and handed out its reciprocal.",
            caught_by=no_data_give_the_prior_back,
        ),
        Mistake(
            "standard-deviation-returned",
            one_edit("mean, 1 / precision", "mean, 1 / jnp.sqrt(precision)"),
            "Without data you should return the 0.6 you were given, and you return its root. The second number "
            "asked for is in squared units.",
            caught_by=no_data_give_the_prior_back,
        ),
        Mistake(
            "prior-mean-not-weighted",
            one_edit("(mu0 / var0 +", "(mu0 +"),
            "Your mean is right as long as var0 = 1. With n = 0 and var0 = 0.6 it is not mu0: in your sum "
            "mu0 does not have the weight that the normaliser expects.",
            caught_by=no_data_give_the_prior_back,
        ),
        Mistake(
            "prior-mean-forgotten",
            one_edit("(mu0 / var0 + jnp.sum(x) / var)", "(jnp.sum(x) / var)"),
            "Your posterior is pulled towards zero, wherever the prior sits. Put mu0 = 1.3 and look at it "
            "without data.",
            caught_by=no_data_give_the_prior_back,
        ),
        Mistake(
            "averages-the-log-likelihood",
            averages_the_log_likelihood,
            "Doubling the data set left your posterior width unchanged. Somewhere a mean stands where the "
            "evidence of n data should add up.",
            caught_by=the_width_shrinks_with_n_and_not_with_the_data,
        ),
        Mistake(
            "variance-of-the-sample",
            lambda x, mu0=0.0, var0=1.0, var=1.0: by_the_parabola(x, mu0, var0, jnp.var(x) if x.size else var),
            "The posterior width moved when the data were spread out. The noise of an observation is given; "
            "you seem to estimate it again.",
            caught_by=the_width_shrinks_with_n_and_not_with_the_data,
        ),
        Mistake(
            "shrinks-as-for-equal-variances",
            one_edit("(mu0 / var0 + jnp.sum(x) / var) / precision", "(mu0 + jnp.sum(x)) / (x.size + 1)"),
            "Your mean counts the prior as one more observation. That is so when prior and noise have the same "
            "variance; with var0 = 0.6 and var = 2.5 the prior is worth about four.",
            caught_by=data_in_two_halves_are_as_good_as_at_once,
        ),
        Mistake(
            "noise-ignored",
            lambda x, mu0=0.0, var0=1.0, var=1.0: by_the_parabola(x, mu0, var0, 1.0 + 0.0 * var),
            "Make the measurements a hundred times noisier, and your posterior does not care. Which argument "
            "has not been used?",
            caught_by=prior_times_likelihood_is_posterior_times_evidence,
        ),
        Mistake(
            "noise-as-a-standard-deviation",
            lambda x, mu0=0.0, var0=1.0, var=1.0: by_the_parabola(x, mu0, var0, var**2),
            "At var = 1 all is well, at var = 2.5 the data have too little weight. It is a variance "
            "already, and you square it once more.",
            caught_by=prior_times_likelihood_is_posterior_times_evidence,
        ),
        Mistake(
            "rounds-the-prior-away",
            rounds_the_prior_away,
            "Right on paper. With var0 = 1e8 the share by which the first datum moves you is rounded to one, and "
            "one minus it to zero, so that all later data are ignored. Write the new variance as a product.",
            caught_by=prior_times_likelihood_is_posterior_times_evidence,
        ),
    ),
    answer="""
Up to a constant, $\\log p(\\mu \\mid x)$ is

$$-\\tfrac12 \\Big(\\frac1{\\sigma_0^2} + \\frac n{\\sigma^2}\\Big) \\mu^2
  + \\Big(\\frac{\\mu_0}{\\sigma_0^2} + \\frac{\\sum_i x_i}{\\sigma^2}\\Big) \\mu.$$

A normal with precision $\\lambda$ and mean m has $-\\tfrac12 \\lambda \\mu^2 + \\lambda m \\mu$ there. So the
first bracket is the posterior's precision, and the second divided by the first its mean. For unit variances and
$\\mu_0 = 0$ that is the normal with mean $n \\bar x/(n+1)$ and variance $1/(n+1)$. No integral was needed: a
parabola in the exponent has to be a normal, and its normaliser is known. What is left over is the evidence,
$x \\sim N(\\mu_0 1, \\sigma^2 I + \\sigma_0^2 1 1^T)$.
""",
    afterword="The prior has the form of data already seen: that is what conjugate means.",
)
