"""1.5  From an average of a log ratio to the divergence of a diagonal Gaussian, line by line."""

# Built from solutions/conjugacy/kl_diag_std_ladder.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder
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
    raise NotImplementedError("yours to write")


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
    hints=(
        "Write z as an array [k, n]: one row a coordinate, one column a node. `@ weights` averages the rows.",
        "An average of a difference is a difference of averages. That is the second line, and each of the two "
        "averages is then replaced by a formula, one a line.",
        "The average of log q needs the mean square of (z - mu) / sigma, which is one. That of log p needs the mean "
        "square of z. Both hold a log of 2 pi, which goes when the two are put together.",
    ),
)
