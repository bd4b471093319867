"""6.5  The free energy of a VAE with a flow behind its encoder."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi import nets
from dflvi.checking import nfvi_oracles, vae_oracles
from dflvi.checking.compare import Tolerance, close, fields, finite, has_shape, holds, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Scalar
from solutions.nfvi.encode_nf import encode_nf
from solutions.nfvi.sample_posterior import sample_posterior


def neg_elbo_nf(key: Key, params: Any, x: Float[Array, "n D"], beta: float | Scalar = 1.0) -> Scalar:
    """The annealed free energy in nats an image, from one draw of z for each image.

    Args:
        key: a PRNG key for the draws; every image has noise of its own.
        params: what your `init_nfvae` made, with any numbers in it.
        x: binary images, a row each, [n, D]; n may be 1.
        beta: the factor of the log joint, a number that JAX may trace. With 1 this is the negative ELBO.

    Returns:
        one number, the mean over the n images of log q(z | x) - beta (log p(x | z) + log p(z)). z is the point at the
        end of the flow, the same in all three terms, and p(z) is N(0, I).

    JAX must be able to differentiate it in params: every number in them has a share in it. There is no formula for the
    KL any more, since q is no Gaussian (Rezende and Mohamed 2015, equation 20, with the factor in both of its lines).
    """
    z, logq = sample_posterior(key, params, x, 1)
    logits = nets.apply_mlp(params["decoder"], z[0])
    log_lik = jnp.sum(x * logits - jax.nn.softplus(logits), axis=-1)
    log_prior = -0.5 * jnp.sum(z[0] ** 2 + jnp.log(2 * jnp.pi), axis=-1)
    return jnp.mean(logq[0] - beta * (log_lik + log_prior))


# ---- other right answers ----------------------------------------------------------------------


def image_by_image(key, params, x, beta=1.0):
    """A key for each image, SciPy's densities, the log-odds of what the pixel is."""

    def of_one(key, image):
        (z,), (logq,) = sample_posterior(key, params, image, 1)
        logits = nets.apply_mlp(params["decoder"], z)
        log_lik = -jnp.logaddexp(0.0, jnp.where(image > 0.5, -logits, logits)).sum()
        log_joint = log_lik + jax.scipy.stats.norm.logpdf(z).sum()
        return logq - beta * log_joint

    return jax.vmap(of_one)(jax.random.split(key, len(x)), x).mean()


def in_three_sums(key, params, x, beta=1.0):
    """A loop over images; the three terms apart."""
    entropy = likelihood = prior = 0.0
    for i, image in enumerate(x):
        z, logq = sample_posterior(jax.random.fold_in(key, i), params, image, 1)
        logits = nets.apply_mlp(params["decoder"], z)[0]
        likelihood += jnp.sum(jax.nn.log_sigmoid((2 * image - 1) * logits))
        prior += -jnp.vdot(z, z) / 2 - z.size * np.log(2 * np.pi) / 2
        entropy += logq[0]
    return (entropy - beta * likelihood - beta * prior) / len(x)


# ---- checks: cheap to deep --------------------------------------------------------------------

_KEYS, _N, _FEW = 20000, 8, 3


def _at_keys(attempt, params, x, keys, where, *beta):
    axes = (0, None, None, *(None for _ in beta))
    result = has_shape(attempt.vmap(*axes)(keys, params, x, *beta), (keys.n,), where=where)
    return finite(result, where=where).astype(np.float64)


def parameters_of_zero_cost_log_two_a_pixel_at_every_key(attempt):
    zero = nfvi_oracles.tiny(attempt, 2, 0, 0.0)
    x = nfvi_oracles.images(attempt.rng, _N)
    where = f"K = 0, all leaves zero: q is the prior and every pixel has probability 1/2; {_N} images of 5 pixels"
    for _ in range(2):
        one = has_shape(attempt(attempt.key(), zero, x), (), where=where)
        close(one, nfvi_oracles.PIXELS * np.log(2), where=where, says="the loss")


def only_the_log_joint_is_annealed(attempt):
    params, x, keys = nfvi_oracles.tiny(attempt, 2, 3), nfvi_oracles.images(attempt.rng, _FEW), attempt.keys(3000)
    where = f"K = 3, {_FEW} images, the same 3000 keys at beta = 0, 0.3 and 1"
    none, some, all_of_it = (_at_keys(attempt, params, x, keys, where, beta) for beta in (0.0, 0.3, 1.0))
    close(some - 0.7 * none - 0.3 * all_of_it, np.zeros(3000), Tolerance(2e-3, 0), where=where,
          says="the loss at 0.3 less the straight line between the other two")  # fmt: skip
    sampler = attempt.companion("sample_posterior").vmap(0, None, 0, None)
    _, logq = fields(sampler(attempt.keys(_FEW), params, x, 3000), "z", "logq", what="sample_posterior")
    logq = has_shape(logq, (_FEW, 3000), what="sample_posterior").astype(np.float64)
    # Means of 3,000 numbers whose tails are those of a few squares.
    error = np.sqrt((none.var() + logq.var(axis=1).sum() / _FEW**2) / 3000)
    statistic_is(np.float64(none.mean() - logq.mean()), 0.0, error, slack=1e-4, where=where,
                 says="the mean loss at beta = 0 less the mean of the logq of your own `sample_posterior`")  # fmt: skip


def its_weights_average_to_the_evidence(attempt):
    # exp(-loss) at one image is w = p(x, z) / q(z), whose mean over q is p(x): no bound is as strict.
    where = f"K = 3, d = 2, one image whose q is wider than the prior, {_KEYS} keys"
    for _ in range(5):
        params, x = nfvi_oracles.under_a_wide_q(attempt, 2, 3)
        log_p, error = nfvi_oracles.evidence(attempt, params, x, 20000)
        losses = _at_keys(attempt, params, x, attempt.keys(_KEYS), where)
        ratio = np.exp(np.clip(-losses - log_p[0], -50, 50))
        # The weights have a second moment of a few times their squared mean; 20,000 of them.
        own = min(ratio.std() / max(ratio.mean(), 1e-30), 6.0)
        statistic_is(np.log(max(ratio.mean(), 1e-30)), 0.0, np.hypot(error[0], own / np.sqrt(_KEYS)), comparisons=5,
                     where=where,
                     says="the log of the mean of exp(-loss), less log p(x) from draws of your `generate`")  # fmt: skip


def every_image_has_noise_of_its_own(attempt):
    params, x = nfvi_oracles.tiny(attempt, 2, 3), nfvi_oracles.images(attempt.rng, 1)
    where, keys = f"K = 3, {_N} copies of one image", 3000
    single = _at_keys(attempt, params, x, attempt.keys(_KEYS), where)
    several = _at_keys(attempt, params, np.repeat(x, _N, axis=0), attempt.keys(keys), where)
    ratio = _N * several.var() / single.var()
    # Variances of numbers with kurtosis up to 15 or so: each is known to sqrt(14 / n), and 8 is far from 1.
    statistic_is(np.log(ratio), 0.0, np.sqrt(14 / keys + 14 / _KEYS), where=where,
                 says="the log of the variance over keys, eightfold, against that of a single image")  # fmt: skip


def its_slope_is_that_of_its_values(attempt):
    x = nfvi_oracles.images(attempt.rng, _FEW)
    params, where = nfvi_oracles.tiny(attempt, 2, 3), f"K = 3, {_FEW} images"
    slopes = attempt.float64.grad(1).keep(attempt.key(), params, x.astype(np.float64)).leaves()
    moved = [leaf.dtype.kind == "f" and leaf.size > 0 for leaf in params.leaves()]
    still = sum(m and not np.any(slope) for m, slope in zip(moved, slopes, strict=True))
    holds(still == 0, "Some of the parameters have a slope of zero, all of them together: training would never move "
          "them.", value=float(still > 0), where=where)  # fmt: skip
    vae_oracles.slope_is_that_of_its_values(attempt, params, (attempt.key(),), (x.astype(np.float64),), where, 0.5)


# ---- known wrong answers ----------------------------------------------------------------------


def _with(key, params, x, beta, loss, change=lambda z, logq: (z, logq)):
    z, logq = (part[0] for part in sample_posterior(key, params, x, 1))
    z, logq = change(z, logq)
    logits = nets.apply_mlp(params["decoder"], z)
    log_lik = jnp.sum(x * logits - jax.nn.softplus(logits), axis=-1)
    log_prior = jax.scipy.stats.norm.logpdf(z).sum(axis=-1)
    return jnp.mean(loss(logq, log_lik, log_prior, beta))


def _closed_form(key, params, x, beta=1.0):
    mu, logvar, _ = encode_nf(params, x)
    kl = 0.5 * jnp.sum(mu**2 + jnp.exp(logvar) - 1 - logvar, axis=-1)
    return _with(key, params, x, beta, lambda logq, lik, prior, beta: kl - beta * lik)


def _base(key, params, x):
    """z0 of the very draw that `sample_posterior` makes of this key."""
    flat = {**params, "encoder": _without_u(params)}
    return sample_posterior(key, flat, x, 1)[0][0]


def _without_u(params):
    d = len(params["decoder"][0][0])
    *hidden, (V, c) = params["encoder"]
    number = (jnp.arange(len(c)) - 2 * d) % (2 * d + 1)
    keep = jnp.where((jnp.arange(len(c)) >= 2 * d) & (number < d), 0.0, 1.0)
    return [*hidden, (V * keep, c * keep)]


def _prior_at_z0(key, params, x, beta=1.0):
    z0 = _base(key, params, x)
    prior0 = jax.scipy.stats.norm.logpdf(z0).sum(axis=-1)
    return _with(key, params, x, beta, lambda logq, lik, prior, beta: logq - beta * (lik + prior0))


def _decodes_z0(key, params, x, beta=1.0):
    logits = nets.apply_mlp(params["decoder"], _base(key, params, x))
    lik0 = jnp.sum(x * logits - jax.nn.softplus(logits), axis=-1)
    return _with(key, params, x, beta, lambda logq, lik, prior, beta: logq - beta * (lik0 + prior))


def _one_noise(key, params, x, beta=1.0):
    keys = jnp.broadcast_to(key, (len(x),))
    z, logq = jax.vmap(sample_posterior, (0, None, 0, None))(keys, params, x, 1)
    logits = nets.apply_mlp(params["decoder"], z[:, 0])
    log_joint = jnp.sum(x * logits - jax.nn.softplus(logits), -1) + jax.scipy.stats.norm.logpdf(z[:, 0]).sum(-1)
    return jnp.mean(logq[:, 0] - beta * log_joint)


def _annealed_entropy(key, params, x, beta=1.0):
    return _with(key, params, x, beta, lambda logq, lik, prior, beta: beta * logq - lik - prior)


def _annealed_kl(key, params, x, beta=1.0):
    return _with(key, params, x, beta, lambda logq, lik, prior, beta: beta * (logq - prior) - lik)


exercise = Exercise(
    neg_elbo_nf,
    question="6.5",
    minutes=15,
    difficulty=2,
    differentiable=True,
    needs=("init_nfvae", "encode_nf", "sample_posterior", "generate"),
    hints=(
        "Take `neg_elbo_mc` of 4.5 and look for the place where the chain of layers goes in: between the draw of the "
        "Gaussian and the decoder.",
        "`sample_posterior` gives the point and log q at it. The prior and the decoder are asked at that very point, "
        "and beta stands in front of both of them.",
        "One draw for each image, logits from the decoder, the log probability of the pixels and of z under N(0, I). "
        "Test it with K = 0 first.",
    ),
    checks=(
        parameters_of_zero_cost_log_two_a_pixel_at_every_key,
        only_the_log_joint_is_annealed,
        its_weights_average_to_the_evidence,
        every_image_has_noise_of_its_own,
        its_slope_is_that_of_its_values,
    ),
    variants=(image_by_image, in_three_sums),
    mistakes=(
        Mistake(
            "sum-over-the-batch",
            one_edit("jnp.mean(logq", "jnp.sum(logq"),
            "All parameters zero, eight images: the loss is eight times that of one. Nats an image are asked for, "
            "whatever the batch.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel_at_every_key,
        ),
        Mistake(
            "prior-without-its-constant",
            one_edit("jnp.sum(z[0] ** 2 + jnp.log(2 * jnp.pi), axis=-1)", "jnp.sum(z[0] ** 2, axis=-1)"),
            "Where q and the prior are the same density their logs should cancel, and yours leave 0.92 for each "
            "coordinate. One of the two has its constant and the other has not.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel_at_every_key,
        ),
        Mistake(
            "entropy-annealed",
            _annealed_entropy,
            "At beta = 0 your loss is a price of the image and no longer the log density of q. A small beta should "
            "leave q free to spread, and yours takes away what spreads it.",
            caught_by=only_the_log_joint_is_annealed,
        ),
        Mistake(
            "another-schedule-kl-only",
            _annealed_kl,
            "You multiply the KL alone. That is a known schedule too (it is called KL warm-up), with another effect: "
            "at first the decoder hears everything and the prior nothing. Here the whole log joint is annealed.",
            caught_by=only_the_log_joint_is_annealed,
        ),
        Mistake(
            "closed-form-kept",
            _closed_form,
            "Your KL is that of the Gaussian before the flow. The draws are no longer from it, so what you compute is "
            "no bound: it can lie above the evidence.",
            caught_by=only_the_log_joint_is_annealed,
        ),
        Mistake(
            "prior-at-z0",
            _prior_at_z0,
            "The prior is asked about the draw before the flow moved it. A flow could then carry z anywhere without "
            "paying for it.",
            caught_by=its_weights_average_to_the_evidence,
        ),
        Mistake(
            "decoder-at-z0",
            _decodes_z0,
            "The decoder never sees what the flow has done: it is given the point from before the first layer.",
            caught_by=its_weights_average_to_the_evidence,
        ),
        Mistake(
            "one-noise-for-all-images",
            _one_noise,
            "Eight copies of one image scatter as much as a single one. Their draws should be independent and average "
            "out.",
            also=lambda key, params, x, beta=1.0: jnp.mean(
                jax.vmap(lambda one: neg_elbo_nf(key, params, one[None], beta))(x)
            ),
            caught_by=every_image_has_noise_of_its_own,
        ),
        Mistake(
            "flow-not-trained",
            lambda key, params, x, beta=1.0: _with(
                key, {**params, "encoder": jax.lax.stop_gradient(params["encoder"])}, x, beta,
                lambda logq, lik, prior, beta: logq - beta * (lik + prior)),
            "The value is right, and the encoder has no slope at all: it would stay what it was. Where is the way back "
            "to its weights cut?",
            caught_by=its_slope_is_that_of_its_values,
        ),
    ),
    answer="""
One draw an image, three log densities at it. The base and the flow are hidden in `sample_posterior`, so this function
would be the same for any posterior that can be drawn with its density: a NICE flow, a mixture, an autoregressive net.

exp(-loss) at one image is the weight p(x, z) / q(z | x), whose mean over draws is p(x) exactly. The check uses that. A
bound that is right below the evidence could be wrong in many ways; a mean weight that is not p(x) is wrong for certain.
""",
    afterword="Algorithm 1 is this function, its gradient, and a loop.",
)
