"""FlowJAX's coupling flow and its own training loop. Argument: the mean NLL of an epoch that is to be reached.

What a step costs is read off two runs of different lengths, so that what a call of `fit_to_data` costs by itself does
not count. Both get one loss object: with the default each call would be traced anew.
"""

import sys
import time
from functools import cache

import jax
import optax
from densities import moons, steps_until
from flowjax.distributions import StandardNormal
from flowjax.flows import coupling_flow
from flowjax.train import fit_to_data
from flowjax.train.losses import MaximumLikelihoodLoss
from serve import serve

LAYERS, HIDDEN, BATCH, EPOCHS, LONGER = 8, 64, 512, 5, 15
X = moons(101 * BATCH)  # 100 steps an epoch, and a batch to validate
LOSS, ADAM = MaximumLikelihoodLoss(), optax.adam(1e-3)


@cache
def start(seed):
    key, base = jax.random.key(seed), StandardNormal((2,))
    return coupling_flow(key, base_dist=base, flow_layers=LAYERS, nn_width=HIDDEN, nn_depth=2)


def fit(seed, epochs):
    return fit_to_data(
        jax.random.key(100 + seed), start(seed), X, loss_fn=LOSS, optimizer=ADAM, batch_size=BATCH, max_epochs=epochs,
        max_patience=epochs, val_prop=1 / 101, return_best=False, show_progress=False,
    )[1]["train"]  # fmt: skip


def job():
    begun = time.perf_counter()
    fit(0, 1)
    between = time.perf_counter()
    fit(0, 1 + EPOCHS)
    return {"seconds": time.perf_counter() - between - (between - begun), **told}


begun = time.perf_counter()
fit(0, 1)
seconds = time.perf_counter() - begun
until = steps_until(float(sys.argv[1]), lambda seed: fit(seed, LONGER))
told = {"steps": 100 * EPOCHS, "until": until, "at_most": 100 * LONGER}
serve(job, seconds, ("flowjax", "jax"), "marginal cost of further epochs of one call")
