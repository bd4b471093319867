"""4.4  Evidence, bound and divergence of a model with one latent number."""

# Built from solutions/vae/elbo_terms.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from dflvi.checking import oracles
from dflvi.checking.compare import T64, close, fields, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Scalar


def elbo_terms(theta: Scalar, m: Scalar, logs: Scalar, x: Scalar) -> dict[str, Scalar]:
    """The three parts of log p(x) = ELBO + KL, each from its own definition, in nats.

    The model: z ~ N(0, 1) and x given z ~ N(theta z, 1). The approximation: q(z) = N(m, s^2) with log s = logs.

    Args:
        theta: the parameter of the model, a number.
        m: the mean of q, a number.
        logs: the log of the **standard deviation** of q, a number.
        x: the observation, a number.

    Returns:
        a dict with three numbers (a tuple in this order is right too).
        logpx: log p(x), which has a closed form here.
        elbo: E_q[log p(x, z) - log q(z)], without the use of the other two.
        kl: KL(q(z) || p(z | x)), without the use of the other two.

    (Kingma and Welling, An Introduction to Variational Autoencoders, eq. 2.8.)
    """
    raise NotImplementedError("yours to write")

CASES = 60

WHERE = f"{CASES} random (theta, m, logs, x)"


def _cases(rng):
    """theta, m, logs, x, each [CASES], in float64."""
    signs = rng.choice((-1.0, 1.0), size=(3, CASES))
    theta, m, x = signs * rng.uniform(0.4, 2.0, (3, CASES))
    return theta, m, rng.uniform(-1.2, 0.6, CASES), x


def _terms(attempt, cases):
    parts = fields(attempt.float64.vmap(0, 0, 0, 0)(*cases), "logpx", "elbo", "kl")
    return [has_shape(part, (CASES,), where=WHERE, what=name) for part, name in
            zip(parts, ("logpx", "elbo", "kl"), strict=True)]  # fmt: skip


def gives_three_numbers(attempt):
    _terms(attempt, _cases(attempt.rng))


def the_evidence_is_an_integral(attempt):
    cases = _cases(attempt.rng)
    theta, _, _, x = (part[:, None] for part in cases)
    z = np.linspace(-12.0, 12.0, 2401)
    log_joint = oracles.normal_logpdf(z) + oracles.normal_logpdf(x, theta * z, 1.0)
    want = np.log(oracles.trapezoid(np.exp(log_joint), z))
    close(_terms(attempt, cases)[0], want, T64, where=WHERE, says="log p(x), the log of the integral of p(x, z)",
          what="logpx")  # fmt: skip


def the_parts_add_up(attempt):
    cases = _cases(attempt.rng)
    logpx, elbo, kl = (part.astype(np.float64) for part in _terms(attempt, cases))
    close(elbo + kl - logpx, np.zeros(CASES), T64, where=WHERE, says="elbo + kl - logpx, which is zero for every q",
          known={"1/2 log(2 pi e)": 0.5 * np.log(2 * np.pi * np.e)}, what="the sum of your terms")  # fmt: skip


def the_divergence_is_never_negative(attempt):
    kl = _terms(attempt, _cases(attempt.rng))[2].astype(np.float64)
    lowest = float(kl.min())
    holds(lowest >= -1e-5, "A divergence came out negative.", value=lowest, where=WHERE, expected="at least 0")


def the_divergence_is_that_from_the_posterior(attempt):
    cases = _cases(attempt.rng)
    theta, m, logs, x = (part[:, None] for part in cases)
    nodes, weights = oracles.gauss_hermite(12)
    z = m + np.exp(logs) * nodes
    # The posterior from the joint: its log is quadratic in z, and its curvature and top are read off three points.
    grid = np.array([-1.0, 0.0, 1.0])
    at = oracles.normal_logpdf(grid) + oracles.normal_logpdf(x, theta * grid, 1.0)
    bend = at[:, 0] - 2 * at[:, 1] + at[:, 2]
    top = (at[:, 0] - at[:, 2]) / (2 * bend)
    log_posterior = oracles.normal_logpdf(z, top[:, None], (-1 / bend)[:, None])
    want = (oracles.normal_logpdf(z, m, np.exp(2 * logs)) - log_posterior) @ weights
    close(_terms(attempt, cases)[2], want, T64, where=WHERE, says="KL(q || p(z | x))", what="kl")


exercise = Exercise(
    elbo_terms,
    question="4.4",
    minutes=15,
    difficulty=2,
    hints=(
        "Three separate tasks. What law has x when z is integrated out? Which averages under q make up the bound? "
        "What is the posterior of z, and the divergence between two normals?",
        "x is a sum of two independent normals. For the bound, the mean of a squared distance under q is the squared "
        "distance at the mean plus what the spread adds. The posterior's precision is that of the prior plus that "
        "of one observation.",
        "logpx: a normal with mean zero and the prior's variance carried through theta, plus the noise. elbo: expected "
        "log likelihood, plus expected log prior, plus the entropy of q. kl: the formula of 1.4 or 1.5 for two "
        "normals, q first.",
    ),
    checks=(
        gives_three_numbers,
        the_evidence_is_an_integral,
        the_parts_add_up,
        the_divergence_is_never_negative,
        the_divergence_is_that_from_the_posterior,
    ),
)
