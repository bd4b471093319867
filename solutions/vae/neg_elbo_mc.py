"""4.5  The same loss, all of it from one draw."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking import vae_oracles
from dflvi.checking.compare import close, has_shape, mean_is, statistic_is
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Key, Scalar
from solutions.vae.bernoulli_logprob import bernoulli_logprob
from solutions.vae.decode import decode
from solutions.vae.encode import encode
from solutions.vae.neg_elbo import neg_elbo
from solutions.vae.reparameterize import reparameterize


def neg_elbo_mc(key: Key, params: Any, x: Float[Array, "n D"]) -> Scalar:
    """The negative ELBO in nats an image, wholly from one draw of each latent: no formula for the KL.

    Args:
        key: a PRNG key for the draws; every image has noise of its own.
        params: what your `init_vae` made, with any numbers in it.
        x: binary images, a row each, [n, D]; n may be 1.

    Returns:
        one number, the mean over the n images of log q(z | x) - log p(z) - log p(x | z), all three at the same z, the
        one draw of that image.

    Its mean over keys is that of `neg_elbo`. JAX must be able to differentiate it in the parameters (Kingma and Welling
    2013, equation 6). `forward` does not tell the z it drew: call `encode`, `reparameterize` and `decode` yourself.
    """
    mu, logvar = jax.vmap(encode, in_axes=(None, 0))(params, x)
    z = reparameterize(key, mu, logvar)
    logits = jax.vmap(decode, in_axes=(None, 0))(params, z)
    eps = (z - mu) * jnp.exp(-0.5 * logvar)
    kl = 0.5 * jnp.sum(z**2 - eps**2 - logvar, axis=-1)
    return jnp.mean(kl - jax.vmap(bernoulli_logprob)(logits, x))


# ---- other right answers ----------------------------------------------------------------------


def with_log_densities(key, params, x):
    """Three log densities of SciPy's, image by image, each with a key of its own."""
    norm = jax.scipy.stats.norm

    def of_one(key, image):
        mu, logvar = encode(params, image)
        sd = jnp.exp(0.5 * logvar)
        z = mu + sd * jax.random.normal(key, mu.shape)
        log_joint = norm.logpdf(z).sum() + bernoulli_logprob(decode(params, z), image)
        return norm.logpdf(z, mu, sd).sum() - log_joint

    return jax.vmap(of_one)(jax.random.split(key, len(x)), x).mean()


def from_the_noise(key, params, x):
    """Draws the noise first, so that log q is read off it."""
    mu, logvar = jax.vmap(encode, in_axes=(None, 0))(params, x)
    eps = jax.random.normal(key, mu.shape)
    z = jnp.sqrt(jnp.exp(logvar)) * eps + mu
    log_q = -0.5 * jnp.sum(jnp.square(eps) + logvar)
    log_prior = -0.5 * jnp.vdot(z, z)
    logits = jax.vmap(decode, in_axes=(None, 0))(params, z)
    return (log_q - log_prior + jnp.sum(jnp.logaddexp(0, logits) - x * logits)) / x.shape[0]


# ---- checks: cheap to deep --------------------------------------------------------------------

_KEYS, _N = 3000, 8


def parameters_of_zero_cost_log_two_a_pixel_at_every_key(attempt):
    zero = vae_oracles.tiny(attempt, 2, 0.0)
    x = vae_oracles.images(attempt.rng, _N)
    where = f"all leaves zero: q is the prior and every pixel has probability 1/2; {_N} images of 5 pixels"
    for _ in range(2):
        one = has_shape(attempt(attempt.key(), zero, x), (), where=where)
        close(one, vae_oracles.PIXELS * np.log(2), where=where, says="the loss")


def its_mean_is_the_exact_bound(attempt):
    x = vae_oracles.images(attempt.rng, _N)
    params = vae_oracles.far_from_the_prior(attempt, x, 2)
    where = f"{_N} images, d = 2, {_KEYS} keys"
    exact = vae_oracles.Exact(attempt, params, x, 2)
    losses = vae_oracles.losses(attempt, params, x, _KEYS, where)
    sd = max(np.sqrt(exact.variance_of_ratio.mean() / _N), 0.9 * losses.std())  # means of eight: near normal
    mean_is(losses, -exact.elbo.mean(), sd=sd, slack=1e-3, where=where,
            says="the mean loss over keys is the negative ELBO, summed up through your own networks")  # fmt: skip


def scatters_as_one_draw_of_the_log_ratio(attempt):
    # Where the noise of the three logs hangs together: it adds up or cancels, if it is the same noise. And where the
    # reconstruction alone scatters otherwise.
    best, params, images = None, vae_oracles.tiny(attempt, 2, 0.5), vae_oracles.all_images()
    for _ in range(12):
        params = vae_oracles.filled(attempt, params, 0.5)
        exact = vae_oracles.Exact(attempt, params, images, 2, 21)
        alone = np.abs(np.log(exact.variance / exact.variance_of_ratio))
        shows = np.minimum(np.abs(np.log(1 - exact.covariance)), alone)
        i = int(np.argmax(shows))
        if best is None or shows[i] > best[0]:
            best = shows[i], params, images[i : i + 1]
    _, params, image = best
    variance = vae_oracles.Exact(attempt, params, image, 2).variance_of_ratio[0]
    where = f"{_N} copies of one image, d = 2, {_KEYS} keys"
    losses = vae_oracles.losses(attempt, params, np.repeat(image, _N, axis=0), _KEYS, where)
    # Nearly a quadratic form in two normals: kurtosis up to 15, of a mean of eight below 4.5, so that a square in
    # units of its mean spreads by less than 2.
    ratio = _N * losses.var() / variance
    statistic_is(ratio, 1.0, 2.0 / np.sqrt(_KEYS), where=where,
                 says="the variance of the loss over keys, in units of that of the three logs at one draw")  # fmt: skip


def its_slope_is_that_of_its_values(attempt):
    params, x = vae_oracles.tiny(attempt, 2), vae_oracles.images(attempt.rng, _N).astype(np.float64)
    vae_oracles.slope_is_that_of_its_values(attempt, params, (attempt.key(),), (x,), f"{_N} images", 0.7)


# ---- known wrong answers ----------------------------------------------------------------------


def _another_draw(key, params, x):
    """The KL at draws of its own."""
    first, second = jax.random.split(key)
    mu, logvar = jax.vmap(encode, in_axes=(None, 0))(params, x)
    z, other = (reparameterize(one, mu, logvar) for one in (first, second))
    logits = jax.vmap(decode, in_axes=(None, 0))(params, z)
    kl = 0.5 * jnp.sum(other**2 - (other - mu) ** 2 * jnp.exp(-logvar) - logvar, axis=-1)
    return jnp.mean(kl - jax.vmap(bernoulli_logprob)(logits, x))


def _half_the_constants(key, params, x):
    return neg_elbo_mc(key, params, x) - len(encode(params, x[0])[0]) * 0.5 * jnp.log(2 * jnp.pi)


exercise = Exercise(
    neg_elbo_mc,
    question="4.5",
    minutes=12,
    difficulty=2,
    differentiable=True,
    slow=True,  # sums over the whole network, at thousands of keys
    needs=("init_vae", "encode", "decode"),
    hints=(
        "Write the ELBO as the mean of one log of a fraction. Which three densities are in it, and at which z?",
        "log q needs the draw, its mean and its log-variance; log p(z) needs the draw alone. The constants with "
        "2 pi are in both.",
        "In log q the squared distance from mu is divided by the variance, which is the noise squared, and half of the "
        "log-variances come along. The rest is as in `neg_elbo`.",
    ),
    checks=(
        parameters_of_zero_cost_log_two_a_pixel_at_every_key,
        its_mean_is_the_exact_bound,
        scatters_as_one_draw_of_the_log_ratio,
        its_slope_is_that_of_its_values,
    ),
    variants=(with_log_densities, from_the_noise),
    mistakes=(
        Mistake(
            "images-added-up",
            one_edit("jnp.mean", "jnp.sum"),
            "With all parameters zero, eight images give eight times what one gives. An average over the batch is "
            "asked for.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel_at_every_key,
        ),
        Mistake(
            "constant-in-one-of-the-two",
            _half_the_constants,
            "Where q is the prior the two log densities must cancel at every z. Yours leave a constant: one of them "
            "has its log of 2 pi and the other has not.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel_at_every_key,
        ),
        Mistake(
            "noise-not-subtracted",
            one_edit("z**2 - eps**2 - logvar", "z**2 - 1 - logvar"),
            "Where q is the prior the loss should be one and the same number at every key. One of your two log "
            "densities was averaged and the other was not.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel_at_every_key,
        ),
        Mistake(
            "log-variance-missing",
            one_edit("z**2 - eps**2 - logvar", "z**2 - eps**2"),
            "Right where all log-variances are zero. A density that is narrow must also be high; where is the height "
            "of q?",
            caught_by=its_mean_is_the_exact_bound,
        ),
        Mistake(
            "ratio-upside-down",
            one_edit("jnp.mean(kl", "jnp.mean(-kl"),
            "The log of prior over q comes with the wrong sign: a q far from the prior makes your loss small. Which "
            "of the two is in the numerator of the ELBO?",
            also=lambda key, params, x: (
                2 * jnp.mean(-jax.vmap(bernoulli_logprob)(*_logits_and(key, params, x))) - neg_elbo_mc(key, params, x)
            ),
            caught_by=its_mean_is_the_exact_bound,
        ),
        Mistake(
            "prior-forgotten",
            one_edit("z**2 - eps**2 - logvar", "z**2 * 0 - eps**2 - logvar"),
            "The draw pays nothing for lying far from where the prior expects it. One of three log densities is "
            "missing.",
            caught_by=parameters_of_zero_cost_log_two_a_pixel_at_every_key,
        ),
        Mistake(
            "closed-form-once-more",
            lambda key, params, x: neg_elbo(key, params, x),
            "The mean is right, and the scatter over keys is that of the other loss: your KL is still a formula. "
            "Here it is to be read off the same draw.",
            caught_by=scatters_as_one_draw_of_the_log_ratio,
        ),
        Mistake(
            "second-draw-for-the-kl",
            _another_draw,
            "Unbiased, with a scatter that does not fit: the z in the KL is not the z that was decoded. Noise that two "
            "terms share can cancel, if it is the same.",
            caught_by=scatters_as_one_draw_of_the_log_ratio,
        ),
        Mistake(
            "draw-taken-for-a-constant",
            one_edit(
                "z = reparameterize(key, mu, logvar)",
                "z = jax.lax.stop_gradient(reparameterize(key, mu, logvar))",
            ),
            "Values agree to the last digit and the gradient does not: z has been taken out of the differentiation. "
            "What is left of the slope in mu has mean zero.",
            caught_by=its_slope_is_that_of_its_values,
        ),
    ),
    answer="""
$\\log q(z\\mid x) - \\log p(z) = \\tfrac12\\sum_j (z_j^2 - \\varepsilon_j^2 - \\mathtt{logvar}_j)$, where
$\\varepsilon$ is the noise of the draw. Its mean is the KL.

Which of the two losses is less noisy? The one that computes more by formula, one would think. But close to the exact
posterior $\\log p(x, z) - \\log q(z\\mid x)$ is nearly the same number, log p(x), for every z: the noise of its parts
cancels. A formula for one of the parts takes the partner away. So after training this loss is the quieter one, as a
number; as a gradient for the encoder it is still the noisier one.
""",
    afterword="No formula was used but those of two densities, so q may be anything that can be drawn and evaluated.",
)


def _logits_and(key, params, x):
    mu, logvar = jax.vmap(encode, in_axes=(None, 0))(params, x)
    return jax.vmap(decode, in_axes=(None, 0))(params, reparameterize(key, mu, logvar)), x
