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


def terms(x: np.ndarray, sigma2: float, phi: np.ndarray, m: np.ndarray, s2: np.ndarray) -> dict[str, float]:
    """The five averages over q that the bound consists of, by quadrature and enumeration."""
    x, phi, m, s2 = (np.asarray(part, np.float64) for part in (x, phi, m, s2))
    mu = m[:, None] + np.sqrt(s2)[:, None] * _NODES
    log_phi = np.log(np.where(phi > 0, phi, 1.0))
    return {
        "prior_mu": float(np.sum(oracles.normal_logpdf(mu, 0.0, sigma2) @ _WEIGHTS)),
        "prior_c": float(np.sum(phi * np.log(1 / m.size))),
        "lik": float(np.sum(phi * log_fit(x, m, s2))),
        "ent_c": float(-np.sum(phi * log_phi)),
        "ent_mu": float(-np.sum(oracles.normal_logpdf(mu, m[:, None], s2[:, None]) @ _WEIGHTS)),
    }


def log_fit(x: np.ndarray, m: np.ndarray, s2: np.ndarray) -> np.ndarray:
    """The average of log N(x_i; mu_k, 1) over mu_k ~ N(m_k, s2_k), by quadrature, [N, K]."""
    x, m, s2 = (np.asarray(part, np.float64) for part in (x, m, s2))
    mu = m[:, None] + np.sqrt(s2)[:, None] * _NODES
    return oracles.normal_logpdf(x[:, None, None], mu) @ _WEIGHTS


def log_evidence(x: np.ndarray, sigma2: float, n_components: int) -> float:
    """Log p(x), summed over all ways of giving the data to the components, K^N of them."""
    x = np.asarray(x, np.float64)
    ways = np.indices((n_components,) * len(x)).reshape(len(x), -1)
    given = ways[:, :, None] == np.arange(n_components)  # [N, way, K]
    count, total = given.sum(axis=0), np.einsum("n,nwk->wk", x, given)
    # Data of one group are jointly normal with covariance I + sigma2 1 1'.
    spread = np.sum(np.log(1 + sigma2 * count) - sigma2 * total**2 / (1 + sigma2 * count), axis=1)
    of_way = -0.5 * (len(x) * np.log(2 * np.pi) + np.sum(x**2) + spread) - len(x) * np.log(n_components)
    return float(oracles.logsumexp(of_way))


def moments(eta: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance [K] of the densities exp(eta[0] mu + eta[1] mu^2) / Z, by sums over an even grid."""
    mu, weight = _weights(eta, grid)
    mean = weight @ mu
    return mean, np.sum(weight * (mu - mean[:, None]) ** 2, axis=1)


def fisher(eta: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """The covariance of (mu, mu^2) under the same densities, [K, 2, 2]: the Hessian of log Z."""
    mu, weight = _weights(eta, grid)
    centred = np.stack([mu - (weight @ mu)[:, None], mu**2 - (weight @ mu**2)[:, None]])
    return np.einsum("akn,bkn,kn->kab", centred, centred, weight)


def _weights(eta: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    eta, mu = np.asarray(eta, np.float64), np.asarray(grid, np.float64)
    log_weight = oracles.log_softmax(eta[0][:, None] * mu + eta[1][:, None] * mu**2)
    return mu, np.exp(log_weight)
