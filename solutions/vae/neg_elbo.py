"""4.5  The loss: the negative ELBO, its KL in closed form."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import vae_oracles
from dflvi.checking.compare import close, has_shape, holds, mean_is, statistic_is, z_limit
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Scalar
from solutions.vae.bernoulli_logprob import bernoulli_logprob
from solutions.vae.forward import forward
from solutions.vae.gaussian_kl import gaussian_kl


def neg_elbo(key: Key, params: Any, x: Float[Array, "n D"]) -> Scalar:
    """The negative ELBO in nats an image, with one draw of each latent and the KL in closed form.

    Args:
        key: a PRNG key for the draws; every image has noise of its own.
        params: what your `init_vae` made, with any numbers in it.
        x: binary images, a row each, [n, D]; n may be 1.

    Returns:
        one number, the mean over the n images of: minus the log-probability of the image at one drawn latent, plus the
        KL from its q(z | x) to the prior. Both are sums over pixels and latents; only images are averaged.

    The mean over keys is the exact negative ELBO, an upper bound of the mean of -log p(x). JAX must be able to
    differentiate it in the parameters (Kingma and Welling 2013, equation 10).
    """
    logits, mu, logvar = forward(key, params, x)
    reconstruction = jax.vmap(bernoulli_logprob)(logits, x)
    return jnp.mean(jax.vmap(gaussian_kl)(mu, logvar) - reconstruction)


# ---- other right answers ----------------------------------------------------------------------


def in_one_expression(key, params, x):
    """Both terms written out for the whole batch, as in a program without vmap."""
    logits, mu, logvar = forward(key, params, x)
    cross_entropy = jnp.sum(jnp.logaddexp(0, logits) - x * logits)
    kl = 0.5 * jnp.sum(jnp.exp(logvar) + jnp.square(mu) - 1 - logvar)
    return (cross_entropy + kl) / x.shape[0]


def image_by_image(key, params, x):
    """The loss of one image, with a key for each, averaged."""

    def of_one(key, image):
        logits, mu, logvar = forward(key, params, image[None])
        return gaussian_kl(mu[0], logvar[0]) - bernoulli_logprob(logits[0], image)

    return jax.vmap(of_one)(jax.random.split(key, len(x)), x).mean()


# ---- checks: cheap to deep --------------------------------------------------------------------

_D, _KEYS, _N = vae_oracles.PIXELS, 2000, 8


def parameters_of_zero_cost_log_two_a_pixel(attempt):
    zero = vae_oracles.tiny(attempt, 2, 0.0)
    x = vae_oracles.images(attempt.rng, _N)
    where = f"all leaves zero: q is the prior and every pixel has probability 1/2; {_N} images of {_D} pixels"
    one = has_shape(attempt(attempt.key(), zero, x), (), where=where)
    close(one, _D * np.log(2), where=where, says="the loss")


def a_doubled_batch_costs_the_same(attempt):
    params, x = vae_oracles.tiny(attempt, 2, 0.7), vae_oracles.images(attempt.rng, _N // 2)
    where = f"{_N // 2} images, and the same twice over; {_KEYS} keys"
    once = vae_oracles.losses(attempt, params, x, _KEYS, where)
    twice = vae_oracles.losses(attempt, params, np.concatenate([x, x]), _KEYS, where)
    error = np.sqrt((once.var() + twice.var()) / _KEYS)
    statistic_is(twice.mean(), once.mean(), error, where=where, says="the mean loss of the doubled batch")


def never_falls_below_minus_the_log_evidence(attempt):
    d = 2
    for share in (0.0, 0.5):
        # Where an ELBO with half of its KL, or without it, is highest above the evidence.
        params, image, log_p = vae_oracles.where_it_matters(attempt, d, share, 40)
        where = f"one image, d = {d}, parameters at which a KL too small would show; {_KEYS} keys"
        losses = vae_oracles.losses(attempt, params, np.repeat(image, _N, axis=0), _KEYS, where)
        error = losses.std() / np.sqrt(_KEYS)
        below = -log_p - losses.mean()
        holds(below <= z_limit(2) * error + 1e-4,
              "On a model whose evidence can be summed up, your 'lower bound' lies above it. Which sums run over what?",
              value=below, tolerance=12 * error, where=where, expected=f"at least {-log_p:.4f} on average",
              got=f"{losses.mean():.4f} (standard error {error:.2g})")  # fmt: skip


def its_mean_is_the_exact_bound(attempt):
    x = vae_oracles.images(attempt.rng, _N)
    params = vae_oracles.where_the_draw_matters(attempt, x, 2)
    where = f"{_N} images, d = 2, {_KEYS} keys"
    exact = vae_oracles.Exact(attempt, params, x, 2)
    losses = vae_oracles.losses(attempt, params, x, _KEYS, where)
    sd = max(np.sqrt(exact.variance.mean() / _N), 0.9 * losses.std())  # means of eight: near normal
    mean_is(losses, -exact.elbo.mean(), sd=sd, slack=1e-3, where=where,
            says="the mean loss over keys is the negative ELBO, summed up through your own networks")  # fmt: skip


def every_image_has_noise_of_its_own(attempt):
    params, x = vae_oracles.tiny(attempt, 2, 0.5), np.repeat(vae_oracles.images(attempt.rng, 1), _N, axis=0)
    where = f"{_N} copies of one image, {_KEYS} keys"
    losses = vae_oracles.losses(attempt, params, x, _KEYS, where)
    exact = vae_oracles.Exact(attempt, params, x[:1], 2)
    # One draw of a log-likelihood can have kurtosis 10 or so, a mean of eight 4: the spread of a square is below 2.
    # With one noise for all the ratio is 8, with none 0.
    ratio = _N * losses.var() / exact.variance[0]
    statistic_is(ratio, 1.0, 2.0 / np.sqrt(_KEYS), where=where,
                 says=f"the variance of the loss over keys, in units of 1/{_N} of that of one image")  # fmt: skip


def its_slope_is_that_of_its_values(attempt):
    params, x = vae_oracles.tiny(attempt, 2), vae_oracles.images(attempt.rng, _N).astype(np.float64)
    vae_oracles.slope_is_that_of_its_values(attempt, params, (attempt.key(),), (x,), f"{_N} images", 0.7)


# ---- known wrong answers ----------------------------------------------------------------------


def _loss(kl=lambda mu, logvar: jax.vmap(gaussian_kl)(mu, logvar), reconstruct=None, mean=jnp.mean, make=forward):
    """The loss with other parts."""
    reconstruct = reconstruct or (lambda logits, x: jax.vmap(bernoulli_logprob)(logits, x))

    def wrong(key, params, x):
        logits, mu, logvar = make(key, params, x)
        return mean(kl(mu, logvar) - reconstruct(logits, x))

    return wrong


def _twice_squashed(key, params, x):
    logits, mu, logvar = forward(key, params, x)
    return jnp.mean(jax.vmap(gaussian_kl)(mu, logvar) - jax.vmap(bernoulli_logprob)(jax.nn.sigmoid(logits), x))


def _without_the_one(key, params, x):
    logits, mu, logvar = forward(key, params, x)
    kl = 0.5 * jnp.sum(jnp.exp(logvar) + mu**2 - logvar, axis=-1)
    return jnp.mean(kl - jax.vmap(bernoulli_logprob)(logits, x))


def _pixels_averaged(key, params, x):
    logits, mu, logvar = forward(key, params, x)
    return jnp.mean(jax.vmap(gaussian_kl)(mu, logvar) - jax.vmap(bernoulli_logprob)(logits, x) / x.shape[1])


def _with_sd(key, params, x, power, shared=False, stop=False):
    """The loss with draws whose spread is exp(power logvar), through the learner's networks."""
    from solutions.vae.decode import decode
    from solutions.vae.encode import encode

    mu, logvar = jax.vmap(encode, in_axes=(None, 0))(params, x)
    z = mu + jnp.exp(power * logvar) * jax.random.normal(key, mu.shape[-1:] if shared else mu.shape)
    logits = jax.vmap(decode, in_axes=(None, 0))(params, jax.lax.stop_gradient(z) if stop else z)
    return jnp.mean(jax.vmap(gaussian_kl)(mu, logvar) - jax.vmap(bernoulli_logprob)(logits, x))


exercise = Exercise(
    neg_elbo,
    question="4.5",
    minutes=15,
    difficulty=2,
    differentiable=True,
    slow=True,  # sums over the whole network, at thousands of keys
    needs=("init_vae", "encode", "decode"),
    hints=(
        "Write the ELBO of ONE image first: two terms. Which of them did question 1.5 already solve, and which is left "
        "to a draw?",
        "`forward` gives what both terms read. Each of your functions for the two terms knows one image: map it over "
        "the batch, then there is one number an image.",
        "Map `bernoulli_logprob` over logits and x, `gaussian_kl` over mu and logvar. One of the two is to be made "
        "large and the other small; the loss is the mean of their difference, the right way round.",
    ),
    checks=(
        parameters_of_zero_cost_log_two_a_pixel,
        a_doubled_batch_costs_the_same,
        never_falls_below_minus_the_log_evidence,
        its_mean_is_the_exact_bound,
        every_image_has_noise_of_its_own,
        its_slope_is_that_of_its_values,
    ),
    variants=(in_one_expression, image_by_image),
    mistakes=(
        Mistake(
            "sum-over-the-images",
            one_edit("jnp.mean", "jnp.sum"),
            "Eight images cost eight times as much. The original program sums over the batch too; here the unit is "
            "nats an image, so that batches of any size can be compared.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel,
        ),
        Mistake(
            "elbo-instead-of-its-negative",
            one_edit(
                "jax.vmap(gaussian_kl)(mu, logvar) - reconstruction",
                "reconstruction - jax.vmap(gaussian_kl)(mu, logvar)",
            ),
            "With all parameters zero the answer is negative. What is returned here is going to be made small.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel,
        ),
        Mistake(
            "pixels-averaged",
            _pixels_averaged,
            "Five pixels cost as much as one. With 784 the KL would outweigh the images by far, and the latents would "
            "be switched off; which of your two terms is not a sum?",
            caught_by=parameters_of_zero_cost_log_two_a_pixel,
        ),
        Mistake(
            "squashed-twice",
            _twice_squashed,
            "With logits of zero a pixel costs more than log 2 if it is paper. Your logits have been turned into "
            "probabilities before they arrive where logits are read.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel,
        ),
        Mistake(
            "constant-missing-in-the-kl",
            _without_the_one,
            "Too large by one nat with all parameters zero, where q is the prior and d = 2: half a nat a latent. Does "
            "your KL vanish at the prior?",
            caught_by=parameters_of_zero_cost_log_two_a_pixel,
        ),
        Mistake(
            "one-noise-for-the-batch",
            lambda key, params, x: _with_sd(key, params, x, 0.5, shared=True),
            "Averaging over eight copies of an image removes no noise from your loss. All eight were pushed by the "
            "same draw.",
            caught_by=every_image_has_noise_of_its_own,
        ),
        Mistake(
            "kl-summed-over-the-batch",
            _loss(kl=lambda mu, logvar: jax.vmap(gaussian_kl)(mu, logvar).sum()),
            "The same images twice over, and your loss rises. One of its terms grows with the batch and the other does "
            "not, so that the batch size decides how much the KL counts.",
            also=lambda key, params, x: (
                neg_elbo(key, params, x)
                + (len(x) - 1) * jnp.mean(jax.vmap(gaussian_kl)(*forward(key, params, x)[1:]))
            ),
            caught_by=a_doubled_batch_costs_the_same,
        ),
        Mistake(
            "kl-sign",
            one_edit("(mu, logvar) - reconstruction", "(mu, logvar) * -1 - reconstruction"),
            "Your bound is far above the evidence, and it has no top: a q far away from the prior is rewarded. Which "
            "of the two terms is a price?",
            caught_by=never_falls_below_minus_the_log_evidence,
        ),
        Mistake(
            "kl-averaged-over-latents",
            _loss(kl=lambda mu, logvar: jax.vmap(gaussian_kl)(mu, logvar) / mu.shape[1]),
            "With one latent all is well, with two your bound can lie above the evidence. The KL of a pair is more "
            "than the mean of its parts.",
            caught_by=never_falls_below_minus_the_log_evidence,
        ),
        Mistake(
            "kl-weighted-down",
            _loss(kl=lambda mu, logvar: jax.vmap(gaussian_kl)(mu, logvar) / 20),
            "The KL counts for a twentieth. Such a loss has its uses (its pictures are sharp); what it bounds is not "
            "the evidence.",
            caught_by=never_falls_below_minus_the_log_evidence,
        ),
        Mistake(
            "kl-forgotten",
            _loss(kl=lambda mu, logvar: 0.0),
            "Your loss is the price of the image alone, once the latent is known. Who pays for the latent?",
            caught_by=never_falls_below_minus_the_log_evidence,
        ),
        Mistake(
            "spread-of-the-square",
            lambda key, params, x: _with_sd(key, params, x, 1.0),
            "A valid bound, and not of the q that your KL is computed for: draws and KL read the log-variance "
            "differently. What does the draw do at a log-variance of 2?",
            caught_by=its_mean_is_the_exact_bound,
        ),
        Mistake(
            "mean-code-decoded",
            _loss(make=lambda key, params, x: forward_at_the_mean(params, x)),
            "The loss does not hang on the key: the latents are not drawn but set to their means. The noise is what "
            "makes neighbouring codes decode alike.",
            caught_by=its_mean_is_the_exact_bound,
        ),
        Mistake(
            "gradient-stopped-at-z",
            lambda key, params, x: _with_sd(key, params, x, 0.5, stop=True),
            "All values are right. The gradient of the encoder lacks what comes through the images; only the KL term "
            "moves it, and it moves every q to the prior.",
            caught_by=its_slope_is_that_of_its_values,
        ),
    ),
    answer="""
$-\\mathrm{ELBO}(x) = \\mathrm{KL}(q(z\\mid x)\\,\\|\\,p(z)) - \\mathbb E_q \\log p(x\\mid z)$. The KL is a formula, the
expectation is estimated from a single draw for each image. Then comes the mean over images. One draw is enough: its
noise averages out over the batch and over steps.

Sums run over pixels and latents, the mean over images and nothing else. A mean over pixels in place of the sum divides
the reconstruction by 784, and training then finds it cheapest to switch all latents off. A mean over latents makes the
latents cheap, the pictures sharp and the bound wrong.
""",
    afterword="Six checks, since no single one finds all the ways in which a VAE's loss goes wrong in practice.",
)


def forward_at_the_mean(params, x):
    """What `forward` gives without noise."""
    from solutions.vae.decode import decode
    from solutions.vae.encode import encode

    mu, logvar = jax.vmap(encode, in_axes=(None, 0))(params, x)
    return jax.vmap(decode, in_axes=(None, 0))(params, mu), mu, logvar
