"""5.2  The two objectives differ by a number without parameters, line by line."""

# Built from solutions/flows/vae_flow_ladder.py by `python -m solutions build`. Edit that file, not this one.

import numpy as np
from jaxtyping import Array, Float
from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder
from dflvi.types import Scalar, Step


def vae_flow_ladder(
    mu: Float[Array, " d"], logsigma: Float[Array, " d"], eps: Float[Array, " d"], z: Float[Array, " d"], log_px: Scalar
) -> list[Step]:
    """From the flow's log-likelihood of a pair to the ELBO's integrand, in at least four lines, each the same number.

    Args:
        mu: what the encoder says at x, the means [d].
        logsigma: the logs of the standard deviations there, [d].
        eps: the noise, [d].
        z: the latent. It is mu + sigma eps, and it is handed in, so use z itself.
        log_px: log p(x | z), a number, as the decoder gives it.

    Returns:
        a list of `Step(value, because="...")`. The first line is the flow's log-likelihood of (x, eps): log_px, the log
        density of z under the base, and the log-determinant, in terms of z and logsigma, without mu or eps. The last
        line is the ELBO's integrand with log q(z | x) written as the log of a normal density with mean mu and standard
        deviation sigma at z, **plus** log N(eps; 0, I). In between, change one thing a line.

    `because` names what leads to a line: DEFINITION, CHANGE_OF_VARIABLES (which is what links log q(z | x), log N(eps)
    and the scales, and which you will need), LOG_RULE, or LINEAR_ALGEBRA. The first line needs none. The check draws
    numbers for all arguments; at both ends it also draws a z that has nothing to do with the others.
    """
    raise NotImplementedError("yours to write")


def _instance(rng):
    mu, logsigma, eps = rng.normal(size=(3, 2)) * np.array([[1.0], [0.5], [1.0]])
    z = mu + np.exp(logsigma) * eps
    return *(one.astype(np.float32) for one in (mu, logsigma, eps, z)), np.float32(rng.normal() - 2)


def _unrelated(rng):
    mu, logsigma, eps, _, log_px = _instance(rng)
    return mu, logsigma, eps, _instance(rng)[3], log_px


def _start(mu, logsigma, eps, z, log_px):
    return log_px + oracles.normal_logpdf(z.astype(np.float64)).sum() + logsigma.astype(np.float64).sum()


def _end(mu, logsigma, eps, z, log_px):
    mu, logsigma, eps, z = (one.astype(np.float64) for one in (mu, logsigma, eps, z))
    log_q = oracles.multivariate_normal_logpdf(z, mu, np.diag(np.exp(2 * logsigma)))
    return log_px + oracles.normal_logpdf(z).sum() - log_q + oracles.normal_logpdf(eps).sum()


exercise = Ladder(
    vae_flow_ladder,
    question="5.2",
    minutes=12,
    difficulty=2,
    instance=_instance,
    unrelated=_unrelated,
    first=_start,
    last=_end,
    min_steps=4,
    reasons=("DEFINITION", "CHANGE_OF_VARIABLES", "LOG_RULE", "LINEAR_ALGEBRA"),
    required=("CHANGE_OF_VARIABLES",),
    hints=(
        "Write the first and the last line under each other and cross out what is equal. What has to be shown?",
        "z is an affine image of the noise. Notebook 1 says how its log density hangs together with that of the noise.",
        "Take the log density of the noise away and add it again. What was taken away, together with the "
        "log-determinant, is a log density of z, with its sign turned.",
    ),
)
