"""6.8  The best Gaussian for one image."""

# Built from solutions/nfvi/local_ffg.py by `python -m solutions build`. Edit that file, not this one.

from collections.abc import Callable
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from dflvi.checking.compare import fields, finite, has_shape, holds
from dflvi.checking.exercise import Exercise
from dflvi.types import Key, Scalar


def local_ffg(
    key: Key, log_joint: Callable[[Float[Array, "*points d"]], Float[Array, "*points"]],
    init: tuple[Float[Array, " d"], Float[Array, " d"]], steps: int,
) -> tuple[Float[Array, " d"], Float[Array, " d"], Scalar]:  # fmt: skip
    """The fully factorised Gaussian with the highest ELBO for one observation, without any encoder.

    Args:
        key: a PRNG key. All randomness comes from it.
        log_joint: log p(x, z) in nats at the observed x, of one z [d], or of many along leading axes. JAX can
            differentiate it.
        init: where to start, the pair (mu [d], logvar [d]) that an encoder puts out, say.
        steps: number of steps of the optimiser, a Python int. With 0 nothing moves, and what comes back is `init` with
            its ELBO.

    Returns:
        mu: the means at the end, [d].
        logvar: the logs of the variances at the end, [d].
        elbo: an estimate of the ELBO in nats at this mu and logvar, a number, from a thousand fresh draws or more.

    A check gives you 1,500 steps from a start within a few units. Means have to be right to 0.05, variances to 15 %,
    and the ELBO at the end to 0.25.
    """
    raise NotImplementedError("yours to write")

_MEAN, _PRECISION, _LEVEL = np.array([0.8, -0.5]), np.array([[4.0, 2.4], [2.4, 2.5]]), -4.2

_BEST = np.log(1 / np.diag(_PRECISION))  # the best factorised Gaussian has these log-variances, and a KL of


def leaning(z):
    """Log of a joint with log evidence -4.2 and a Gaussian posterior."""
    delta = z - jnp.broadcast_to(jnp.asarray(_MEAN, z.dtype), z.shape)
    square = jnp.sum(delta * (delta @ jnp.asarray(_PRECISION, z.dtype)), axis=-1)
    return -0.5 * square + float(_LEVEL + 0.5 * np.linalg.slogdet(_PRECISION / (2 * np.pi))[1])

_START = (np.array([-0.6, 0.7], np.float32), np.array([1.0, -0.4], np.float32))


def _fitted(attempt, steps, key):
    where = f"steps = {steps:,}"
    mu, logvar, elbo = fields(attempt(key, leaning, _START, steps), "mu", "logvar", "elbo")
    parts = (("mu", mu, (2,)), ("logvar", logvar, (2,)), ("elbo", elbo, ()))
    return *(
        finite(has_shape(part, shape, where=where, what=what), where=where, what=what).astype(np.float64)
        for what, part, shape in parts
    ), where


def _truth(mu, logvar):
    """The ELBO of a Gaussian for a quadratic log joint."""
    var, delta = np.exp(logvar), mu - _MEAN
    kl = 0.5 * (np.diag(_PRECISION) @ var + delta @ _PRECISION @ delta - 2 - np.sum(logvar)
                - np.linalg.slogdet(_PRECISION)[1])  # fmt: skip
    return _LEVEL - kl


def without_steps_it_measures_the_start(attempt):
    mu, logvar, elbo, where = _fitted(attempt, 0, attempt.key())
    start = np.concatenate(_START)
    moved = np.abs(np.concatenate([mu, logvar]) - start).max()
    holds(moved < 1e-4, "With no steps mean and log-variance should be those of the start.",
          value=np.concatenate([mu, logvar]), tolerance=0.05, where=where)  # fmt: skip
    truth = _truth(*_START)
    # A draw's log-weight has a standard deviation of about 8 here, the mean of a thousand one of 0.25.
    holds(abs(elbo - truth) < 1.5, "The ELBO of the start is not what you return.",
          value=np.clip(elbo - truth, -30, 30), tolerance=0.15, where=f"{where}, log p(x) = -4.2",
          expected=f"about {truth:.1f}", got=f"{elbo:.2f}")  # fmt: skip


def it_finds_the_best_factorised_gaussian(attempt):
    mu, logvar, _, where = _fitted(attempt, 1500, attempt.key())
    off, ratio = np.abs(mu - _MEAN), np.exp(logvar - _BEST)
    # What a noisy optimiser leaves is below a fifth of this room.
    holds(np.all(off < 0.05) and np.all(np.abs(ratio - 1) < 0.15),
          "This is not the factorised Gaussian with the highest ELBO.",
          value=np.concatenate([np.clip(mu - _MEAN, -2, 2), np.clip(logvar - _BEST, -3, 3)]), tolerance=0.06,
          where=f"{where}, a Gaussian posterior that leans", expected="means to 0.05, variances to 15 %",
          got=f"means off by {off.round(3)}, variances {ratio.round(2)} times as large")  # fmt: skip


def its_bound_is_that_of_the_end(attempt):
    mu, logvar, elbo, where = _fitted(attempt, 1500, attempt.key())
    truth = _truth(mu, logvar)
    # A thousand draws and an entropy in closed form give 0.04.
    holds(abs(elbo - truth) < 0.25, "The ELBO that you return is not the one of your mu and logvar.",
          value=np.clip(elbo - truth, -5, 5), tolerance=0.15, where=where, expected=f"{truth:.2f}",
          got=f"{elbo:.2f}")  # fmt: skip


exercise = Exercise(
    local_ffg,
    question="6.8",
    minutes=15,
    difficulty=2,
    slow=True,
    hints=(
        "It is notebook 2 again, one x and its own q. Which quantity is made as large as can be, and which numbers "
        "move?",
        "Reparameterise: z = mu + sd times noise, several draws a step. The entropy of a Gaussian has a closed form, "
        "so only the joint has to be sampled.",
        "`train.fit` with minus the ELBO of a few draws as the loss and Adam with a rate that decays; it can have the "
        "pair as its parameters. At the end measure the ELBO with fresh draws, a thousand or so. A rate of 0.05 "
        "goes far enough.",
    ),
    checks=(
        without_steps_it_measures_the_start,
        it_finds_the_best_factorised_gaussian,
        its_bound_is_that_of_the_end,
    ),
)
