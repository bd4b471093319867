"""normflows' affine coupling blocks in eager PyTorch. Argument: the mean NLL of an epoch that is to be reached."""

import sys

import normflows
import numpy as np
import torch
from densities import BLOCK, moons, steps_until
from serve import serve

LAYERS, HIDDEN, BATCH, EPOCHS, LONGER = 8, 64, 512, 2, 15
X = torch.from_numpy(moons(BLOCK * BATCH))


def start(seed):
    torch.manual_seed(seed)
    layers = []
    for _ in range(LAYERS):
        net = normflows.nets.MLP([1, HIDDEN, HIDDEN, 2], init_zeros=True)
        layers += [normflows.flows.AffineCouplingBlock(net), normflows.flows.Permute(2, mode="swap")]
    flow = normflows.NormalizingFlow(normflows.distributions.DiagGaussian(2, trainable=False), layers)
    return flow, torch.optim.Adam(flow.parameters(), lr=1e-3)


def epoch(flow, adam):
    losses = []
    for rows in torch.randperm(len(X)).reshape(-1, BATCH):
        adam.zero_grad()
        loss = flow.forward_kld(X[rows])
        loss.backward()
        adam.step()
        losses.append(loss.item())
    return np.mean(losses)


def run(seed):
    pair = start(seed)
    return (epoch(*pair) for _ in range(LONGER))


told = {"steps": EPOCHS * BLOCK, "until": steps_until(float(sys.argv[1]), run), "at_most": LONGER * BLOCK}
pair = start(0)
serve(lambda: ([epoch(*pair) for _ in range(EPOCHS)], told)[1], 0.0, ("normflows", "torch"),
      f"{torch.get_num_threads()} threads")  # fmt: skip
