"""normflows' planar flow in eager PyTorch. Argument: the free energy that is to be reached."""

import sys

import normflows
import numpy as np
import torch
from densities import BLOCK, steps_until, u1
from serve import serve

K, N, STEPS, LONGER = 32, 512, 50, 1500


class Target:
    def log_prob(self, z):
        return -u1(z, torch)


def start(seed):
    torch.manual_seed(seed)
    layers = [normflows.flows.Planar((2,)) for _ in range(K)]
    flow = normflows.NormalizingFlow(normflows.distributions.DiagGaussian(2), layers, Target())
    return flow, torch.optim.Adam(flow.parameters(), lr=1e-3)


def fit(flow, adam, steps):
    losses = []
    for _ in range(steps):
        adam.zero_grad()
        loss = flow.reverse_kld(N)
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return np.mean(losses)


def run(seed):
    flow, adam = start(seed)
    return (fit(flow, adam, BLOCK) for _ in range(LONGER // BLOCK))


# One seed, and not so far as the others: a step takes fifty times as long.
told = {"steps": STEPS, "until": steps_until(float(sys.argv[1]), run, seeds=1), "at_most": LONGER}
flow, adam = start(0)
serve(lambda: (fit(flow, adam, STEPS), told)[1], 0.0, ("normflows", "torch"), f"{torch.get_num_threads()} threads")
