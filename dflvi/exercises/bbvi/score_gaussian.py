"""3.2  The score of a normal density in its mean and its standard deviation."""

# Built from solutions/bbvi/score_gaussian.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape
from dflvi.checking.exercise import Exercise
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
    raise NotImplementedError("yours to write")

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
)
