"""4.5  The loss: the negative ELBO, its KL in closed form."""

# Built from solutions/vae/neg_elbo.py by `python -m solutions build`. Edit that file, not this one.

from typing import Any
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import vae_oracles
from dflvi.checking.compare import close, has_shape, holds, mean_is, statistic_is, z_limit
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


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
    raise NotImplementedError("yours to write")

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


exercise = Exercise(
    neg_elbo,
    question="4.5",
    minutes=15,
    difficulty=2,
    differentiable=True,
    slow=True,
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
)
