"""6.1  The ELBO of one draw of a VAE without a flow, whose prior need not be normal."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T64, close, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def elbo_absorbed(
    x: Float[Array, " D"], z0: Float[Array, " d"], log_q0: Scalar | float, log_prior0: Callable, decoder0: Callable
) -> Scalar:
    """What one draw contributes to the ELBO of an ordinary VAE, in nats: log p(x | z0) + log p(z0) - log q0(z0 | x).

    Args:
        x: one binary image, D zeros and ones as floats.
        z0: a draw from q0, [d]. There is no flow; this is the latent.
        log_q0: log q0(z0 | x), a number.
        log_prior0: z0 -> the log of its prior density, a number. It need not be a normal.
        decoder0: z0 -> logits of the D pixels, [D]; pixels are independent given z0.

    Returns:
        the number. JAX must be able to differentiate it in z0 and log_q0.
    """
    logits = decoder0(z0)
    log_lik = jnp.sum(x * jax.nn.log_sigmoid(logits) + (1 - x) * jax.nn.log_sigmoid(-logits))
    return log_lik + log_prior0(z0) - log_q0


# ---- other right answers ----------------------------------------------------------------------


def as_a_flow_that_does_nothing(x, z0, log_q0, log_prior0, decoder0):
    """`elbo_flow` with the identity, written out with signs."""
    identity, nothing = (lambda z: z), (lambda z: 0.0)
    lik = -jax.nn.softplus((1 - 2 * x) * decoder0(identity(z0))).sum()
    return lik + log_prior0(identity(z0)) + nothing(z0) - log_q0


# ---- checks: cheap to deep --------------------------------------------------------------------


def uneven(z):
    return -jnp.abs(z[..., 0] - 0.4) - 0.8 * z[..., 1] ** 2


def pixels(z):
    return jnp.stack([2 * z[..., 0], z[..., 0] * z[..., 1] - 1, 1.5 - z[..., 1]], axis=-1)


def it_is_the_sum_of_its_three_parts(attempt):
    for _ in range(3):
        x = attempt.rng.permutation(np.array([0.0, 1.0, 1.0] if attempt.rng.random() < 0.5 else [1.0, 0.0, 0.0]))
        z0 = attempt.rng.normal(size=2).astype(np.float32).astype(np.float64)
        log_q0, (a, b) = float(np.float32(attempt.rng.normal() - 2)), z0
        ink = 1 / (1 + np.exp(-np.array([2 * a, a * b - 1, 1.5 - b])))
        log_p = -abs(a - 0.4) - 0.8 * b**2
        where = "D = 3, d = 2, random x, z0 and log_q0, a prior that is no normal and a decoder of ours"
        got = has_shape(attempt.float64(x, z0, log_q0, uneven, pixels), (), where=where)
        close(got, np.sum(np.log(np.where(x > 0.5, ink, 1 - ink))) + log_p - log_q0, T64, where=where,
              says="the contribution of this draw", known={"log p(z0)": log_p, "log q0": log_q0})  # fmt: skip


# ---- mistakes ---------------------------------------------------------------------------------


exercise = Exercise(
    elbo_absorbed,
    question="6.1",
    minutes=5,
    difficulty=1,
    differentiable=True,
    hints=(
        "It is the ELBO of section 4, with z0 as the name of the latent.",
        "Three numbers: likelihood, prior, and minus log q0. Which of them did section 4 fix to a formula?",
        "The prior is handed in: call log_prior0 at z0. Everything else is as in `elbo_flow`, with the flow left out.",
    ),
    checks=(it_is_the_sum_of_its_three_parts,),
    variants=(as_a_flow_that_does_nothing,),
    mistakes=(
        Mistake(
            "standard-normal-prior",
            one_edit("log_prior0(z0)", "jax.scipy.stats.norm.logpdf(z0).sum()"),
            "You take the prior to be N(0, I). It is handed in, and here it is something else.",
            also=lambda x, z0, log_q0, log_prior0, decoder0: (
                elbo_absorbed(x, z0, log_q0, lambda z: -0.5 * z @ z - jnp.log(2 * jnp.pi), decoder0)
            ),
            caught_by=it_is_the_sum_of_its_three_parts,
        ),
        Mistake(
            "log-q-added",
            one_edit("- log_q0", "+ log_q0"),
            "A q that is sure of itself is rewarded here. Which sign does log q have in an ELBO?",
            caught_by=it_is_the_sum_of_its_three_parts,
        ),
        Mistake(
            "prior-forgotten",
            one_edit("log_lik + log_prior0(z0) - log_q0", "log_lik - log_q0"),
            "A latent out in the nowhere is as good as any other for you. What keeps codes near the middle?",
            caught_by=it_is_the_sum_of_its_three_parts,
        ),
        Mistake(
            "mean-over-pixels",
            one_edit("log_lik = jnp.sum(", "log_lik = jnp.mean("),
            "Three pixels count as one. Each of them has to be explained.",
            caught_by=it_is_the_sum_of_its_three_parts,
        ),
    ),
    answer="""
The ELBO's integrand of an ordinary VAE, log p(x | z0) + log p(z0) - log q0(z0 | x), with a prior that is a function and
not a formula. Nothing in it knows of a flow.
""",
    afterword="Fed with the pair that absorbed the flow, it gives what `elbo_flow` gives, draw by draw.",
)
