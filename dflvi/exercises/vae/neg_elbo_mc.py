"""4.5  The same loss, all of it from one draw."""

# Built from solutions/vae/neg_elbo_mc.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import vae_oracles
from dflvi.checking.compare import close, has_shape, mean_is, statistic_is
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


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
    raise NotImplementedError("yours to write")

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


exercise = Exercise(
    neg_elbo_mc,
    question="4.5",
    minutes=12,
    difficulty=2,
    differentiable=True,
    slow=True,
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
)
