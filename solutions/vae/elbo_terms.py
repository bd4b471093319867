"""4.4  Evidence, bound and divergence of a model with one latent number."""

import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm

from dflvi.checking import oracles
from dflvi.checking.compare import T64, close, fields, has_shape, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
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
    s2 = jnp.exp(2 * logs)
    var = 1 + theta**2
    logpx = norm.logpdf(x, 0.0, jnp.sqrt(var))
    fit = norm.logpdf(x, theta * m, 1.0) - 0.5 * theta**2 * s2
    prior = norm.logpdf(m, 0.0, 1.0) - 0.5 * s2
    entropy = 0.5 * jnp.log(2 * jnp.pi * jnp.e) + logs
    gap = m - theta * x / var
    kl = 0.5 * (s2 * var + gap**2 * var - 1.0 - jnp.log(var)) - logs
    return {"logpx": logpx, "elbo": fit + prior + entropy, "kl": kl}


# ---- other right answers ----------------------------------------------------------------------


def by_vae_terms(theta, m, logs, x):
    """Reconstruction less the divergence from the prior; the posterior by precision."""
    s, precision = jnp.exp(logs), 1 + theta * theta
    logpx = -0.5 * (jnp.log(2 * jnp.pi) + jnp.log1p(theta * theta) + x * x / precision)
    rec = -0.5 * jnp.log(2 * jnp.pi) - 0.5 * ((x - theta * m) ** 2 + (theta * s) ** 2)
    to_prior = 0.5 * (s * s + m * m - 1) - logs
    sd = precision**-0.5
    mean = theta * x / precision
    kl = jnp.log(sd) - logs + (s**2 + (m - mean) ** 2) / (2 * sd**2) - 0.5
    return logpx, rec - to_prior, kl


def by_nodes(theta, m, logs, x):
    """Both averages under q as sums over nodes, exact since all logs are quadratic."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(6)
    nodes, weights = (jnp.asarray(part, jnp.asarray(x).dtype) for part in (nodes, weights / weights.sum()))
    z = m + jnp.exp(logs) * nodes
    log_q = norm.logpdf(z, m, jnp.exp(logs))
    log_joint = norm.logpdf(z, 0.0, 1.0) + norm.logpdf(x, theta * z, 1.0)
    var = 1 / (1 + theta**2)
    log_posterior = norm.logpdf(z, theta * x * var, jnp.sqrt(var))
    logpx = log_joint[0] - log_posterior[0]
    return {"kl": weights @ (log_q - log_posterior), "elbo": weights @ (log_joint - log_q), "logpx": logpx}


# ---- checks: cheap to deep --------------------------------------------------------------------

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
    variants=(by_vae_terms, by_nodes),
    mistakes=(
        Mistake(
            "two-of-three",
            one_edit('"elbo": fit + prior + entropy, "kl": kl}', '"elbo": fit + prior + entropy}'),
            "The dict has no kl in it. It is the part that cannot be computed in a real model, and the point of this "
            "small one is that here it can.",
            caught_by=gives_three_numbers,
        ),
        Mistake(
            "evidence-without-noise",
            one_edit("norm.logpdf(x, 0.0, jnp.sqrt(var))", "norm.logpdf(x, 0.0, jnp.abs(theta))"),
            "Your p(x) is that of theta z, and x is theta z plus noise. With theta near zero, x would have no spread.",
            caught_by=the_evidence_is_an_integral,
        ),
        Mistake(
            "variance-as-scale",
            one_edit("norm.logpdf(x, 0.0, jnp.sqrt(var))", "norm.logpdf(x, 0.0, var)"),
            "The spread of your p(x) is too wide, most of all at theta = 2. `norm.logpdf` takes a standard deviation.",
            caught_by=the_evidence_is_an_integral,
        ),
        Mistake(
            "entropy-left-out",
            one_edit('"elbo": fit + prior + entropy', '"elbo": fit + prior'),
            "The sum is off by a number that depends on logs only. The bound has a part that asks q to stay wide, and "
            "that is missing.",
            also=lambda theta, m, logs, x: {
                **elbo_terms(theta, m, logs, x),
                "elbo": by_vae_terms(theta, m, logs, x)[1] - logs - 0.5 * jnp.log(2 * jnp.pi) - 0.5,
            },
            caught_by=the_parts_add_up,
        ),
        Mistake(
            "only-the-likelihood",
            one_edit('"elbo": fit + prior + entropy', '"elbo": fit'),
            "Your bound is the expected log likelihood alone. What does it say against a q that goes wherever x is "
            "explained best, however unlikely that place is?",
            caught_by=the_parts_add_up,
        ),
        Mistake(
            "spread-forgotten",
            one_edit("norm.logpdf(x, theta * m, 1.0) - 0.5 * theta**2 * s2", "norm.logpdf(x, theta * m, 1.0)"),
            "You evaluate the likelihood at the mean of q. The average over q is lower, the more so the larger theta "
            "and s are.",
            caught_by=the_parts_add_up,
        ),
        Mistake(
            "divergence-the-other-way",
            one_edit(
                "0.5 * (s2 * var + gap**2 * var - 1.0 - jnp.log(var)) - logs",
                "0.5 * (1 / (s2 * var) + gap**2 / s2 - 1.0 + jnp.log(var)) + logs",
            ),
            "A divergence, but from the posterior to q: the posterior does the averaging. The identity then does not "
            "close, and it closes for q first.",
            caught_by=the_parts_add_up,
        ),
        Mistake(
            "signs-exchanged",
            lambda theta, m, logs, x: (lambda t: {
                "logpx": t["logpx"], "elbo": t["logpx"] + t["kl"], "kl": -t["kl"],
            })(elbo_terms(theta, m, logs, x)),
            "They add up, and your kl is below zero, so that your elbo lies above log p(x). A bound from below has to "
            "stay below.",
            caught_by=the_divergence_is_never_negative,
        ),
        Mistake(
            "divergence-from-the-prior",
            lambda theta, m, logs, x: (lambda logpx, kl: {"logpx": logpx, "elbo": logpx - kl, "kl": kl})(
                elbo_terms(theta, m, logs, x)["logpx"], 0.5 * (jnp.exp(2 * logs) + m**2 - 1) - logs
            ),
            "The parts add up only because one of them is defined as the rest. Your kl does not contain x: it is the "
            "divergence from the prior, a part of the bound.",
            caught_by=the_divergence_is_that_from_the_posterior,
        ),
    ),
    answer="""
$p(x) = N(0, 1 + \\theta^2)$. With $s = e^{\\mathtt{logs}}$,

$$\\mathrm{ELBO} = \\underbrace{-\\tfrac12\\log 2\\pi - \\tfrac12\\big((x - \\theta m)^2 + \\theta^2 s^2\\big)}_{
\\mathbb E_q \\log p(x|z)} \\underbrace{-\\tfrac12\\log 2\\pi - \\tfrac12 (m^2 + s^2)}_{\\mathbb E_q \\log p(z)} +
\\underbrace{\\tfrac12 \\log 2\\pi e + \\log s}_{\\text{entropy}} .$$

The posterior is $N(\\theta x/(1+\\theta^2),\\, 1/(1 + \\theta^2))$, and the divergence from it is that between two
normals. The identity holds for every $\\theta$, m and s, and $\\log p(x)$ contains neither m nor s.
""",
    afterword="Of the three only the bound can be had in a real model. Here you can watch all of them.",
)
