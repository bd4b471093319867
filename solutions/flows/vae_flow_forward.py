"""5.2  A VAE, read as a flow of two layers."""

from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi.checking.compare import T64, close, fields, has_shape
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Scalar


def vae_flow_forward(
    x: Float[Array, " D"], eps: Float[Array, " d"], enc: Callable, dec: Callable
) -> tuple[Float[Array, " D"], Float[Array, " d"], Scalar]:
    """The forward pass of a VAE as an invertible map of pairs, (x, eps) -> (x, z) -> (e, z).

    Args:
        x: one observation, [D].
        eps: one draw of noise, [d].
        enc: x -> (mu, logsigma), each [d]: logsigma is the log of a **standard deviation**.
        dec: z -> the mean of x given z, [D]; the decoder's covariance is I.

    Returns:
        e: what the decoder leaves unexplained of x, [D].
        z: the latent that encoder and noise give, [d].
        logdet: log |det d(e, z) / d(x, eps)|, a number, in nats.

    Phase 1 takes (x, eps) to (x, z) with z = mu(x) + sigma(x) eps. Phase 2 takes (x, z) to (e, z) with e = x - dec(z).
    Each is an affine coupling layer. JAX must be able to differentiate it in every array that enters.
    """
    mu, logsigma = enc(x)
    z = mu + jnp.exp(logsigma) * eps
    return x - dec(z), z, logsigma.sum()


# ---- other right answers ----------------------------------------------------------------------


def layer_by_layer(x, eps, enc, dec):
    """Two phases, each with its log-determinant, as a dict."""

    def phase_1(x, eps):
        mu, logsigma = enc(x)
        sigma = jnp.exp(logsigma)
        return (x, mu + sigma * eps), jnp.log(sigma).sum()

    def phase_2(x, z):
        return (x - dec(z), z), 0.0

    (x, z), first = phase_1(x, eps)
    (e, z), second = phase_2(x, z)
    return {"e": e, "z": z, "logdet": first + second}


def by_the_jacobian(x, eps, enc, dec):
    """The log-determinant from the diagonal of dz/deps."""
    import jax

    def latent(eps):
        mu, logsigma = enc(x)
        return jnp.exp(logsigma) * eps + mu

    slopes = jax.jvp(latent, (eps,), (jnp.ones_like(eps),))[1]
    z = latent(eps)
    return -(dec(z) - x), z, jnp.sum(jnp.log(slopes))


# ---- checks: cheap to deep --------------------------------------------------------------------


def enc(x):
    return jnp.stack([jnp.sin(x[0] - x[2]), 0.5 * x[1]]), jnp.stack([0.3 * x[0] - 0.8, -0.5 * jnp.cos(x[1] * x[2])])


def dec(z):
    return jnp.stack([z[0] * z[1], jnp.tanh(2 * z[0]), z[1] ** 2 - z[0]])


def _case(rng):
    """x, eps and what the two networks say, recomputed here: mu, logsigma and the decoder at z."""
    x, eps = (rng.normal(size=n).astype(np.float32).astype(np.float64) for n in (3, 2))
    mu = np.array([np.sin(x[0] - x[2]), 0.5 * x[1]])
    logsigma = np.array([0.3 * x[0] - 0.8, -0.5 * np.cos(x[1] * x[2])])
    z = eps * np.exp(logsigma) + mu
    return x, eps, z, x - np.array([z[0] * z[1], np.tanh(2 * z[0]), z[1] ** 2 - z[0]])


_WHERE = "D = 3, d = 2, random x and eps"


def _read(result):
    e, z, logdet = fields(result, "e", "z", "logdet")
    return (has_shape(one, shape, where=_WHERE, what=name)
            for one, shape, name in ((e, (3,), "e"), (z, (2,), "z"), (logdet, (), "logdet")))  # fmt: skip


def phase_1_makes_z(attempt):
    for _ in range(3):
        x, eps, z, _ = _case(attempt.rng)
        _, got, _ = _read(attempt.float64(x, eps, enc, dec))
        close(got, z, T64, where=_WHERE, says="the latent", what="z")


def phase_2_leaves_what_is_unexplained(attempt):
    for _ in range(3):
        x, eps, _, e = _case(attempt.rng)
        got, _, _ = _read(attempt.float64(x, eps, enc, dec))
        close(got, e, T64, where=_WHERE, says="what the decoder does not explain", what="e")


def the_logdet_is_that_of_the_whole_map(attempt):
    for _ in range(3):
        x, eps, _, _ = _case(attempt.rng)
        blocks = []
        for argument, n in ((0, 3), (1, 2)):
            e, z, _ = fields(attempt.float64.jacobian(argument)(x, eps, enc, dec), "e", "z", "logdet")
            blocks.append(np.concatenate([has_shape(e, (3, n), what="a slope of e"),
                                          has_shape(z, (2, n), what="a slope of z")]))  # fmt: skip
        J = np.concatenate(blocks, axis=1).astype(np.float64)
        _, _, logdet = _read(attempt.float64(x, eps, enc, dec))
        close(logdet, np.linalg.slogdet(J)[1], T64, where=_WHERE, says="logdet and the log |det| of your own Jacobian")


exercise = Exercise(
    vae_flow_forward,
    question="5.2",
    minutes=10,
    difficulty=2,
    differentiable=True,
    hints=(
        "In each phase one half goes through unchanged. Which, and what is done to the other?",
        "Phase 1 is a coupling layer with the key (logsigma, mu) made from x. Phase 2 is additive, with minus the "
        "decoder as its shift. Which of the two changes volumes?",
        "Run the encoder, make z from its two outputs and the noise, subtract the decoder at z from x. The "
        "log-determinant is that of phase 1 alone.",
    ),
    checks=(phase_1_makes_z, phase_2_leaves_what_is_unexplained, the_logdet_is_that_of_the_whole_map),
    variants=(layer_by_layer, by_the_jacobian),
    mistakes=(
        Mistake(
            "log-variance",
            one_edit("jnp.exp(logsigma) * eps", "jnp.exp(logsigma / 2) * eps"),
            "Your z has the wrong spread: you read the encoder's second output as in notebook 4. Here it is the log of "
            "another quantity.",
            also=lambda x, eps, enc, dec: layer_by_layer(x, eps, lambda x: (enc(x)[0], enc(x)[1] / 2), dec),
            caught_by=phase_1_makes_z,
        ),
        Mistake(
            "log-for-sigma",
            one_edit("jnp.exp(logsigma) * eps", "logsigma * eps"),
            "Where the encoder says 0, your noise is switched off.",
            caught_by=phase_1_makes_z,
        ),
        Mistake(
            "decoder-at-the-noise",
            one_edit("return x - dec(z)", "return x - dec(eps)"),
            "You decode the noise itself. A latent is what the encoder has made of it.",
            caught_by=phase_2_leaves_what_is_unexplained,
        ),
        Mistake(
            "reconstruction-for-residual",
            one_edit("return x - dec(z)", "return dec(z)"),
            "Your first result is the reconstruction, and x is gone: nobody gets it back from that and the latent.",
            caught_by=phase_2_leaves_what_is_unexplained,
        ),
        Mistake(
            "squared-scales",
            one_edit("logsigma.sum()", "2 * logsigma.sum()"),
            "Your number is twice the true one. Phase 1 multiplies by standard deviations, not by variances.",
            also=lambda x, eps, enc, dec: (*vae_flow_forward(x, eps, enc, dec)[:2], enc(x)[1].sum() * 2),
            caught_by=the_logdet_is_that_of_the_whole_map,
        ),
        Mistake(
            "sign-of-the-log-det",
            one_edit("logsigma.sum()", "-logsigma.sum()"),
            "A small sigma squeezes the noise into a small place, and you call that stretching.",
            caught_by=the_logdet_is_that_of_the_whole_map,
        ),
        Mistake(
            "phase-2-stretches",
            one_edit("logsigma.sum()", "logsigma.sum() - len(x) * jnp.log(2.0)"),
            "You charge something for phase 2. It adds to x a number that does not depend on x; what does that do to "
            "a box?",
            caught_by=the_logdet_is_that_of_the_whole_map,
        ),
    ),
    answer="""
Phase 1 leaves x alone and moves eps: an affine coupling layer whose log-determinant is the sum of log sigma(x). Phase 2
leaves z alone and shifts x by -dec(z): additive, log-determinant 0. Neither the encoder's nor the decoder's derivatives
matter for the determinant.
""",
    afterword="Two coupling layers: encoder and decoder are the key makers.",
)
