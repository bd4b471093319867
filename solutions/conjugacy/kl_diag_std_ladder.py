"""1.5  From an average of a log ratio to the divergence of a diagonal Gaussian, line by line."""

import jax.numpy as jnp
import jax.scipy as jsp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder, Mistake, one_edit
from dflvi.types import Step


def kl_diag_std_ladder(
    mu: Float[Array, " k"], log_var: Float[Array, " k"], nodes: Float[Array, " n"], weights: Float[Array, " n"]
) -> list[Step]:
    """KL(N(mu, diag(var)) || N(0, I)) in at least four lines, each of them that number in nats.

    Args:
        mu: means, [k].
        log_var: logs of the variances, [k].
        nodes: where a standard normal is looked at, [n].
        weights: how much each node counts, [n]; they sum to one. For e standard normal and a polynomial f of degree
            up to nine, E f(e) = sum_j weights_j f(nodes_j) exactly. It is called Gauss-Hermite quadrature.

    Returns:
        a list of `Step(value, because="...")`. The first line is the average under q of log q(z) - log p(z), summed
        over the k coordinates, taken with nodes and weights: coordinate i has z_ij = mu_i + sigma_i nodes_j. The
        last line is the closed form, without nodes and weights. In between, take the two averages apart and write
        one after the other in closed form; each line equals the one before.

    `because` is one of DEFINITION (a density or a moment is put in), LINEARITY (of averages and sums), LOG_RULE,
    CHANGE_OF_VARIABLES and LINEAR_ALGEBRA. To see the form, here is E[(z - 1)^2] for z ~ N(mu, 1):

        return [
            Step(weights @ (mu + nodes - 1) ** 2),
            Step(weights @ (mu + nodes) ** 2 - 2 * mu + 1, because="LINEARITY"),
            Step(mu**2 + 1 - 2 * mu + 1, because="DEFINITION"),
        ]

    The check draws mu and log_var and compares the lines. At both ends it also draws nodes and weights that have
    nothing to do with the normal, so take the first line as it stands.
    """
    sigma = jnp.exp(log_var / 2)[:, None]
    z = mu[:, None] + sigma * nodes[None, :]
    log_q = jsp.stats.norm.logpdf(z, mu[:, None], sigma)
    log_p = jsp.stats.norm.logpdf(z)
    constant = jnp.log(2 * jnp.pi)
    return [
        Step(jnp.sum((log_q - log_p) @ weights)),
        Step(jnp.sum(log_q @ weights) - jnp.sum(log_p @ weights), because="LINEARITY"),
        Step(-0.5 * jnp.sum(constant + log_var + 1) - jnp.sum(log_p @ weights), because="DEFINITION"),
        Step(
            0.5 * jnp.sum(constant + jnp.exp(log_var) + mu**2) - 0.5 * jnp.sum(constant + log_var + 1),
            because="DEFINITION",
        ),
        Step(0.5 * jnp.sum(jnp.exp(log_var) + mu**2 - log_var - 1), because="LINEARITY"),
    ]


# ---- other right answers ----------------------------------------------------------------------


def with_squares(mu, log_var, nodes, weights):
    """Writes the logs out before it averages: squares of nodes for q, squares of z for p."""
    var = jnp.exp(log_var)
    z = mu[:, None] + jnp.sqrt(var)[:, None] * nodes
    half = (z**2 - nodes**2) / 2 - log_var[:, None] / 2
    average_of_squares = weights @ nodes**2
    return [
        Step((half @ weights).sum()),
        Step((z**2 @ weights).sum() / 2 - len(mu) * average_of_squares / 2 - log_var.sum() / 2, "LINEARITY"),
        Step((z**2 @ weights).sum() / 2 - len(mu) / 2 - log_var.sum() / 2, "DEFINITION"),
        Step((var + mu**2).sum() / 2 - len(mu) / 2 - log_var.sum() / 2, "DEFINITION"),
        Step(jnp.sum(jnp.expm1(log_var) - log_var + mu**2) / 2, "LINEARITY"),
    ]


def a_coordinate_at_a_time(mu, log_var, nodes, weights):
    """Pairs, with a loop over coordinates that keeps four running sums."""
    lines = [0.0, 0.0, 0.0, 0.0]
    for m, lv in zip(mu, log_var):
        s = jnp.exp(lv / 2)
        z = m + s * nodes
        log_q = -((z - m) ** 2) / (2 * s**2) - lv / 2
        average_q, average_p = jnp.vdot(weights, log_q), jnp.vdot(weights, -(z**2) / 2)
        parts = jnp.vdot(weights, log_q + z**2 / 2), average_q - average_p, -(lv + 1) / 2 - average_p
        for number, part in enumerate((*parts, (s**2 + m**2 - 1 - lv) / 2)):
            lines[number] = lines[number] + part
    reasons = ("", "linearity", "definition", "definition")
    return list(zip(lines, reasons))


# ---- the instances, and the two ends of the claim ---------------------------------------------


def _numbers(rng):
    return rng.normal(size=3).astype(np.float32), rng.uniform(-2.0, 1.5, 3).astype(np.float32)


def _instance(rng):
    nodes, weights = oracles.gauss_hermite(5)
    return *_numbers(rng), nodes.astype(np.float32), weights.astype(np.float32)


def _unrelated(rng):
    return *_numbers(rng), rng.normal(size=5).astype(np.float32), rng.dirichlet(np.full(5, 2.0)).astype(np.float32)


def _start(mu, log_var, nodes, weights):
    m, lv = (one.astype(np.float64)[:, None] for one in (mu, log_var))
    z = m + np.exp(lv / 2) * nodes.astype(np.float64)
    ratio = oracles.normal_logpdf(z, m, np.exp(lv)) - oracles.normal_logpdf(z)
    return (ratio @ weights.astype(np.float64)).sum()


def _end(mu, log_var, nodes, weights):
    # The average is a quadratic in z, and e = +-1, each with weight 1/2, has the two moments of a standard normal.
    ends, halves = np.array([-1.0, 1.0]), np.array([0.5, 0.5])
    return _start(mu, log_var, ends, halves)


# ---- mistakes that are no edit of the reference ------------------------------------------------


def in_two_lines(mu, log_var, nodes, weights):
    z = mu[:, None] + jnp.exp(log_var / 2)[:, None] * nodes
    ratio = jsp.stats.norm.logpdf(z, mu[:, None], jnp.exp(log_var / 2)[:, None]) - jsp.stats.norm.logpdf(z)
    return [
        Step((ratio @ weights).sum()),
        Step(0.5 * (jnp.exp(log_var) + mu**2 - 1 - log_var).sum(), because="DEFINITION"),
    ]


def begins_with_the_end(mu, log_var, nodes, weights):
    end = 0.5 * jnp.sum(jnp.exp(log_var) + mu**2 - log_var - 1)
    entropy = 0.5 * jnp.sum(log_var + 1)
    return [
        Step(end),
        Step(0.5 * jnp.sum(jnp.exp(log_var) + mu**2) - entropy, because="LINEARITY"),
        Step(0.5 * jnp.sum(jnp.exp(log_var)) + 0.5 * mu @ mu - entropy, because="LINEARITY"),
        Step(end, because="DEFINITION"),
    ]


def averages_under_p(mu, log_var, nodes, weights):
    sigma = jnp.exp(log_var / 2)[:, None]
    e = jnp.broadcast_to(nodes, (mu.size, nodes.size))
    ratio = jsp.stats.norm.logpdf(e, mu[:, None], sigma) - jsp.stats.norm.logpdf(e)
    steps = kl_diag_std_ladder(mu, log_var, nodes, weights)
    return [Step((ratio @ weights).sum()), *steps[1:]]


def names_no_law(mu, log_var, nodes, weights):
    steps = kl_diag_std_ladder(mu, log_var, nodes, weights)
    return [Step(step.value, because="DEFINITION") for step in steps]


exercise = Ladder(
    kl_diag_std_ladder,
    question="1.5",
    minutes=12,
    difficulty=2,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=4,
    reasons=("DEFINITION", "LINEARITY", "LOG_RULE", "CHANGE_OF_VARIABLES", "LINEAR_ALGEBRA"),
    required=("LINEARITY",),
    variants=(with_squares, a_coordinate_at_a_time),
    hints=(
        "Write z as an array [k, n]: one row a coordinate, one column a node. `@ weights` averages the rows.",
        "An average of a difference is a difference of averages. That is the second line, and each of the two "
        "averages is then replaced by a formula, one a line.",
        "The average of log q needs the mean square of (z - mu) / sigma, which is one. That of log p needs the mean "
        "square of z. Both hold a log of 2 pi, which goes when the two are put together.",
    ),
    mistakes=(
        Mistake(
            "in-two-lines",
            in_two_lines,
            "The two ends are right, and the way from one to the other is yours to show. There are two averages in "
            "it; give each a line.",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "averages-under-p",
            averages_under_p,
            "Your first line averages over z from the standard normal. In KL(q || p) it is q that draws: where do "
            "its nodes lie if mu is 3 and sigma is 1/10?",
            also=lambda mu, log_var, nodes, weights: [
                *(Step(0.5 * jnp.sum(weights @ (nodes[:, None] ** 2 - (nodes[:, None] - mu) ** 2 / jnp.exp(log_var)))
                       - 0.5 * log_var.sum(), r) for r in ("", "LINEARITY", "LINEARITY", "LINEARITY")),
            ],
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "begins-with-the-end",
            begins_with_the_end,
            "Your first line holds no node and no weight, so it is a formula already and nothing is derived. Start "
            "from the average itself.",
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "entropy-without-the-one",
            one_edit(
                "Step(-0.5 * jnp.sum(constant + log_var + 1) - jnp.sum(log_p @ weights)",
                "Step(-0.5 * jnp.sum(constant + log_var) - jnp.sum(log_p @ weights)",
            ),
            "In the line where log q is averaged a square of (z - mu) / sigma has disappeared without leaving its "
            "mean behind, half a nat for each coordinate.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "second-moment-without-the-mean",
            one_edit("jnp.sum(constant + jnp.exp(log_var) + mu**2)", "jnp.sum(constant + jnp.exp(log_var))"),
            "In the line where log p is averaged, moving q away from zero costs nothing. The mean of z squared is not "
            "the variance: p looks at z from the origin.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "keeps-the-nodes",
            lambda mu, log_var, nodes, weights: kl_diag_std_ladder(mu, log_var, nodes, weights)[:-1]
            + [Step(0.5 * jnp.sum(jnp.exp(log_var) * (weights @ nodes**2) + mu**2 - log_var - 1), because="LINEARITY")],
            "Your last line still holds the quadrature: with other nodes and weights it moves. The moments of q are "
            "known, put them in.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "one-line-twice",
            lambda mu, log_var, nodes, weights: [
                Step(kl_diag_std_ladder(mu, log_var, nodes, weights)[0].value),
                Step(0.5 * jnp.sum(jnp.exp(log_var) + mu**2 - log_var - 1), because="DEFINITION"),
                Step(0.5 * jnp.sum(jnp.exp(log_var) + mu**2 - log_var - 1), because="LINEARITY"),
                Step(0.5 * jnp.sum(jnp.exp(log_var) + mu**2 - log_var - 1), because="LOG_RULE"),
            ],
            "You wrote the closed form several times over and beside it the average; the two moments of q that lead "
            "from one to the other occur in no line.",
            caught_by="the_lines_are_different",
        ),
        Mistake(
            "definition-for-everything",
            names_no_law,
            "Every line says DEFINITION. One of them takes an average of a difference apart, and that is no "
            "definition: it holds because averages are sums.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
For one coordinate, with the averages under q; sum over coordinates at the end.

1. $E_q[\\log q(z) - \\log p(z)]$, taken with nodes and weights.
2. $E_q[\\log q(z)] - E_q[\\log p(z)]$: an average is linear.
3. $-\\tfrac12(\\log 2\\pi + \\log\\sigma^2 + 1) - E_q[\\log p(z)]$, since $E_q[(z-\\mu)^2/\\sigma^2] = 1$.
4. $-\\tfrac12(\\log 2\\pi + \\log\\sigma^2 + 1) + \\tfrac12(\\log 2\\pi + \\sigma^2 + \\mu^2)$, since
   $E_q[z^2] = \\sigma^2 + \\mu^2$.
5. $\\tfrac12(\\sigma^2 + \\mu^2 - \\log\\sigma^2 - 1)$.
""",
    afterword="No integral was done: two moments sufficed, since the log of a normal is a quadratic.",
)
