"""2.4  From an average over labels and means to a formula with phi, m and s2, line by line."""

# Built from solutions/cavi/expected_loglik_ladder.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder
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
    raise NotImplementedError("yours to write")


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
)
