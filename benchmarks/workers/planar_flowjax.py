"""FlowJAX's planar flow and its own training loop. Argument: the free energy that is to be reached."""

import sys
import time
from functools import cache

import jax
import jax.numpy as jnp
import optax
from densities import blocks, steps_until, u1
from flowjax.distributions import StandardNormal
from flowjax.flows import planar_flow
from flowjax.train import fit_to_key_based_loss
from flowjax.train.losses import ElboLoss
from serve import serve

K, N, STEPS, LONGER = 32, 512, 1000, 4000
LOSS, ADAM = ElboLoss(lambda z: -u1(z, jnp), num_samples=N), optax.adam(1e-3)


@cache  # making a flow is no part of a step
def start(seed):
    return planar_flow(jax.random.key(seed), base_dist=StandardNormal((2,)), flow_layers=K, invert=False)


def fit(seed, steps):
    options = {"loss_fn": LOSS, "steps": steps, "optimizer": ADAM, "show_progress": False}
    return fit_to_key_based_loss(jax.random.key(100 + seed), start(seed), **options)[1]


begun = time.perf_counter()
fit(0, 1)
seconds = time.perf_counter() - begun
until = steps_until(float(sys.argv[1]), lambda seed: blocks(fit(seed, LONGER)))
told = {"steps": STEPS, "until": until, "at_most": LONGER}
serve(lambda: (fit(0, STEPS), told)[1], seconds, ("flowjax", "jax"))
