"""3.5  The score-function estimate of any gradient of an expectation."""

# Built from solutions/bbvi/score_function_grad.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, PyTree
from dflvi.checking.compare import Tolerance, close, fields, has_shape
from dflvi.checking.exercise import Exercise


def score_function_grad(f: Callable, log_prob: Callable, theta: PyTree, samples: Array) -> PyTree:
    """The score-function estimate of the gradient in theta of E[f(X)], X with log density log_prob(theta, x).

    Args:
        f: x -> a number, for one sample x. It may have jumps or look x up in a table; it is only evaluated.
        log_prob: (theta, x) -> log p(x; theta) in nats, for one sample x. JAX can differentiate it in theta.
        theta: the parameters, an array or a dict (or tuple, ...) of arrays of any shapes.
        samples: n draws from p(x; theta), [n, ...]: numbers, vectors or whole numbers. They are data here.

    Returns:
        the average over the n samples, with the structure and the shapes of theta
        (Ranganath, Gerrish & Blei 2014, eq. 3 for the average).
    """
    raise NotImplementedError("yours to write")


def square(x):
    return x**2


def step_at_one(x):
    return jnp.where(x > 1.0, 3.0, -0.5)


def square_of_a_sum(x):
    return (x[..., 0] + 2 * x[..., 1]) ** 2


def cost_of_a_category(x):
    return jnp.array([2.0, -1.0, 0.5])[x]


def log_normal_density(theta, x):
    z = (x - theta["mu"]) * jnp.exp(-theta["log_sigma"])
    return -0.5 * z**2 - theta["log_sigma"] - 0.5 * jnp.log(2 * jnp.pi)


def log_normal_density_of_a_vector(theta, x):
    return jnp.sum(log_normal_density(theta, x), axis=-1)


def log_probability_of_a_category(logits, x):
    return jax.nn.log_softmax(logits)[x]

MU, LOG_SIGMA = np.float32(0.7), np.float32(-0.4)

WHERE = "p = N(0.7, 0.67^2), theta = {mu, log_sigma}"

TOLERANCE = Tolerance(1e-4, 1e-4)


def _of_a_normal(attempt, f, samples, where):
    """What the attempt gives for mu and log_sigma, [2]."""
    result = attempt(f, log_normal_density, {"mu": MU, "log_sigma": LOG_SIGMA}, samples)
    mu, log_sigma = fields(result, "mu", "log_sigma")
    return np.array([has_shape(mu, (), where=where, what="the part for mu"),
                     has_shape(log_sigma, (), where=where, what="the part for log_sigma")])  # fmt: skip


def _away_from_the_mean(rng, n):
    """Draws, half of them on each side, none close to the mean (where all is small)."""
    sides = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    return (MU + np.exp(LOG_SIGMA) * sides * rng.uniform(0.6, 2.2, n)).astype(np.float32)


def _score(x):
    """In mu and log_sigma, [2, n], from differences of the log density."""

    def log_p(mu, log_sigma):
        return -0.5 * ((x - mu) / np.exp(log_sigma)) ** 2 - log_sigma

    mu, log_sigma, h = float(MU), float(LOG_SIGMA), 1e-5
    in_mu = (log_p(mu + h, log_sigma) - log_p(mu - h, log_sigma)) / (2 * h)
    in_log_sigma = (log_p(mu, log_sigma + h) - log_p(mu, log_sigma - h)) / (2 * h)
    return np.stack([in_mu, in_log_sigma])


def has_the_structure_of_theta(attempt):
    _of_a_normal(attempt, square, _away_from_the_mean(attempt.rng, 9), f"f(x) = x^2, {WHERE}, n = 9")


def is_right_for_a_single_sample(attempt):
    x = _away_from_the_mean(attempt.rng, 1)
    where = f"f(x) = x^2, {WHERE}, the one sample x = {x[0]:.4g}"
    want = x[0].astype(np.float64) ** 2 * _score(x.astype(np.float64))[:, 0]
    close(_of_a_normal(attempt, square, x, where), want, TOLERANCE, where=where,
          says="the parts for mu and log_sigma")  # fmt: skip


def averages_over_the_samples(attempt):
    x = _away_from_the_mean(attempt.rng, 9)
    score = _score(x.astype(np.float64))
    for f, says, values in (
        (square, "f(x) = x^2", x.astype(np.float64) ** 2),
        (step_at_one, "f = -0.5 below 1 and 3 above", np.where(x > 1.0, 3.0, -0.5)),
    ):
        where = f"{says}, {WHERE}, n = 9"
        close(_of_a_normal(attempt, f, x, where), np.mean(values * score, axis=1), TOLERANCE, where=where,
              says="the parts for mu and log_sigma")  # fmt: skip


def is_the_exact_gradient_on_samples_with_exact_shares(attempt):
    # Half of the points on a hexagon of radius 2 and half in its centre have all moments of two standard normals
    # up to the fifth: the average over samples is the expectation, for this f a polynomial in mu and sigma.
    angles = attempt.rng.uniform(0, 2 * np.pi) + np.arange(6) * np.pi / 3
    hexagon = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    mu, log_sigma = np.array([0.9, -0.6], np.float32), np.array([-0.3, 0.25], np.float32)
    sigma = np.exp(log_sigma.astype(np.float64))
    samples = mu + sigma * np.concatenate([hexagon, np.zeros((6, 2))])
    where = "f(x) = (x1 + 2 x2)^2, x a vector of two independent normals, n = 12"
    theta = {"mu": mu, "log_sigma": log_sigma}
    result = attempt(square_of_a_sum, log_normal_density_of_a_vector, theta, samples.astype(np.float32))
    parts = [has_shape(part, (2,), where=where) for part in fields(result, "mu", "log_sigma")]
    slope = 2 * (mu[0] + 2 * mu[1]).astype(np.float64)
    want = np.array([[slope, 2 * slope], [2 * sigma[0] ** 2, 8 * sigma[1] ** 2]])
    close(np.stack(parts), want, TOLERANCE, where=where,
          says="the parts for mu and log_sigma, against the exact gradient")  # fmt: skip
    # Categories in exactly their shares 1/8, 3/8, 4/8: the gradient is that of sum_k p_k f(k).
    shares, costs = np.array([1, 3, 4]) / 8, np.array([2.0, -1.0, 0.5])
    logits = (np.log(shares) + 0.3).astype(np.float32)
    samples = np.repeat(np.arange(3, dtype=np.int32), [1, 3, 4])
    where = "three categories, logits = log(1/8, 3/8, 4/8) + 0.3, each in its exact share, n = 8"
    got = attempt(cost_of_a_category, log_probability_of_a_category, logits, samples)
    close(got, (np.diag(shares) - np.outer(shares, shares)) @ costs, TOLERANCE, where=where,
          says="the gradient in the logits, against the exact one")  # fmt: skip


exercise = Exercise(
    score_function_grad,
    question="3.5",
    minutes=15,
    difficulty=3,
    hints=(
        "What you did for X^2 and a normal mean used two things: the value of the function at the draw, and "
        "the score. Which of them can you still get when f and log_prob are black boxes?",
        "JAX gives the score of one sample: the gradient of `log_prob` in its first argument. It has "
        "theta's structure, so use `jax.tree.map` for whatever you do to it.",
        "For one sample, multiply every leaf of the score by the value of f there. `jax.vmap` this over the "
        "samples, then average each leaf over its first axis and no other.",
    ),
    checks=(
        has_the_structure_of_theta,
        is_right_for_a_single_sample,
        averages_over_the_samples,
        is_the_exact_gradient_on_samples_with_exact_shares,
    ),
)
