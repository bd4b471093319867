"""What the experiment trains: the NF-VAE of 6.5 with maxout units, and the same with NICE layers behind the encoder.

Nothing is implemented a second time. Encoder, planar layers, decoder, score and schedule are the answers of sections 4
to 6, and the coupling layer is that of 5.1; a maxout layer is a hidden layer with an axis more, which `dflvi.nets`
knows how to apply.
"""

from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import norm
from jaxtyping import Array, Float, Num

from dflvi import nets
from dflvi.types import Key, Scalar
from solutions.flows.coupling import coupling
from solutions.nfvi.beta_schedule import beta_schedule
from solutions.nfvi.decode_nf import decode_nf
from solutions.nfvi.init_nfvae import init_nfvae
from solutions.nfvi.log_mean_exp import log_mean_exp
from solutions.nfvi.sample_posterior import sample_posterior
from solutions.vae.bernoulli_logprob import bernoulli_logprob
from solutions.vae.reparameterize import reparameterize


class Model(NamedTuple):
    """Which model: the flow behind the encoder, and the widths of the networks. The defaults are the paper's.

    Fields:
        flow: "planar" or "nice".
        K: how many layers the flow has; 0 is the VAE with a diagonal Gaussian.
        latents: d, coordinates of z. Even, since a coupling layer halves them.
        hidden: maxout units of the one hidden layer of encoder and decoder.
        window: affine functions of a maxout unit.
    """

    flow: str = "planar"
    K: int = 0
    latents: int = 40
    hidden: int = 400
    window: int = 4


def init(key: Key, model: Model, pixels: int) -> Any:
    """Parameters to start from: those of `init_nfvae`, with maxout units for its ReLUs and, for NICE, its couplings.

    Args:
        key: for all draws.
        model: which model.
        pixels: D.

    Returns:
        a dict of "encoder" and "decoder", and of "couplings" for NICE. The numbers that the encoder puts out beyond
        mean and log-variance are K (2 d + 1) for planar layers and K (2 d) for NICE.
    """
    d, h = model.latents, model.hidden
    k_vae, k_encoder, k_decoder, k_biases, k_couplings = jax.random.split(key, 5)
    params = init_nfvae(k_vae, pixels, h, d, model.K if model.flow == "planar" else 0)
    params["encoder"][0] = _maxout(k_encoder, pixels, h, model.window)
    params["decoder"][0] = _maxout(k_decoder, d, h, model.window)
    if model.flow == "nice":
        W, b = params["encoder"][-1]
        (V, c) = nets.init_mlp(k_biases, (h, model.K * 2 * d))[0] if model.K else (jnp.zeros((h, 0)), jnp.zeros(0))
        params["encoder"][-1] = jnp.concatenate([W, 0.1 * V], axis=1), jnp.concatenate([b, c])
        W = jax.random.normal(k_couplings, (model.K, d // 2, 2 * d)) * (d / 4) ** -0.5
        params["couplings"] = W, jnp.zeros((model.K, 2 * d, d // 2)), jnp.zeros((model.K, d // 2))
    return params


def _maxout(key, n_in, n_out, window):
    """A hidden layer of maxout units: the largest of four normals has a mean square of 1.55, which W makes up for."""
    square = {1: 1.0, 2: 1.0, 3: 1.28, 4: 1.55}.get(window, 1.8)
    W = jax.random.normal(key, (n_in, window, n_out)) * (square * n_in) ** -0.5
    return W, jnp.zeros((window, n_out))


def sample_nice(
    key: Key, params: Any, x: Float[Array, "*m D"], n: int
) -> tuple[Float[Array, "n *m d"], Float[Array, "n ..."]]:
    """`sample_posterior` of 6.5 with NICE in place of planar layers.

    A layer permutes the coordinates, in an order that is fixed for good, and adds to one half a network of the other:
    t = V relu(W z + c) + b. W, V and b are the same for all images and c, a number for each of 2 d hidden units, comes
    from the encoder: each image has layers of its own, as in 6.1. No layer changes the volume.
    """
    W, V, b = params["couplings"]
    K, d = len(W), 2 * b.shape[-1]
    mu, logvar, c = jnp.split(nets.apply_mlp(params["encoder"], x), (d, 2 * d), axis=-1)
    c = jnp.moveaxis(c.reshape(*c.shape[:-1], K, 2 * d), -2, 0)

    def layer(carry, one):
        z, logq = carry
        W, V, b, c, order = one

        def network(half):
            t = jax.nn.relu(half @ W + c) @ V
            return t + jnp.broadcast_to(b, t.shape)

        z, logdet = coupling(z[..., order], network, "add", False)
        return (z, logq - logdet), None

    def draw(key):
        z = reparameterize(key, mu, logvar)
        logq = jnp.sum(norm.logpdf(z, mu, jnp.exp(0.5 * logvar)), axis=-1)
        return jax.lax.scan(layer, (z, logq), (W, V, b, c, _orders(K, d)))[0]

    return jax.vmap(draw)(jax.random.split(key, n))


def _orders(K, d):
    rng = np.random.default_rng(0)
    return np.array([rng.permutation(d) for _ in range(K)], np.int32).reshape(K, d)


def log_joint_and_log_q(
    model: Model, key: Key, params: Any, x: Float[Array, "*m D"], n: int
) -> tuple[Float[Array, "n ..."], Float[Array, "n ..."]]:
    """The log joint log p(x, z) and log q(z | x) in nats, for n draws of z for each image."""
    sample = {"planar": sample_posterior, "nice": sample_nice}[model.flow]
    z, log_q = sample(key, params, x, n)
    score = jnp.vectorize(bernoulli_logprob, signature="(p),(p)->()")
    log_lik = jax.vmap(score, (0, None))(decode_nf(params, z), x)
    return log_lik + jnp.sum(norm.logpdf(z), axis=-1), log_q


def free_energy(model: Model, params: Any, key: Key, x: Num[Array, "n D"], t: Scalar) -> Scalar:
    """The annealed free energy in nats an image at update t, one draw of z for each image (the paper's equation 20)."""
    log_joint, log_q = log_joint_and_log_q(model, key, params, x.astype(jnp.float32), 1)
    return jnp.mean(log_q - beta_schedule(t) * log_joint)


@partial(jax.jit, static_argnames=("model", "samples"))
def evaluate(
    model: Model, key: Key, params: Any, X: Num[Array, "N D"], samples: int
) -> tuple[Float[Array, " N"], Float[Array, " N"]]:
    """Two rulers for each image, from the same draws, in nats.

    Args:
        model: which model.
        key: for all draws.
        params: of that model.
        X: binary images, a row each.
        samples: draws of z for each image.

    Returns:
        elbo: the mean of log p(x, z) - log q(z | x), [N].
        log_likelihood: the log of the mean of p(x, z) / q(z | x), an estimate of log p(x) by importance sampling, [N].
            In the mean it is too low, by less the more samples there are.
    """

    def of_one(key_and_image):
        key, x = key_and_image
        log_joint, log_q = log_joint_and_log_q(model, key, params, x.astype(jnp.float32), samples)
        return jnp.mean(log_joint - log_q), log_mean_exp(log_joint - log_q, 0)

    at_a_time = max(1, min(len(X), 6400 // samples))
    return jax.lax.map(of_one, (jax.random.split(key, len(X)), X), batch_size=at_a_time)
