"""5.2  The two objectives differ by a number without parameters, line by line."""

import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm
from jaxtyping import Array, Float

from dflvi.checking import oracles
from dflvi.checking.exercise import Ladder, Mistake, one_edit
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
    log_prior, log_noise = norm.logpdf(z).sum(), norm.logpdf(eps).sum()
    sigma = jnp.exp(logsigma)
    return [
        Step(log_px + log_prior + logsigma.sum()),
        Step(log_px + log_prior + logsigma.sum() - log_noise + log_noise, because="LINEAR_ALGEBRA"),
        Step(log_px + log_prior - (log_noise - jnp.log(jnp.prod(sigma))) + log_noise, because="LOG_RULE"),
        Step(log_px + log_prior - norm.logpdf(z, mu, sigma).sum() + log_noise, because="CHANGE_OF_VARIABLES"),
    ]


# ---- other right answers ----------------------------------------------------------------------


def with_the_base_first(mu, logsigma, eps, z, log_px):
    """Writes the densities out, the change of variables early."""
    half, scale = 0.5 * jnp.log(2 * jnp.pi), jnp.exp(logsigma)
    prior = jnp.sum(-(z**2) / 2 - half)
    noise = -eps @ eps / 2 - half * len(eps)
    log_q = noise - logsigma.sum()
    written = jnp.sum(-(((z - mu) / scale) ** 2) / 2 - half - logsigma)
    return [
        Step(prior + log_px + jnp.sum(logsigma)),
        Step(prior + log_px - (log_q - noise), "CHANGE_OF_VARIABLES"),
        Step(prior + log_px - log_q + noise, "LINEAR_ALGEBRA"),
        Step(prior + log_px - written + noise, "DEFINITION"),
    ]


# ---- the instances, and the two ends of the claim ---------------------------------------------


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


# ---- mistakes that are no edit of the reference ------------------------------------------------


def _in_two_lines(mu, logsigma, eps, z, log_px):
    log_prior = norm.logpdf(z).sum()
    return [
        Step(log_px + log_prior + logsigma.sum()),
        Step(log_px + log_prior - norm.logpdf(z, mu, jnp.exp(logsigma)).sum() + norm.logpdf(eps).sum(),
             because="CHANGE_OF_VARIABLES"),
    ]  # fmt: skip


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
    variants=(with_the_base_first,),
    hints=(
        "Write the first and the last line under each other and cross out what is equal. What has to be shown?",
        "z is an affine image of the noise. Notebook 1 says how its log density hangs together with that of the noise.",
        "Take the log density of the noise away and add it again. What was taken away, together with the "
        "log-determinant, is a log density of z, with its sign turned.",
    ),
    mistakes=(
        Mistake(
            "in-two-lines",
            _in_two_lines,
            "You have both ends and nothing between them. Which number has to appear and disappear on the way?",
            caught_by="the_lines_are_numbers_with_reasons",
        ),
        Mistake(
            "scales-with-the-wrong-sign",
            one_edit("Step(log_px + log_prior + logsigma.sum()),", "Step(log_px + log_prior - logsigma.sum()),"),
            "Your first line rewards an encoder for small scales. In which direction does phase 1 stretch, from eps "
            "to z or back?",
            also=lambda mu, logsigma, eps, z, log_px: vae_flow_ladder(mu, -logsigma, eps, z, log_px),
            caught_by="the_first_line_is_where_the_claim_starts",
        ),
        Mistake(
            "log-det-forgotten-on-the-way",
            one_edit("- (log_noise - jnp.log(jnp.prod(sigma))) + log_noise", "- log_noise + log_noise"),
            "The log-determinant is there in one line and gone in the next, as if noise and latent had the same "
            "density.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "noise-left-out-at-the-end",
            one_edit("norm.logpdf(z, mu, sigma).sum() + log_noise", "norm.logpdf(z, mu, sigma).sum()"),
            "You end with the ELBO's integrand itself. The two are not equal: the flow models the noise as well, and "
            "that costs something for every pair.",
            caught_by="each_line_follows_from_the_one_before",
        ),
        Mistake(
            "end-without-the-encoder",
            one_edit("norm.logpdf(z, mu, sigma).sum() + log_noise", "(log_noise - logsigma.sum()) + log_noise"),
            "Your last line writes log q with the noise. To show what it is, write it as a normal density at z: the "
            "check hands you a z of its own there.",
            caught_by="the_last_line_is_where_the_claim_ends",
        ),
        Mistake(
            "definition-for-everything",
            one_edit('because="CHANGE_OF_VARIABLES")', 'because="DEFINITION")'),
            "You call it a definition that the density of z is that of the noise over a volume. It has a name, and "
            "this section lives on it.",
            caught_by="the_reasons_fit",
        ),
    ),
    answer="""
With $l(x, \\epsilon)$ the flow's log-likelihood:

1. $l = \\log p(x \\mid z) + \\log N(z; 0, I) + \\sum_j \\log \\sigma_j$.
2. The same, less $\\log N(\\epsilon; 0, I)$ and plus $\\log N(\\epsilon; 0, I)$.
3. Brackets: $\\log N(\\epsilon) - \\log \\prod_j \\sigma_j$ is taken away.
4. By the change of variables $z = \\mu + \\sigma \\epsilon$ that bracket is $\\log q(z \\mid x)$, so
   $l = [\\log p(x \\mid z) + \\log p(z) - \\log q(z \\mid x)] + \\log N(\\epsilon; 0, I)$.

The last term holds no parameter, so the gradients agree draw by draw. On average over the noise
$E\\, l = \\mathrm{ELBO}(x) - \\tfrac d2 \\log(2 \\pi e)$. It is not the log-likelihood of x alone that the flow
maximises.
""",
    afterword="Phase 1 takes p_data(x) N(eps) to p_data(x) q(z | x); so the flow's KL and the VAE's are one number.",
)
