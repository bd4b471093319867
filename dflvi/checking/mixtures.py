"""Truth about the Gaussian mixture of sections 2 and 3, in NumPy float64: its bound, by quadrature.

The model: mu_k ~ N(0, sigma2), c_i uniform over K components, x_i ~ N(mu_{c_i}, 1). The factors of q are
N(mu_k; m_k, s2_k) and Categorical(phi_i), given by free numbers: logits, m and log s2.
"""

import numpy as np

from dflvi.checking import oracles

_NODES, _WEIGHTS = oracles.gauss_hermite(8)  # exact: all integrands are quadratic


def bound(x: np.ndarray, sigma2: float, logits: np.ndarray, m: np.ndarray, log_s2: np.ndarray) -> float:
    """The average over q of log p(x, c, mu) - log q(c, mu), in nats."""
    x, m, s2 = np.asarray(x, np.float64), np.asarray(m, np.float64), np.exp(np.asarray(log_s2, np.float64))
    mu = m[:, None] + np.sqrt(s2)[:, None] * _NODES
    log_phi = oracles.log_softmax(logits)
    fit = oracles.normal_logpdf(x[:, None, None], mu) @ _WEIGHTS
    points = np.sum(np.exp(log_phi) * (fit - np.log(m.size) - log_phi))
    means = oracles.normal_logpdf(mu, 0.0, sigma2) - oracles.normal_logpdf(mu, m[:, None], s2[:, None])
    return float(points + np.sum(means @ _WEIGHTS))


def slopes(x: np.ndarray, sigma2: float, logits: np.ndarray, m: np.ndarray, log_s2: np.ndarray) -> tuple:
    """The gradient of `bound` in logits, m and log s2, by differences."""
    at = [np.asarray(part, np.float64) for part in (logits, m, log_s2)]

    def along(place):
        return oracles.gradient(lambda part: bound(x, sigma2, *at[:place], part, *at[place + 1 :]), at[place])

    return along(0), along(1), along(2)


def logits_of(phi: np.ndarray) -> np.ndarray:
    """Logits of responsibilities; one that is zero becomes merely very small."""
    return np.log(np.maximum(np.asarray(phi, np.float64), 1e-300))


def points(rng: np.random.Generator, n: int, centres: tuple[float, ...]) -> np.ndarray:
    """Data with unit spread around centres taken in turn, float32."""
    return (np.resize(centres, n) + rng.normal(size=n)).astype(np.float32)
