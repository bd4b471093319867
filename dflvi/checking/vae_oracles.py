"""A tiny VAE seen from outside, for the judge: its evidence and its ELBO by sums over a grid.

All is read through the learner's own `encode` and `decode`, so the structure of the parameters stays theirs.
"""

import functools
import itertools

import numpy as np

from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape

PIXELS, UNITS = 5, 8


@functools.cache
def grid(d: int, n: int, reach: float = 6.0) -> tuple[np.ndarray, np.ndarray]:
    """Points [n**d, d] and weights of a standard normal in d dimensions; the weights add up to one."""
    line = np.linspace(-reach, reach, n)
    weight = np.exp(-0.5 * line**2)
    points = np.array(list(itertools.product(line, repeat=d)))
    weights = np.prod(np.array(list(itertools.product(weight / weight.sum(), repeat=d))), axis=1)
    return points, weights


def all_images() -> np.ndarray:
    """Every binary image of so few pixels, [2**PIXELS, PIXELS]."""
    return np.array(list(itertools.product((0.0, 1.0), repeat=PIXELS)), np.float32)


def images(rng: np.random.Generator, n: int) -> np.ndarray:
    """So many different binary images, [n, PIXELS]."""
    return rng.permutation(all_images())[:n]


def tiny(attempt, d: int, spread: float = 0.7):
    """Parameters of the learner's structure for 5 pixels, 8 units and d latents, all leaves N(0, spread^2)."""
    params = attempt.companion("init_vae").keep(attempt.key(), PIXELS, UNITS, d)
    return filled(attempt, params, spread)


def filled(attempt, params, spread: float):
    """The same structure, all leaves N(0, spread^2)."""
    return params.filled(lambda shape: spread * attempt.rng.normal(size=shape))


def far_from_the_prior(attempt, x: np.ndarray, d: int, spread: float = 0.5, fillings: int = 8):
    """Parameters at which the mean log-variance of these images is largest: where one that is lost would show."""
    return _best(attempt, d, spread, fillings, lambda params: abs(encoded(attempt, params, x, d)[1].sum(1).mean()))


def where_the_draw_matters(attempt, x: np.ndarray, d: int, spread: float = 0.7, fillings: int = 10):
    """Parameters at which these images are reconstructed worst from another spread than q's, or from its mean."""

    def worth(params):
        exact = Exact(attempt, params, x, d, 21)
        sd = np.sqrt(exact.variance.mean() / len(x))
        return min(abs(np.mean(exact.reconstruction - other)) for other in exact.from_other_spreads) / sd

    return _best(attempt, d, spread, fillings, worth)


def _best(attempt, d: int, spread: float, fillings: int, worth):
    first = tiny(attempt, d, spread)
    candidates = [first, *(filled(attempt, first, spread) for _ in range(fillings - 1))]
    return max(candidates, key=worth)


def encoded(attempt, params, x: np.ndarray, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Means and log-variances [n, d] of images [n, D], in float64."""
    images = np.resize(x.astype(np.float64), (-(-len(x) // 32) * 32, x.shape[1]))  # one size, so one program
    outs = fields(attempt.companion("encode").float64.vmap(None, 0)(params, images), "mu", "logvar", what="encode")
    parts = (finite(has_shape(out, (len(images), d), what="encode"), what="encode") for out in outs)
    return tuple(part.astype(np.float64)[: len(x)] for part in parts)


def decoded(attempt, params, z: np.ndarray, pixels: int = PIXELS) -> np.ndarray:
    """Logits [..., D] of latents [..., d], in float64."""
    size, flat = 4096, z.reshape(-1, z.shape[-1])
    decode, parts = attempt.companion("decode").float64.vmap(None, 0), []
    for start in range(0, len(flat), size):  # blocks of one size, so one program
        block = flat[start : start + size]
        logits = decode(params, np.resize(block, (size, block.shape[1])))
        parts.append(finite(has_shape(logits, (size, pixels), what="decode"), what="decode")[: len(block)])
    return np.concatenate(parts).astype(np.float64).reshape(*z.shape[:-1], pixels)


def log_likelihood(logits: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Of binary images under independent pixels, summed over the last axis."""
    return -np.sum(np.logaddexp(0, np.where(x > 0.5, -logits, logits)), axis=-1)


def divergence(mu: np.ndarray, logvar: np.ndarray) -> np.ndarray:
    """From N(mu, exp(logvar)) to the standard normal, as entropy and cross-entropy, summed over the last axis."""
    entropy = 0.5 * np.sum(1 + np.log(2 * np.pi) + logvar, axis=-1)
    return 0.5 * np.sum(np.log(2 * np.pi) + mu**2 + np.exp(logvar), axis=-1) - entropy


class Exact:
    """What can be known of images [n, D] under parameters, one number for each image.

    Fields:
        elbo: of the learner's q.
        reconstruction, divergence: its two parts, with elbo = reconstruction - divergence.
        variance: of log p(x | z) over z ~ q: what one draw of the reconstruction scatters.
        variance_of_ratio: of log p(x, z) - log q(z | x).
        covariance: of its two parts, as a share of that variance: 0 if they do not hang together.
        logits: mean and variance over q of the decoder's output, [2, n, D].
    """

    def __init__(self, attempt, params, x: np.ndarray, d: int, n: int = 61):
        points, weights = grid(d, n)
        mu, logvar = encoded(attempt, params, x, d)
        self._of = attempt, params, x.astype(np.float64), mu, logvar, points, weights
        noise = np.broadcast_to(points, (len(x), *points.shape))
        z = mu[:, None] + np.exp(0.5 * logvar)[:, None] * noise
        logits = decoded(attempt, params, z)
        lik = log_likelihood(logits, x[:, None].astype(np.float64))
        ratio = lik - 0.5 * np.sum(z**2 - noise**2 - logvar[:, None], axis=-1)
        self.reconstruction, self.divergence = lik @ weights, divergence(mu, logvar)
        self.elbo = self.reconstruction - self.divergence
        self.variance = (lik - self.reconstruction[:, None]) ** 2 @ weights
        self.variance_of_ratio = (ratio - (ratio @ weights)[:, None]) ** 2 @ weights
        other = ratio - lik
        variance_of_other = (other - (other @ weights)[:, None]) ** 2 @ weights
        self.covariance = 1 - (self.variance + variance_of_other) / self.variance_of_ratio
        mean = np.einsum("nmd,m->nd", logits, weights)
        self.logits = np.stack([mean, np.einsum("nmd,m->nd", (logits - mean[:, None]) ** 2, weights)])

    @property
    def from_other_spreads(self) -> list[np.ndarray]:
        """The reconstruction if draws had the square of q's standard deviation, and if they had none."""
        attempt, params, x, mu, logvar, points, weights = self._of
        squared = mu[:, None] + np.exp(logvar)[:, None] * points
        there = log_likelihood(decoded(attempt, params, squared), x[:, None]) @ weights
        return [there, log_likelihood(decoded(attempt, params, mu), x)]


def evidence(attempt, params, x: np.ndarray, d: int) -> np.ndarray:
    """The log-evidence of images [n, D]."""
    points, weights = grid(d, 81)
    lik = log_likelihood(decoded(attempt, params, points)[None], x[:, None].astype(np.float64))
    top = lik.max(axis=1, keepdims=True)
    return top[:, 0] + np.log(np.exp(lik - top) @ weights)


def where_it_matters(attempt, d: int, share: float, fillings: int = 24):
    """Parameters, and one image [1, D], at which the ELBO with only a share of its divergence is highest.

    Returns:
        params, image, and log p(x) of that image; the ELBO with that share lies above it, if that can be found.
    """
    points, weights = grid(d, 31)
    x, best, params = all_images(), None, tiny(attempt, d)
    for _ in range(fillings):
        params = filled(attempt, params, 0.7)
        mu, logvar = encoded(attempt, params, x, d)
        lik = log_likelihood(decoded(attempt, params, points)[None], x[:, None].astype(np.float64))
        log_p = np.log(np.exp(lik) @ weights)
        distance = (points[None] - mu[:, None]) ** 2 / np.exp(logvar)[:, None]
        log_q = -0.5 * np.sum(distance, axis=-1)
        q = np.exp(log_q - log_q.max(axis=1, keepdims=True))
        q /= q.sum(axis=1, keepdims=True)
        above = np.sum(q * lik, axis=1) - share * divergence(mu, logvar) - log_p
        above[np.min(logvar, axis=1) < -2] = -np.inf  # narrower than the grid can see
        i = int(np.argmax(above))
        if best is None or above[i] > best[0]:
            best = above[i], params, x[i : i + 1]
    _, params, image = best
    return params, image, float(evidence(attempt, params, image, d)[0])


def losses(attempt, params, x: np.ndarray, keys: int, where: str) -> np.ndarray:
    """A loss (key, params, x) at so many keys, in float64."""
    result = has_shape(attempt.vmap(0, None, None)(attempt.keys(keys), params, x), (keys,), where=where)
    return finite(result, where=where).astype(np.float64)


def slope_is_that_of_its_values(
    attempt, params, before: tuple, after: tuple, where: str, spread: float, times: int = 5
) -> None:
    """Along random directions in the parameters: the gradient against two values of the answer itself.

    The answer is called as (*before, params, *after), and has to use the same noise each time. The parameters are
    filled anew with N(0, spread^2) each time: along some directions a part that is missing is small.
    """
    for _ in range(times):
        _slope_is_that_of_its_values(attempt, filled(attempt, params, spread), before, after, where)


def _slope_is_that_of_its_values(attempt, params, before, after, where):
    leaves, step = params.leaves(), 1e-3
    trained = [leaf.dtype.kind == "f" and leaf.size > 0 for leaf in leaves]
    ways = [attempt.rng.normal(size=leaf.shape) if t else 0 * leaf for leaf, t in zip(leaves, trained)]
    ends = [
        [(leaf + sign * step * way).astype(leaf.dtype) if t else leaf for leaf, way, t in zip(leaves, ways, trained)]
        for sign in (1, -1)
    ]
    up, down = (params.with_leaves(end) for end in ends)
    values = [has_shape(attempt.float64(*before, end, *after), ()).astype(np.float64) for end in (up, down)]
    found = []
    for place in (params, up, down):
        slopes, along = attempt.float64.grad(len(before)).keep(*before, place, *after).leaves(), 0.0
        for slope, high, low, t in zip(slopes, *ends, trained):
            if t:
                slope = finite(has_shape(slope, high.shape, what="JAX"), what="JAX", where=where)
                along += float(np.sum(slope.astype(np.float64) * (high.astype(np.float64) - low)))
        found.append(along)
    # Where a unit has its kink between the two values, their difference is that of a slope between those at the ends.
    want = float(values[0] - values[1])
    nearest = np.clip(want, min(found), max(found))
    close(np.float64(nearest / (2 * step)), want / (2 * step), Tolerance(0.05, 0.05), what="JAX",
          where=f"{where}, along a random direction in the parameters",
          says="the slope of the loss against two values of your own at the same key")  # fmt: skip
