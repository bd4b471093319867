"""2.4  From an average over labels and means to a formula with phi, m and s2, line by line."""

import jax.numpy as jnp
import jax.scipy as jsp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder, Mistake, one_edit
from dflvi.types import Scalar, Step


def expected_loglik_ladder(
    x: float | Scalar,
    c: Float[Array, "states K"],
    mu: Float[Array, "states K"],
    q: Float[Array, " states"],
    phi: Float[Array, " K"],
    m: Float[Array, " K"],
    s2: Float[Array, " K"],
) -> list[Step]:
    """E_q[log p(x | c, mu)] for one datum x, in at least four lines, each of them that number in nats.

    So that an average under q is a sum, q has finitely many states here. State number s says which component x
    has and where all means are, and its probability is q[s]. Under q the label and the means are independent.

    Args:
        x: the datum, a number.
        c: the label in each state as an indicator: row s has a one at the component of x and zeros elsewhere.
        mu: all K means in each state, [states, K].
        q: the probabilities of the states, [states].
        phi: the average of c under q, [K].
        m: the mean of mu_k under q, [K].
        s2: its variance, [K]. phi, m and s2 are handed in, so use them from where you need them.

    Returns:
        a list of `Step(value, because="...")`. The first line is the average under q of the log density with
        indicators, log p(x | c, mu) = sum_k c_k log N(x; mu_k, 1); it uses x, c, mu and q only. The last line is
        what remains of it: it uses x, phi, m and s2 only. In between, change one thing a line.

    `because` names what leads to a line from the one before it: DEFINITION (of phi, of a density, of a mean or a
    variance), LINEARITY (of the average), PRODUCT_RULE (q is a product), LOG_RULE, LINEAR_ALGEBRA, or
    NORMALISATION (phi sums to one). You will need LINEARITY and NORMALISATION. The first line needs none.

    The check draws numbers for all arguments and compares the lines. At both ends it also draws phi, m and s2
    that have nothing to do with c, mu and q.
    """
    log_n = jsp.stats.norm.logpdf(x, mu)
    first, second = q @ mu, q @ mu**2
    log_2_pi = jnp.log(2 * jnp.pi)
    square = x**2 - 2 * x * m + m**2 + s2
    return [
        Step(q @ jnp.sum(c * log_n, axis=1)),
        Step(jnp.sum(q @ (c * log_n)), because="LINEARITY"),
        Step(jnp.sum((q @ c) * (q @ log_n)), because="PRODUCT_RULE"),
        Step(jnp.sum(phi * (q @ log_n)), because="DEFINITION"),
        Step(-0.5 * jnp.sum(phi * (log_2_pi + x**2 - 2 * x * first + second)), because="LINEARITY"),
        Step(-0.5 * jnp.sum(phi * (log_2_pi + square)), because="DEFINITION"),
        Step(-0.5 * (log_2_pi + jnp.sum(phi * square)), because="NORMALISATION"),
    ]


# ---- other right answers ----------------------------------------------------------------------


def in_four_lines(x, c, mu, q, phi, m, s2):
    """As pairs, the constant taken out early and the square around the mean."""
    square = jnp.square(x - mu)
    constant = jnp.log(2 * jnp.pi)
    average = jnp.einsum("s,sk->k", q, square)
    return [
        (jnp.einsum("s,sk,sk->", q, c, -0.5 * (constant + square)), ""),
        (-0.5 * constant - 0.5 * jnp.einsum("s,sk,sk->", q, c, square), "normalisation"),
        (-0.5 * constant - 0.5 * jnp.vdot(phi, average), "product rule"),
        (-0.5 * constant - 0.5 * jnp.vdot(phi, (x - m) ** 2 + s2), "linearity"),
    ]


def with_loops(x, c, mu, q, phi, m, s2):
    """Python sums over states and components."""
    states, components = range(len(q)), range(len(phi))

    def log_n(s, k):
        return -(jnp.log(2 * jnp.pi) + (x - mu[s, k]) ** 2) / 2

    start = sum(q[s] * sum(c[s, k] * log_n(s, k) for k in components) for s in states)
    by_component = sum(phi[k] * sum(q[s] * log_n(s, k) for s in states) for k in components)
    inside = sum(phi[k] * -0.5 * (jnp.log(2 * jnp.pi) + (x - m[k]) ** 2 + s2[k]) for k in components)
    outside = -jnp.log(2 * jnp.pi) / 2 - sum(phi[k] * ((x - m[k]) ** 2 + s2[k]) for k in components) / 2
    return [
        Step(start),
        Step(by_component, "PRODUCT_RULE"),
        Step(inside, because="LINEARITY"),
        Step(outside, because="NORMALISATION"),
    ]


# ---- the instances, and the two ends of the claim ---------------------------------------------


def _instance(rng):
    """Two components; each mean takes two values, so there are 2 x 2 x 2 states."""
    values, chance = 2 * rng.normal(size=(2, 2)), rng.uniform(0.2, 0.8, 2)
    weights = np.stack([chance, 1 - chance], axis=1)
    phi = rng.dirichlet([2.0, 3.0])
    label, first, second = np.indices((2, 2, 2)).reshape(3, -1)
    q = phi[label] * weights[0, first] * weights[1, second]
    mu = np.stack([values[0, first], values[1, second]], axis=1)
    m = np.sum(weights * values, axis=1)
    s2 = np.sum(weights * (values - m[:, None]) ** 2, axis=1)
    numbers = (2 * rng.normal(), np.eye(2)[label], mu, q, phi, m, s2)
    return tuple(np.asarray(part, np.float32) for part in numbers)


def _unrelated(rng):
    return _instance(rng)[:4] + _instance(rng)[4:]


def _start(x, c, mu, q, phi, m, s2):
    owner = mu[np.arange(len(q)), c.argmax(axis=1)].astype(np.float64)
    return np.sum(q * oracles.normal_logpdf(float(x), owner))


def _end(x, c, mu, q, phi, m, s2):
    m, s2 = m.astype(np.float64), s2.astype(np.float64)
    each = [oracles.normal_expectation(lambda v: oracles.normal_logpdf(float(x), v), *pair, n=8) for pair in zip(m, s2)]
    return np.sum(phi * np.array(each))


# ---- mistakes that are no edit of the reference ------------------------------------------------


def in_two_lines(x, c, mu, q, phi, m, s2):
    square = (x - m) ** 2 + s2
    return [
        Step(q @ jnp.sum(c * jsp.stats.norm.logpdf(x, mu), axis=1)),
        Step(-0.5 * (jnp.log(2 * jnp.pi) + jnp.sum(phi * square)), because="LINEARITY"),
    ]


def starts_behind_the_indicators(x, c, mu, q, phi, m, s2):
    square = (x - m) ** 2 + s2
    return [
        Step(jnp.sum(phi * (q @ jsp.stats.norm.logpdf(x, mu)))),
        Step(jnp.sum(phi * (q @ (-0.5 * jnp.log(2 * jnp.pi) - 0.5 * (x - mu) ** 2))), because="DEFINITION"),
        Step(-0.5 * jnp.sum(phi * (jnp.log(2 * jnp.pi) + square)), because="LINEARITY"),
        Step(-0.5 * (jnp.log(2 * jnp.pi) + jnp.sum(phi * square)), because="NORMALISATION"),
    ]


def starts_with_the_weights(x, c, mu, q, phi, m, s2):
    return [(-0.5 * phi @ (q @ (jnp.log(2 * jnp.pi) + jnp.square(mu - x))), "DEFINITION")] * 5


def writes_one_line_many_times(x, c, mu, q, phi, m, s2):
    start = q @ jnp.sum(c * jsp.stats.norm.logpdf(x, mu), axis=1)
    end = -0.5 * (jnp.log(2 * jnp.pi) + jnp.sum(phi * ((x - m) ** 2 + s2)))
    return [
        Step(start),
        Step(start, because="LINEARITY"),
        Step(start, because="DEFINITION"),
        Step(end, because="NORMALISATION"),
    ]


def ends_with_the_states(x, c, mu, q, phi, m, s2):
    log_2_pi, second = jnp.log(2 * jnp.pi), q @ (x - mu) ** 2
    return [
        Step(q @ jnp.sum(c * jsp.stats.norm.logpdf(x, mu), axis=1)),
        Step(jnp.sum(q @ (c * jsp.stats.norm.logpdf(x, mu))), because="LINEARITY"),
        Step(-0.5 * jnp.sum(phi * (log_2_pi + second)), because="PRODUCT_RULE"),
        Step(-0.5 * (log_2_pi + jnp.sum(phi * second)), because="NORMALISATION"),
    ]


exercise = Ladder(
    expected_loglik_ladder,
    question="2.4",
    minutes=15,
    difficulty=2,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=4,
    reasons=("DEFINITION", "LINEARITY", "PRODUCT_RULE", "LOG_RULE", "LINEAR_ALGEBRA", "NORMALISATION"),
    required=("LINEARITY", "NORMALISATION"),
    variants=(in_four_lines, with_loops),
    hints=(
        "The first line is a sum over states of q times a sum over k. Which of the two sums can go first, and what "
        "does independence say of the average of c_k times something that knows only mu_k?",
        "Four things happen: the sum over k comes out of the average; the average of a product becomes a product of "
        "averages, one of which is phi_k; the average of a square is written with mean and variance; and the part "
        "without k leaves the sum.",
        "After independence you have, for each k, phi_k times the average of log N(x; mu_k, 1). Write the log density "
        "out as a constant and a square, multiply the square out, average its three pieces, and recognise the "
        "average of mu_k^2 as something in m_k and s2_k.",
    ),
    mistakes=(
        Mistake(
            "in-two-lines",
            in_two_lines,
            "You have the two ends and nothing between them. Indicators, independence, the second moment, the "
            "constant: each of these deserves a line.",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "starts-behind-the-indicators",
            starts_behind_the_indicators,
            "Your first line has phi in it already. That labels and means may be averaged one after the other is "
            "part of what is to be shown, so start with the average over states, without phi, m and s2.",
            also=starts_with_the_weights,
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "square-of-the-mean",
            one_edit("square = x**2 - 2 * x * m + m**2 + s2", "square = x**2 - 2 * x * m + m**2"),
            "In the line where the states go, the average of mu_k^2 was replaced by the square of the average. Let "
            "mu_k be -1 or 1 with equal chances and compare the two.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "log-of-the-average",
            one_edit("jnp.sum(phi * (q @ log_n))", "jnp.sum(phi * jnp.log(q @ jnp.exp(log_n)))"),
            "One of your lines takes the log of an averaged density, the one before it averages a log. They differ "
            "by Jensen's inequality wherever mu_k has any spread.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "constant-for-every-component",
            one_edit("-0.5 * (log_2_pi + jnp.sum(phi * square))", "-0.5 * jnp.sum(log_2_pi + phi * square)"),
            "At the end, log 2 pi lost its weights and stayed inside the sum, so it is counted once for each "
            "component. What do the weights phi_k add up to?",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "states-to-the-end",
            ends_with_the_states,
            "Your last line still averages over the states. The claim is that two moments of each mu_k are all one "
            "needs; the check hands you moments of its own there.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "one-line-many-times",
            writes_one_line_many_times,
            "Several of your lines are one and the same text with another reason beside it. The whole way then lies "
            "in the last step, where nobody can check it.",
            caught_by="the_lines_are_different",
        ),
        Mistake(
            "definition-for-everything",
            lambda *arguments: [
                Step(step.value, because="DEFINITION", relation="==") for step in expected_loglik_ladder(*arguments)
            ],
            "Every line says DEFINITION. A sum that comes out of an average, or weights that add up to one, are facts "
            "with names of their own, and two of those names are asked for.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
Each line is E_q[log p(x | c, mu)], with s running over the states of q:

1. $\\sum_s q_s \\sum_k c_{sk} \\log N(x; \\mu_{sk}, 1)$: the average of the log density with indicators.
2. $\\sum_k \\sum_s q_s c_{sk} \\log N(x; \\mu_{sk}, 1)$: LINEARITY.
3. $\\sum_k E[c_k] \\, E[\\log N(x; \\mu_k, 1)]$: q is a product, so c_k and mu_k are independent.
4. $\\sum_k \\varphi_k E[\\log N(x; \\mu_k, 1)]$: the definition of phi.
5. $-\\tfrac12 \\sum_k \\varphi_k (\\log 2\\pi + x^2 - 2 x E[\\mu_k] + E[\\mu_k^2])$: the log density written out, and
   LINEARITY.
6. $-\\tfrac12 \\sum_k \\varphi_k (\\log 2\\pi + x^2 - 2 x m_k + m_k^2 + s_k^2)$: the definitions of mean and variance.
7. $-\\tfrac12 [\\log 2\\pi + \\sum_k \\varphi_k (x^2 + m_k^2 + s_k^2 - 2 x m_k)]$: NORMALISATION, the phi_k sum to one.
""",
    afterword="That q(mu_k) is Gaussian was nowhere used: its mean and variance were.",
)
