"""A tiny VAE with a flow behind its encoder, seen from outside, for the judge.

Its decoder is seen only through `generate`, and its posterior only through `encode_nf` and `sample_posterior`, so that
the structure of the parameters stays the learner's.
"""

import numpy as np

from dflvi.checking import planar_flows, vae_oracles
from dflvi.checking.compare import Wrong, fields, finite, has_shape
from dflvi.types import Planar

PIXELS, UNITS = vae_oracles.PIXELS, vae_oracles.UNITS
all_images, images = vae_oracles.all_images, vae_oracles.images


def made(attempt, d: int, K: int):
    """Parameters for 5 pixels, 8 units, d latents and K layers, as the learner's `init_nfvae` makes them."""
    return attempt.companion("init_nfvae").keep(attempt.key(), PIXELS, UNITS, d, K)


def tiny(attempt, d: int, K: int, spread: float = 0.5):
    """The same with all leaves N(0, spread^2)."""
    return made(attempt, d, K).filled(lambda shape: spread * attempt.rng.normal(size=shape))


def read_encoding(result, lead: tuple[int, ...], d: int, K: int, where: str = "", what: str = "your function"):
    """Mean and logvar [*lead, d], and the stack u, w [*lead, K, d], b [*lead, K], in float64."""
    mu, logvar, flow = fields(result, "mu", "logvar", "flow", what=what)
    u, w, b = fields(flow, "u", "w", "b", what=f"the flow of {what}")
    vectors = {"mu": (mu, d), "logvar": (logvar, d), "u": (u, K, d), "w": (w, K, d), "b": (b, K)}
    read = [
        finite(has_shape(part, (*lead, *shape), where=where, what=name), where=where, what=name).astype(np.float64)
        for name, (part, *shape) in vectors.items()
    ]
    return read[0], read[1], Planar(*read[2:])


def encoded(attempt, params, x: np.ndarray, d: int, K: int):
    """What the learner's `encode_nf` puts out for images [n, D]."""
    result = attempt.companion("encode_nf").float64.vmap(None, 0)(params, x.astype(np.float64))
    return read_encoding(result, (len(x),), d, K, what="encode_nf")


def evidence(attempt, params, x: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The log p(x) of binary images [m, D] from n draws of the learner's `generate`, and its standard error [m]."""
    drawn = attempt.companion("generate")(attempt.key(), params, n)
    p = finite(has_shape(drawn, (n, x.shape[1]), what="generate"), what="generate").astype(np.float64)
    if np.any(p < 0) or np.any(p > 1):
        raise Wrong("Your `generate` should give probabilities of ink; some of its numbers are not between 0 and 1.")
    likelihood = np.stack([np.prod(np.where(row > 0.5, p, 1 - p), axis=1) for row in x])
    mean = np.maximum(likelihood.mean(axis=1), 1e-300)
    return np.log(mean), likelihood.std(axis=1) / np.sqrt(n) / mean


def under_a_wide_q(attempt, d: int, K: int):
    """Parameters, and one image [1, D] whose q covers the prior, so that the weights p(x, z) / q(z) are tame.

    No likelihood is above 1, and the ratio of prior to q is at most 20 over a grid of the noise out to six standard
    deviations: that bounds the weights. Among a few images where it is so, this is the one where it matters most what
    the flow does: it moves the draws, to places where prior and likelihood have other heights.
    """
    eps, weights = vae_oracles.grid(d, 19)
    eps, weights = eps[:, None], weights[:, None]
    x, best, empty = all_images(), None, made(attempt, d, K)
    for filling in range(60):
        spread = 0.5 if filling < 20 else 0.25  # so that there is one in the end
        params = empty.filled(lambda shape: spread * attempt.rng.normal(size=shape))  # noqa: B023
        mu, logvar, flow = encoded(attempt, params, x, d, K)
        before = mu + np.exp(0.5 * logvar) * eps
        z, volume = planar_flows.chain("planar", flow, before)
        log_q = planar_flows.standard_normal(eps) - 0.5 * logvar.sum(axis=1) - volume
        ratio = planar_flows.standard_normal(z) - log_q
        largest = np.max(ratio, axis=0)
        with np.errstate(over="ignore"):  # no prior is left over where q does not get to
            tame = (largest < np.log(20)) & (np.abs(np.sum(weights * np.exp(ratio), axis=0) - 1) < 0.1)
        score = np.where(tame, 0.0, -1.0 - np.abs(largest))
        if np.any(tame):
            _, scatter = evidence(attempt, params, x, 1000)  # of the likelihood over the prior, in units of its mean
            with np.errstate(over="ignore"):
                elsewhere = np.sum(weights * np.exp(planar_flows.standard_normal(before) - log_q), axis=0)
            moved = np.sqrt(np.sum(weights * np.sum((z - before) ** 2, axis=-1), axis=0))
            effect = np.minimum(np.abs(np.log(elsewhere)), 0.5) * np.minimum(moved, 2) if K else np.ones(len(x))
            score = np.where(tame, effect * np.minimum(np.sqrt(1000) * scatter, 1.5), score)
        i = int(np.argmax(score))
        if best is None or score[i] > best[0]:
            best = score[i], params, x[i : i + 1]
        if (filling >= 2 and best[0] > 0.3) or (filling >= 24 and best[0] >= 0):
            break
    return best[1], best[2]
