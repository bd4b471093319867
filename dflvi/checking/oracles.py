"""Independent truth for the judge, in NumPy float64: densities, quadrature, enumeration, differences."""

from collections.abc import Callable
from math import lgamma

import numpy as np


def logsumexp(a: np.ndarray, axis: int | None = None) -> np.ndarray:
    """The log of sum exp(a) without overflow."""
    a = np.asarray(a, dtype=np.float64)
    top = np.max(a, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0.0)
    total = np.log(np.sum(np.exp(a - top), axis=axis, keepdims=True)) + top
    return total.reshape(()) if axis is None else np.squeeze(total, axis=axis)


def log_softmax(a: np.ndarray) -> np.ndarray:
    """Normalised over the last axis."""
    a = np.asarray(a, dtype=np.float64)
    return a - logsumexp(a, axis=-1)[..., None]


def normal_logpdf(x: np.ndarray, mean: np.ndarray = 0.0, var: np.ndarray = 1.0) -> np.ndarray:
    """Of a scalar, var a variance."""
    return -0.5 * (np.log(2 * np.pi * np.asarray(var)) + (np.asarray(x) - mean) ** 2 / var)


def multivariate_normal_logpdf(x: np.ndarray, mean: np.ndarray, cov: np.ndarray) -> np.ndarray:
    """Of points [..., d], through the eigenvalues of cov."""
    values, vectors = np.linalg.eigh(np.asarray(cov, dtype=np.float64))
    rotated = (np.asarray(x, dtype=np.float64) - mean) @ vectors
    return -0.5 * (np.sum(rotated**2 / values, axis=-1) + np.sum(np.log(2 * np.pi * values)))


def poisson_logpmf(x: np.ndarray, rate: float) -> np.ndarray:
    """Of counts x."""
    return np.asarray(x) * np.log(rate) - rate - np.vectorize(lgamma)(np.asarray(x) + 1.0)


def gauss_hermite(n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights with sum(w f(x)) = E f(X), X ~ N(0, 1), exact for polynomials below degree 2n."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    return nodes, weights / np.sqrt(2 * np.pi)


def normal_expectation(f: Callable, mean: float, var: float, n: int = 60) -> np.ndarray:
    """E f(X), X ~ N(mean, var); f maps an array of points over its last axis."""
    nodes, weights = gauss_hermite(n)
    return np.asarray(f(mean + np.sqrt(var) * nodes)) @ weights


def trapezoid(values: np.ndarray, x: np.ndarray) -> float:
    """The integral of samples over x along the last axis."""
    return np.trapezoid(np.asarray(values, dtype=np.float64), x)


def gradient(f: Callable, x: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Central differences of a scalar function of an array, in float64."""
    x = np.asarray(x, dtype=np.float64)
    slopes = np.empty_like(x)
    for i in np.ndindex(x.shape):
        h = step * (1 + abs(x[i]))
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        slopes[i] = (f(up) - f(down)) / (2 * h)
    return slopes


def conditioned_matrix(rng: np.random.Generator, d: int, *, sign: float | None = None) -> np.ndarray:
    """A d x d matrix with singular values in [.5, 2], as float32 numbers; `sign` fixes that of its determinant."""
    sign = rng.choice((-1.0, 1.0)) if sign is None else sign
    left, right = (np.linalg.qr(rng.normal(size=(d, d)))[0] for _ in range(2))
    matrix = left @ np.diag(rng.uniform(0.5, 2.0, d)) @ right
    if np.sign(np.linalg.det(matrix)) != sign:
        matrix[:, 0] *= -1
    return matrix.astype(np.float32)


def rotation(rng: np.random.Generator, d: int, *, sign: float = 1.0) -> np.ndarray:
    """A random orthogonal matrix with determinant `sign`, float32."""
    q = np.linalg.qr(rng.normal(size=(d, d)))[0]
    if np.sign(np.linalg.det(q)) != sign:
        q[:, 0] *= -1
    return q.astype(np.float32)
