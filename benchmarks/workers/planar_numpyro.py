"""A planar flow as transforms in the guide of NumPyro's SVI. Argument: the free energy that is to be reached."""

import sys
import time

import jax
import jax.numpy as jnp
import numpyro
import numpyro.distributions as dist
from densities import blocks, steps_until, u1
from numpyro.distributions import constraints
from numpyro.distributions.transforms import Transform
from numpyro.infer import SVI, Trace_ELBO
from serve import serve

K, N, STEPS = 32, 512, 2000


class PlanarLayer(Transform):
    """z + u tanh(w . z + b), with u moved along w so that it can be undone."""

    domain = codomain = constraints.real_vector

    def __init__(self, u, w, b):
        wu = u @ w
        self.u, self.w, self.b = u + (jax.nn.softplus(wu) - 1 - wu) * w / (w @ w), w, b

    def __call__(self, z):
        return z + self.u * jnp.tanh(jnp.expand_dims(z @ self.w + self.b, -1))

    def _inverse(self, y):
        raise NotImplementedError

    def log_abs_det_jacobian(self, z, y, intermediates=None):
        h = jnp.tanh(z @ self.w + self.b)
        return jnp.log(jnp.abs(1 + (1 - h**2) * (self.u @ self.w)))

    def tree_flatten(self):
        return (self.u, self.w, self.b), (("u", "w", "b"), {})


def model():
    with numpyro.plate("draws", N):
        z = numpyro.sample("z", dist.ImproperUniform(constraints.real_vector, (), (2,)))
        numpyro.factor("energy", -u1(z, jnp))


def guide():
    u = numpyro.param("u", lambda key: 0.1 * jax.random.normal(key, (K, 2)))
    w = numpyro.param("w", lambda key: jax.random.normal(key, (K, 2)))
    b = numpyro.param("b", jnp.zeros(K))
    layers = [PlanarLayer(u[k], w[k], b[k]) for k in range(K)]
    with numpyro.plate("draws", N):
        numpyro.sample("z", dist.TransformedDistribution(dist.Normal(jnp.zeros(2), 1.0).to_event(1), layers))


svi = SVI(model, guide, numpyro.optim.Adam(1e-3), Trace_ELBO())
state = svi.init(jax.random.key(0))
begun = time.perf_counter()
many = jax.jit(lambda state: jax.lax.scan(lambda state, _: svi.update(state), state, length=STEPS))
many = many.lower(state).compile()
seconds = time.perf_counter() - begun


def run(seed):
    state = svi.init(jax.random.key(seed))
    for _ in range(2):
        state, losses = many(state)
        yield from blocks(losses) / N


told = {"steps": STEPS, "until": steps_until(float(sys.argv[1]), run), "at_most": 2 * STEPS}
serve(lambda: (jax.block_until_ready(many(state)), told)[1], seconds, ("numpyro",), "svi.update in one lax.scan")
