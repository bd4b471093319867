"""3.2  The score of a normal density in its mean and its standard deviation."""

import jax
import jax.numpy as jnp
import numpy as np

from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.checking.oracles import gauss_hermite, normal_logpdf
from dflvi.types import Scalar


def score_gaussian(x: Scalar, mu: Scalar, sigma: Scalar) -> tuple[Scalar, Scalar]:
    """The score of N(mu, sigma^2) at one x: the derivatives of log p(x; mu, sigma) in the parameters.

    Args:
        x: where the density is looked at, a number. It may lie far from mu.
        mu: the mean, a number.
        sigma: the standard deviation, a positive number. The derivative is in sigma, not in sigma^2.

    Returns:
        (d_mu, d_sigma), two numbers, in nats per unit of the parameter.

    (Miller, Natural Gradients and Stochastic Variational Inference, where the score is what the Fisher
    information is made of.)
    """
    z = (x - mu) / sigma
    return z / sigma, (z**2 - 1) / sigma


# ---- other right answers ----------------------------------------------------------------------


def by_autodiff(x, mu, sigma):
    """JAX differentiates the log density that it has itself."""
    return jax.grad(jax.scipy.stats.norm.logpdf, argnums=(1, 2))(x, mu, sigma)


def by_way_of_the_variance(x, mu, sigma):
    """The derivative in the variance, and the chain rule."""
    var, gap = sigma * sigma, x - mu
    d_var = gap * gap / (2 * var * var) - 0.5 / var
    return {"d_mu": gap / var, "d_sigma": d_var * (2 * sigma)}


def by_slopes_along_each(x, mu, sigma):
    """Forward derivatives of what is left of log p when constants are dropped."""

    def log_p(m, s):
        return -jnp.log(s) - 0.5 * jnp.square((x - m) / s)

    _, d_mu = jax.jvp(lambda m: log_p(m, sigma), (jnp.asarray(mu),), (jnp.ones_like(mu),))
    _, d_sigma = jax.jvp(lambda s: log_p(mu, s), (jnp.asarray(sigma),), (jnp.ones_like(sigma),))
    return d_mu, d_sigma


# ---- checks: cheap to deep --------------------------------------------------------------------
# Always 24 points at once: one program serves all checks.

NODES, WEIGHTS = gauss_hermite(24)
CLOSE = Tolerance(3e-5, 3e-5)


def _parameters(rng):
    return float(rng.choice((-1.0, 1.0)) * rng.uniform(0.5, 2.0)), float(rng.choice((rng.uniform(0.5, 0.8), 1.7)))


def _scores(attempt, x, mu, sigma, where):
    """d_mu and d_sigma at 24 points, [2, 24]."""
    parts = fields(attempt.vmap(0, None, None)(x.astype(np.float32), mu, sigma), "d_mu", "d_sigma")
    return np.stack([has_shape(part, x.shape, where=where, what=f"the part {name}").astype(np.float64)
                     for part, name in zip(parts, ("d_mu", "d_sigma"), strict=True)])  # fmt: skip


def averages_to_zero(attempt):
    mu, sigma = _parameters(attempt.rng)
    where = f"the mean over x ~ N(mu, sigma^2) by quadrature, mu = {mu:.3g}, sigma = {sigma:.3g}"
    means = _scores(attempt, mu + sigma * NODES, mu, sigma, where) @ WEIGHTS
    close(means, np.zeros(2), CLOSE, where=where, says="the expected d_mu and d_sigma")


def counts_per_unit_of_the_parameter(attempt):
    # In another unit x, mu and sigma are all `a` times as large, and a score is per unit.
    (mu, sigma), a = _parameters(attempt.rng), 2.5
    x = mu + sigma * attempt.rng.uniform(-2.2, 2.2, NODES.size)
    where = f"x, mu, sigma against 2.5 x, 2.5 mu, 2.5 sigma, at mu = {mu:.3g}, sigma = {sigma:.3g}"
    small = _scores(attempt, x, mu, sigma, where)
    large = _scores(attempt, a * x, a * mu, a * sigma, where)
    close(large, small / a, CLOSE, where=where, says="d_mu and d_sigma in a unit 2.5 times as small")


def spreads_as_much_as_a_draw_tells(attempt):
    mu, sigma = _parameters(attempt.rng)
    where = f"products averaged over x ~ N(mu, sigma^2) by quadrature, mu = {mu:.3g}, sigma = {sigma:.3g}"
    scores = _scores(attempt, mu + sigma * NODES, mu, sigma, where)
    information = np.array([[1.0, 0.0], [0.0, 2.0]]) / sigma**2
    close((scores * WEIGHTS) @ scores.T, information, Tolerance(1e-4, 1e-4), where=where,
          says="the covariance of (d_mu, d_sigma)")  # fmt: skip


def works_far_from_the_mean(attempt):
    mu, sigma = _parameters(attempt.rng)
    x = mu + sigma * attempt.rng.choice((-1.0, 1.0), NODES.size) * attempt.rng.uniform(30.0, 60.0, NODES.size)
    where = f"x 30 to 60 standard deviations away from mu = {mu:.3g}, sigma = {sigma:.3g}"
    finite(_scores(attempt, x, mu, sigma, where), where=where, says="the score far out")


def is_how_the_log_density_changes(attempt):
    mu, sigma = _parameters(attempt.rng)
    x = (mu + sigma * attempt.rng.uniform(-3.0, 3.0, NODES.size)).astype(np.float32)
    wide, h = x.astype(np.float64), 1e-5
    d_mu = normal_logpdf(wide, mu + h, sigma**2) - normal_logpdf(wide, mu - h, sigma**2)
    d_sigma = normal_logpdf(wide, mu, (sigma + h) ** 2) - normal_logpdf(wide, mu, (sigma - h) ** 2)
    where = f"24 points x, mu = {mu:.3g}, sigma = {sigma:.3g}"
    close(_scores(attempt, x, mu, sigma, where), np.stack([d_mu, d_sigma]) / (2 * h), CLOSE, where=where,
          says="d_mu and d_sigma against differences of log p")  # fmt: skip


# ---- known wrong answers ----------------------------------------------------------------------


def density_over_density(x, mu, sigma):
    """Differentiates the density and divides by it, which is 0 / 0 far out."""

    def p(x, mu, sigma):
        return jax.scipy.stats.norm.pdf(x, mu, sigma)

    return tuple(slope / p(x, mu, sigma) for slope in jax.grad(p, argnums=(1, 2))(x, mu, sigma))


exercise = Exercise(
    score_gaussian,
    question="3.2",
    minutes=8,
    difficulty=1,
    hints=(
        "Take the log of the density first. It is a sum, and only two of its terms know a parameter. Which of them "
        "know mu, and which know sigma?",
        "Sigma occurs twice: in the normaliser, and under the squared distance. Differentiate both pieces; dropping "
        "the first is the usual slip.",
        "Count the distance from mu in standard deviations and call it z. Both parts are simple expressions in z, "
        "divided once by sigma. Check yours: where does d_sigma change its sign?",
    ),
    checks=(
        averages_to_zero,
        counts_per_unit_of_the_parameter,
        spreads_as_much_as_a_draw_tells,
        works_far_from_the_mean,
        is_how_the_log_density_changes,
    ),
    variants=(by_autodiff, by_way_of_the_variance, by_slopes_along_each),
    mistakes=(
        Mistake(
            "forgot-the-normaliser",
            one_edit("(z**2 - 1) / sigma", "z**2 / sigma"),
            "Average your sigma part over draws from the same normal: it should be zero, and yours is 1/sigma. It is "
            "never negative, so by your account a wider curve never lowers the log density, not even at x = mu.",
            also=lambda x, mu, sigma: ((x - mu) / sigma**2, jax.grad(lambda s: -0.5 * ((x - mu) / s) ** 2)(sigma)),
            caught_by=averages_to_zero,
        ),
        Mistake(
            "in-the-variance",
            one_edit("(z**2 - 1) / sigma", "(z**2 - 1) / (2 * sigma**2)"),
            "Finite differences in sigma disagree with your second part by a factor that depends on sigma. It is the "
            "derivative in the variance; which variable did the question name?",
            caught_by=counts_per_unit_of_the_parameter,
        ),
        Mistake(
            "in-log-sigma",
            one_edit("(z**2 - 1) / sigma", "z**2 - 1"),
            "Measure everything in millimetres instead of metres: your d_sigma stays, while a slope per unit of sigma "
            "becomes a thousandth. You differentiated with respect to the log of sigma.",
            caught_by=counts_per_unit_of_the_parameter,
        ),
        Mistake(
            "kept-the-half",
            one_edit("z / sigma,", "z / (2 * sigma),"),
            "Your d_mu has mean zero and the right unit, and half of the size. Take x one standard deviation above "
            "mu, with sigma = 1: what became of the half when you differentiated the square?",
            caught_by=spreads_as_much_as_a_draw_tells,
        ),
        Mistake(
            "density-over-density",
            density_over_density,
            "For x = 40 standard deviations from mu you return nan. The density has become 0 there in floating point, "
            "and its log, which is all that is needed, is an ordinary number.",
            caught_by=works_far_from_the_mean,
        ),
        Mistake(
            "sign-of-the-mean",
            one_edit("return z / sigma", "return -z / sigma"),
            "Take x to the right of mu. Moving mu to the right, towards x, makes x more probable, and your d_mu is "
            "negative there: it is the derivative in x.",
            caught_by=is_how_the_log_density_changes,
        ),
        Mistake(
            "both-signs",
            one_edit("return z / sigma, (z**2 - 1) / sigma", "return -z / sigma, (1 - z**2) / sigma"),
            "Both parts have the opposite sign everywhere. Whoever minimises a loss writes -log p; the score is the "
            "gradient of log p itself.",
            caught_by=is_how_the_log_density_changes,
        ),
    ),
    answer="""
With $z = (x - \\mu)/\\sigma$,

$$\\log p = -\\tfrac12\\log 2\\pi - \\log\\sigma - \\tfrac12 z^2, \\qquad
\\frac{\\partial \\log p}{\\partial\\mu} = \\frac z\\sigma, \\qquad
\\frac{\\partial \\log p}{\\partial\\sigma} = -\\frac1\\sigma + \\frac{z^2}\\sigma .$$

The mean part pulls towards x. The sigma part is negative within one standard deviation of the mean (narrower is
better there) and positive outside. In the variance it would be $-\\frac1{2\\sigma^2} + \\frac{(x-\\mu)^2}{2\\sigma^4}$,
smaller by the factor $d\\sigma^2/d\\sigma = 2\\sigma$. Since $\\mathbb E z^2 = 1$, both parts average to zero. Their
covariance, the Fisher information, is $\\mathrm{diag}(1/\\sigma^2, 2/\\sigma^2)$.
""",
    afterword="Either part averages to zero over draws from the same normal. How general that is comes next.",
)
