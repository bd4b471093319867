"""6.5  The encoder: from an image to a Gaussian and a flow."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from dflvi import nets
from dflvi.checking import nfvi_oracles
from dflvi.checking.compare import close, holds
from dflvi.checking.exercise import Exercise, Mistake, one_edit
from dflvi.types import Planar
from solutions.nfvi.constrain_planar import constrain_planar


def encode_nf(
    params: Any, x: Float[Array, "*n D"]
) -> tuple[Float[Array, "*n d"], Float[Array, "*n d"], Planar]:
    """What the network says of one image: a Gaussian, and the K planar layers that bend it.

    Args:
        params: what your `init_nfvae` made, with any numbers in it. d and K can be read off its arrays.
        x: one binary image, [D]. (Ours takes leading axes too. A check maps over images.)

    Returns:
        mu: the means of the base q0(z0 | x), [d].
        logvar: the logs of its variances, [d].
        flow: the stack `Planar(u [K, d], w [K, d], b [K])`, or a mapping with these names. It is lawful: w . u >= -1
            in each layer, by your `constrain_planar` of 6.3. With K = 0 it has no layers, and with K > 0 every image
            has layers of its own.

    One hidden layer of ReLU units reads x, and affine heads read the hidden layer. With all parameters zero and K = 0
    this is the prior N(0, I).
    """
    d = len(params["decoder"][0][0])
    mu, logvar, flow = jnp.split(nets.apply_mlp(params["encoder"], x), (d, 2 * d), axis=-1)
    K = flow.shape[-1] // (2 * d + 1)
    u, w, b = jnp.split(flow.reshape(*x.shape[:-1], K, 2 * d + 1), (d, 2 * d), axis=-1)
    lawful = jnp.vectorize(constrain_planar, signature="(d),(d)->(d)")
    return mu, logvar, Planar(lawful(u, w), w, b[..., 0])


# ---- other right answers ----------------------------------------------------------------------


def layer_by_layer(params, x):
    """A list of layers, stacked; the paper's m; a dict at the end."""
    (W, a), (V, c) = params["encoder"]
    out = jnp.maximum(W.T @ x + a, 0) @ V + c
    d = params["decoder"][0][0].shape[0]
    layers = []
    for start in range(2 * d, len(out), 2 * d + 1):
        u, w, b = out[start : start + d], out[start + d : start + 2 * d], out[start + 2 * d]
        dot = jnp.dot(u, w)
        layers.append((u + (jnp.logaddexp(dot, 0.0) - 1 - dot) * w / (jnp.dot(w, w) + 1e-9), w, b))
    empty = jnp.zeros((0, d)), jnp.zeros((0, d)), jnp.zeros(0)
    u, w, b = map(jnp.stack, zip(*layers)) if layers else empty
    return {"mu": out[:d], "logvar": out[d : 2 * d], "flow": {"u": u, "w": w, "b": b}}


def with_the_columns_in_blocks(params, x):
    """All u first, then all w, then all b: another meaning of the same columns, as good as ours."""
    out = nets.apply_mlp(params["encoder"], x)
    d = params["decoder"][0][0].shape[0]
    K = (len(out) - 2 * d) // (2 * d + 1)
    u, w, b = jnp.split(out[2 * d :], (K * d, 2 * K * d))
    u, w = u.reshape(K, d), w.reshape(K, d)
    return out[:d], out[d : 2 * d], Planar(jax.vmap(constrain_planar)(u, w), w, b)


# ---- checks: cheap to deep --------------------------------------------------------------------


def gives_a_gaussian_and_a_stack(attempt):
    for d, K in ((2, 3), (1, 2), (2, 0)):
        params, x = nfvi_oracles.tiny(attempt, d, K), nfvi_oracles.images(attempt.rng, 1)[0]
        where = f"one image of 5 pixels, d = {d}, K = {K}, random parameters"
        nfvi_oracles.read_encoding(attempt(params, x), (), d, K, where)


def _of_all_images(attempt, d, K, fillings):
    x = nfvi_oracles.all_images().astype(np.float64)
    for _ in range(fillings):
        result = attempt.float64.vmap(None, 0)(nfvi_oracles.tiny(attempt, d, K), x)
        yield nfvi_oracles.read_encoding(result, (len(x),), d, K, "all 32 images of 5 pixels")


def parameters_of_zero_give_the_prior(attempt):
    zero = nfvi_oracles.tiny(attempt, 2, 0, 0.0)
    mu, logvar, _ = nfvi_oracles.read_encoding(attempt(zero, nfvi_oracles.images(attempt.rng, 1)[0]), (), 2, 0)
    where = "K = 0, every floating leaf set to zero"
    close(mu, np.zeros(2), where=where, says="the mean is not zero", what="mu")
    close(logvar, np.zeros(2), where=where, says="the log-variance is not zero", what="logvar")


def every_image_has_layers_of_its_own(attempt):
    mu, logvar, flow = next(_of_all_images(attempt, 2, 3, 1))
    for name, part in (("mu", mu), ("logvar", logvar), ("u", flow.u), ("w", flow.w), ("b", flow.b)):
        spread = float(part.std(axis=0).min())
        holds(spread > 1e-4, f"Some of {name} is the same number for all images.", value=min(spread / 1e-4, 1.0),
              tolerance=0.05, where="random parameters, all 32 images of 5 pixels, d = 2, K = 3",
              got=f"a spread of {spread:.2g}")  # fmt: skip
    for name, part in (("u", flow.u), ("w", flow.w), ("b", flow.b)):
        apart = min(float(np.abs(part[:, k] - part[:, k - 1]).max()) for k in range(3))
        holds(apart > 1e-4, f"Two layers of one image have the same {name}, for all images.",
              value=min(apart / 1e-4, 1.0), tolerance=0.05, where="random parameters, d = 2, K = 3")  # fmt: skip


def its_layers_are_lawful_and_go_both_ways(attempt):
    dots = [np.sum(flow.u * flow.w, axis=-1) for _, _, flow in _of_all_images(attempt, 2, 3, 4)]
    lowest, highest = min(map(np.min, dots)), max(map(np.max, dots))
    where = "random parameters, 4 fillings, all 32 images of 5 pixels, d = 2, K = 3"
    says = "Some layers have w . u below -1: such a layer folds the plane, and its formula for the density is wrong."
    holds(lowest >= -1 - 1e-4, says, value=np.clip(lowest, -1.5, -1), tolerance=0.3, where=where,
          expected="w . u >= -1", got=f"{lowest:.3g}")  # fmt: skip
    says = "No layer draws points together: w . u is never clearly below zero."
    holds(lowest < -0.2, says, value=np.clip(lowest, -0.2, 0), where=where, got=f"at least {lowest:.3g}")
    says = "No layer pulls points apart: w . u is never clearly above zero."
    holds(highest > 0.2, says, value=np.clip(highest, 0, 0.2), where=where, got=f"at most {highest:.3g}")


# ---- known wrong answers ----------------------------------------------------------------------


def _parts(params, x):
    d = params["decoder"][0][0].shape[0]
    out = nets.apply_mlp(params["encoder"], x)
    layers = out[2 * d :].reshape(-1, 2 * d + 1)
    return out[:d], out[d : 2 * d], (layers[:, :d], layers[:, d : 2 * d], layers[:, 2 * d])


def _with_m(m):
    def wrong(params, x):
        mu, logvar, (u, w, b) = _parts(params, x)
        dot = jnp.sum(u * w, axis=-1, keepdims=True)
        return mu, logvar, Planar(u + (m(dot) - dot) * w / jnp.sum(w**2, axis=-1, keepdims=True), w, b)

    return wrong


def _of_the_biases(params, x):
    mu, logvar, _ = encode_nf(params, x)
    return mu, logvar, encode_nf(params, 0 * x)[2]


def _of_zeroed_weights(params, x):
    mu, logvar, flow = encode_nf(params, x)
    (W, b), *heads = params["encoder"]
    return mu, logvar, encode_nf({**params, "encoder": [(0 * W, b), *heads]}, x)[2]


def _one_layer_again_and_again(params, x):
    mu, logvar, flow = encode_nf(params, x)
    return mu, logvar, jax.tree.map(lambda part: jnp.broadcast_to(part[:1], part.shape), flow)


exercise = Exercise(
    encode_nf,
    question="6.5",
    minutes=15,
    difficulty=2,
    needs=("init_nfvae",),
    hints=(
        "The network is that of 4.5 with a longer output. Which stretch of that output is what, and where does one "
        "layer end and the next begin?",
        "Shape the part behind the Gaussian to [K, 2 d + 1], and cut its last axis into u, w and b. K follows from how "
        "long it is.",
        "What the network puts out for u is any vector. Send it and its w through `constrain_planar`, mapped over the "
        "layers, before it goes into the stack.",
    ),
    checks=(
        gives_a_gaussian_and_a_stack,
        parameters_of_zero_give_the_prior,
        every_image_has_layers_of_its_own,
        its_layers_are_lawful_and_go_both_ways,
    ),
    variants=(layer_by_layer, with_the_columns_in_blocks),
    mistakes=(
        Mistake(
            "b-with-an-axis-too-many",
            one_edit("b[..., 0]", "b"),
            "Your b comes with a last axis of length one. Added to the inner product of w and z that makes a matrix "
            "where a number belongs.",
            caught_by=gives_a_gaussian_and_a_stack,
        ),
        Mistake(
            "layers-along-the-wrong-axis",
            lambda params, x: (*(parts := encode_nf(params, x))[:2], Planar(parts[2].u.T, parts[2].w.T, parts[2].b)),
            "With two latents and three layers u should have three rows. A loop over layers would run over the "
            "coordinates of yours.",
            also=lambda params, x: (
                *encode_nf(params, x)[:2], {"u": encode_nf(params, x)[2].u.T, "w": encode_nf(params, x)[2].w.T,
                                           "b": encode_nf(params, x)[2].b}
            ),
            caught_by=gives_a_gaussian_and_a_stack,
        ),
        Mistake(
            "spread-for-its-log",
            lambda params, x: (
                encode_nf(params, x)[0], jnp.exp(0.5 * encode_nf(params, x)[1]), encode_nf(params, x)[2]
            ),
            "With all numbers zero the second result is a vector of ones, as a spread would be. It is called logvar.",
            caught_by=parameters_of_zero_give_the_prior,
        ),
        Mistake(
            "one-flow-for-all-images",
            _of_the_biases,
            "Mean and log-variance follow the image, and u does not: each image is bent by the same warp. 6.1 showed "
            "what such a model amounts to.",
            also=_of_zeroed_weights,
            caught_by=every_image_has_layers_of_its_own,
        ),
        Mistake(
            "one-layer-again-and-again",
            _one_layer_again_and_again,
            "An image of yours has three times the same layer. The output of the network has other numbers for the "
            "second and third.",
            caught_by=every_image_has_layers_of_its_own,
        ),
        Mistake(
            "u-as-it-comes",
            one_edit("lawful(u, w)", "u"),
            "Some of your layers fold the plane over itself. The density formula then counts one of several points "
            "that land together, and the bound that you train may lie above the evidence.",
            also=_with_m(lambda dot: dot),
            caught_by=its_layers_are_lawful_and_go_both_ways,
        ),
        Mistake(
            "layers-that-only-widen",
            _with_m(jax.nn.softplus),
            "Of a few hundred random layers none draws points together. Between -1 and 0 the inner product may be, "
            "too; what has your m at large negative arguments?",
            caught_by=its_layers_are_lawful_and_go_both_ways,
        ),
    ),
    answer="""
One output vector, cut: d means, d log-variances, and K pieces of 2 d + 1 numbers. Only u has to be changed before it is
a layer. That is done here, in one place, so that nothing that comes later can meet an unlawful one.

K needs no argument: it is the length of what is left, divided by 2 d + 1. With K = 0 the pieces are an array of shape
[0, 2 d + 1], and everything works on as it is.
""",
    afterword="The whole posterior of an image is now a vector that a network puts out.",
)
