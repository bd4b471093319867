"""6.5  Two rulers for a trained model."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi import nets
from dflvi.checking import nfvi_oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Scalar
from solutions.nfvi.encode_nf import encode_nf
from solutions.nfvi.sample_posterior import sample_posterior


def evaluate(key: Key, params: Any, X: Float[Array, "N D"], k: int) -> dict[str, Scalar]:
    """The ELBO and the importance weighted bound of images, from k draws of z for each.

    Args:
        key: a PRNG key for all draws; every image has draws of its own.
        params: what your `init_nfvae` made, with any numbers in it.
        X: binary images, a row each, [N, D]; N may be 1.
        k: draws an image, a Python int, at least 1.

    Returns:
        a dict of two numbers, in nats an image, both means over the N images:
        elbo: the mean over the k draws of log w = log p(x | z) + log p(z) - log q(z | x), at beta = 1.
        iwae: the log of the mean over the k draws of w. Take it without leaving the logs: an image of 784 pixels has
            weights of exp(-200).

    With k = 1 both are the same. With more draws the second rises towards log p(x), and the first stays where it is.
    (k times N times D numbers at once may be too many for the memory of a laptop: `jax.lax.map` goes through the
    images one after the other, or some at a time.)
    """

    def of_one(key_and_image):
        key, x = key_and_image
        z, logq = sample_posterior(key, params, x, k)
        logits = nets.apply_mlp(params["decoder"], z)
        log_lik = jnp.sum(jnp.expand_dims(x, 0) * logits - jax.nn.softplus(logits), axis=-1)
        log_w = log_lik - 0.5 * jnp.sum(z**2 + jnp.log(2 * jnp.pi), axis=-1) - logq
        return {"elbo": jnp.mean(log_w), "iwae": jax.nn.logsumexp(log_w) - jnp.log(k)}

    bounds = jax.lax.map(of_one, (jax.random.split(key, len(X)), X), batch_size=32)
    return jax.tree.map(jnp.mean, bounds)


# ---- other right answers ----------------------------------------------------------------------


def all_at_once(key, params, X, k):
    """Every draw of every image in one array, log densities of SciPy's, the largest weight taken out by hand."""
    keys = jax.random.split(key, X.shape[0])
    z, logq = jax.vmap(sample_posterior, (0, None, 0, None))(keys, params, X, k)
    p = jax.nn.sigmoid(nets.apply_mlp(params["decoder"], z))
    pixels = jnp.where(X[:, None] > 0.5, p, 1 - p)
    log_w = jnp.log(pixels).sum(-1) + jax.scipy.stats.norm.logpdf(z).sum(-1) - logq
    top = log_w.max(axis=1)
    iwae = top + jnp.log(jnp.exp(log_w - top[:, None]).mean(axis=1))
    return {"iwae": iwae.mean(), "elbo": log_w.mean()}


def image_by_image(key, params, X, k):
    """A Python loop over images, with a tuple as result."""
    elbos, iwaes = [], []
    for i, x in enumerate(X):
        z, logq = sample_posterior(jax.random.fold_in(key, i), params, x, k)
        logits = nets.apply_mlp(params["decoder"], z)
        log_p = -jax.nn.softplus((1 - 2 * x) * logits).sum(1) - 0.5 * (z**2).sum(1) - z.shape[1] / 2 * np.log(2 * np.pi)
        elbos.append(jnp.mean(log_p - logq))
        iwaes.append(jax.scipy.special.logsumexp(log_p - logq, b=1 / k))
    return sum(elbos) / len(X), sum(iwaes) / len(X)


# ---- checks: cheap to deep --------------------------------------------------------------------

_MANY, _FEW = 20000, 2000


def _read(result, where, shape=()):
    elbo, iwae = fields(result, "elbo", "iwae")
    read = [has_shape(part, shape, where=where, what=name) for part, name in ((elbo, "elbo"), (iwae, "iwae"))]
    return [finite(part, where=where, what=name).astype(np.float64) for part, name in zip(read, ("elbo", "iwae"))]


def parameters_of_zero_cost_log_two_a_pixel(attempt):
    zero, x = nfvi_oracles.tiny(attempt, 2, 0, 0.0), nfvi_oracles.images(attempt.rng, 3)
    where = "K = 0, all leaves zero: q is the prior and every pixel has probability 1/2; 3 images, k = 7"
    for name, bound in zip(("elbo", "iwae"), _read(attempt(attempt.key(), zero, x, 7), where), strict=True):
        close(bound, -nfvi_oracles.PIXELS * np.log(2), Tolerance(2e-5, 2e-5), where=where, says=name, what=name)


def _singles(attempt, params, x):
    where = f"K = 2, random parameters, 2 images, {_FEW} keys, k = 1"
    return *_read(attempt.vmap(0, None, None, None)(attempt.keys(_FEW), params, x, 1), where, (_FEW,)), where


def one_draw_makes_both_the_same(attempt):
    elbo, iwae, where = _singles(attempt, nfvi_oracles.tiny(attempt, 2, 2), nfvi_oracles.images(attempt.rng, 2))
    close(iwae - elbo, np.zeros(_FEW), Tolerance(1e-3, 0), where=where, says="iwae less elbo", what="the result")


def many_draws_reach_the_evidence(attempt):
    where = f"K = 2, one image whose q is wider than the prior, k = {_MANY}"
    for _ in range(2):
        params, x = nfvi_oracles.under_a_wide_q(attempt, 2, 2)
        log_p, error = nfvi_oracles.evidence(attempt, params, x, _MANY)
        _, iwae = _read(attempt(attempt.key(), params, x, _MANY), where)
        # Weights with a second moment of a few times their squared mean; 20,000 make a mean near enough normal.
        statistic_is(np.float64(iwae - log_p[0]), 0.0, np.hypot(error[0], 2.5 / np.sqrt(_MANY)), where=where,
                     comparisons=2,
                     says="iwae less log p(x), which comes from draws of your own `generate`")  # fmt: skip


def the_elbo_does_not_depend_on_k(attempt):
    params, x = nfvi_oracles.tiny(attempt, 2, 2), nfvi_oracles.images(attempt.rng, 2)
    singles, _, where = _singles(attempt, params, x)
    many = np.mean([_read(attempt(attempt.key(), params, one[None], _MANY), where)[0] for one in x])
    # Log weights are nearly quadratic in normals; a mean of so many.
    error = singles.std() * np.sqrt(1 / _FEW + 2 / _MANY)
    statistic_is(np.float64(many - singles.mean()), 0.0, error, slack=1e-4, where=where,
                 says=f"elbo at k = {_MANY}, less its mean at k = 1")  # fmt: skip


# ---- known wrong answers ----------------------------------------------------------------------


def _with(key, params, X, k, bounds=None, beta=1.0, draw=sample_posterior):
    def of_one(key, x):
        z, logq = draw(key, params, x, k)
        logits = nets.apply_mlp(params["decoder"], z)
        log_p = jnp.sum(x * logits - jax.nn.softplus(logits), axis=-1)
        return beta * (log_p + jnp.sum(jax.scipy.stats.norm.logpdf(z), axis=-1)) - logq

    log_w = jax.vmap(of_one)(jax.random.split(key, len(X)), X)
    return (bounds or _bounds)(log_w)


def _bounds(log_w):
    return {"elbo": jnp.mean(log_w), "iwae": jnp.mean(jax.nn.logsumexp(log_w, axis=1) - jnp.log(log_w.shape[1]))}


def _over_all(log_w):
    return {"elbo": jnp.mean(log_w), "iwae": jax.nn.logsumexp(log_w) - jnp.log(log_w.size)}


def _one_of_them(log_w):
    both = _bounds(log_w)
    return {"elbo": both["iwae"], "iwae": both["iwae"]}


def _mean_of_logs(log_w):
    both = _bounds(log_w)
    return {"elbo": both["elbo"], "iwae": both["elbo"]}


def _other_density(key, params, x, n):
    a, b = jax.random.split(key)
    return sample_posterior(a, params, x, n)[0], sample_posterior(b, params, x, n)[1]


exercise = Exercise(
    evaluate,
    question="6.5",
    minutes=15,
    difficulty=2,
    needs=("init_nfvae", "encode_nf", "sample_posterior", "generate"),
    hints=(
        "Both bounds are made of the same k log weights. Where does the log stand in each: inside of the mean, or "
        "outside?",
        "For one image: k draws with their log densities, the decoder at all of them, one log weight each. Then the "
        "same for all images, with a key for each.",
        "The mean of the log weights is one; their logsumexp, less the log of how many they are, is the other.",
    ),
    checks=(
        parameters_of_zero_cost_log_two_a_pixel,
        one_draw_makes_both_the_same,
        many_draws_reach_the_evidence,
        the_elbo_does_not_depend_on_k,
    ),
    variants=(all_at_once, image_by_image),
    mistakes=(
        Mistake(
            "sum-of-the-weights",
            one_edit("jax.nn.logsumexp(log_w) - jnp.log(k)", "jax.nn.logsumexp(log_w)"),
            "Where all weights are equal, seven draws make your second bound 1.95 higher than one does. A mean of "
            "equal numbers does not grow with their count.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel,
        ),
        Mistake(
            "images-summed",
            one_edit("jax.tree.map(jnp.mean, bounds)", "jax.tree.map(jnp.sum, bounds)"),
            "Three images cost three times as much as one. Nats an image are asked for.",
            also=lambda key, params, X, k: {name: len(X) * b for name, b in evaluate(key, params, X, k).items()},
            caught_by=parameters_of_zero_cost_log_two_a_pixel,
        ),
        Mistake(
            "beta-still-below-one",
            lambda key, params, X, k: _with(key, params, X, k, beta=0.9),
            "With q equal to the prior and a fair coin for each pixel every draw should give one and the same number, "
            "and yours scatter and are too small. Annealing is for training; what is measured has beta 1.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel,
        ),
        Mistake(
            "density-of-another-draw",
            lambda key, params, X, k: _with(key, params, X, k, draw=_other_density),
            "Point and log density belong to different draws. Where q is the prior the two log densities cancel only "
            "if they are taken at the same z.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel,
        ),
        Mistake(
            "one-log-over-all-images",
            lambda key, params, X, k: _with(key, params, X, k, _over_all),
            "With one draw an image the two bounds differ, and they should be one number. Your mean under the log runs "
            "over the images as well.",
            caught_by=one_draw_makes_both_the_same,
        ),
        Mistake(
            "log-inside-twice",
            lambda key, params, X, k: _with(key, params, X, k, _mean_of_logs),
            "However many draws you take, your second bound stays at the first and does not come up to the evidence.",
            caught_by=many_draws_reach_the_evidence,
        ),
        Mistake(
            "decodes-the-base",
            lambda key, params, X, k: _with(key, params, X, k, draw=_before_the_flow),
            "The image is priced at z0, and the density is that of z_K: your weights do not average to the evidence. "
            "Which of the two points is the latent?",
            caught_by=many_draws_reach_the_evidence,
        ),
        Mistake(
            "one-ruler-under-two-names",
            lambda key, params, X, k: _with(key, params, X, k, _one_of_them),
            "Your elbo climbs when k grows. A mean of log weights has the same expectation for any number of them, so "
            "this is the other bound under its name.",
            caught_by=the_elbo_does_not_depend_on_k,
        ),
    ),
    answer="""
k log weights an image, averaged in two ways. The mean of the logs is an estimate of the ELBO for any k, with less
scatter if k is large. The log of the mean is a bound that becomes tighter with k (Burda et al. 2016, question 6.7).

Report each with its k, and never compare the one of a model with the other of another model. Here the two are always
computed side by side, so that there is no excuse.
""",
    afterword="From here on every number of this section is one of these two, or exact.",
)


def _before_the_flow(key, params, x, n):
    """z0 with the log density of z_K: the flow taken out of the point, and left in the account."""
    mu, logvar, _ = encode_nf(params, x)
    z0 = mu + jnp.exp(0.5 * logvar) * jax.random.normal(key, (n, *mu.shape))
    return z0, sample_posterior(key, params, x, n)[1]
