"""Steps of the VAE with 16 planar layers behind its encoder, in eager PyTorch with the planar layer of normflows.

Their layer has one u, w and b for all points. Here each image brings its own, so that the sums within the layer are
taken for each image; the operations are theirs, in their order.
"""

import os

import normflows
import torch
from serve import digits, serve
from torch import nn
from torch.nn import functional as F

K, BATCH, D, STEPS = 16, 128, 20, 40
torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
torch.manual_seed(0)
X = torch.from_numpy(digits(5_000))


class Planar(normflows.flows.Planar):
    """A layer of normflows that is told its parameters: u and w [n, d], b [n, 1]."""

    def __init__(self):
        super().__init__((D,))
        del self.u, self.w, self.b

    def forward(self, z):
        lin = torch.sum(self.w * z, 1, keepdim=True) + self.b
        inner = torch.sum(self.w * self.u, 1, keepdim=True)
        u = self.u + (torch.log(1 + torch.exp(inner)) - 1 - inner) * self.w / torch.sum(self.w**2, 1, keepdim=True)
        slope = 1 / torch.cosh(lin.reshape(-1)) ** 2
        return z + u * self.h(lin), torch.log(torch.abs(1 + torch.sum(self.w * u, 1) * slope))


class NfVae(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.heads = nn.Linear(784, 400), nn.Linear(400, 2 * D + K * (2 * D + 1))
        self.back, self.out = nn.Linear(D, 400), nn.Linear(400, 784)
        self.layers = nn.ModuleList(Planar() for _ in range(K))

    def forward(self, x):
        """The negative ELBO, a mean over images."""
        mu, logvar, flow = self.heads(F.relu(self.hidden(x))).split((D, D, K * (2 * D + 1)), 1)
        eps = torch.randn_like(mu)
        z = mu + torch.exp(0.5 * logvar) * eps
        log_q = -0.5 * torch.sum(eps**2 + logvar, 1)
        for layer, numbers in zip(self.layers, flow.split(2 * D + 1, 1), strict=True):
            layer.u, layer.w, layer.b = numbers.split((D, D, 1), 1)
            z, log_det = layer(z)
            log_q = log_q - log_det
        logits = self.out(F.relu(self.back(z)))
        score = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return (torch.sum(log_q + 0.5 * torch.sum(z**2, 1)) + score) / len(x)


model = NfVae()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)


def job():
    for _ in range(STEPS):
        loss = model(X[torch.randint(len(X), (BATCH,))])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    if not torch.isfinite(loss):
        raise ArithmeticError("the loss is no number any more")
    return {"steps": STEPS}


serve(job, 0.0, ("torch", "normflows"))
