"""One epoch of the VAE in PyTorch. Argument: loader (as the original exercise has it) | compiled (what it can do)."""

import os
import sys
import time

import torch
from serve import digits, serve
from torch import nn
from torch.nn import functional as F

BATCH = 128
torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())
torch.manual_seed(0)
X = torch.from_numpy(digits(60_000))


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden, self.mu, self.logvar = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
        self.back, self.out = nn.Linear(20, 400), nn.Linear(400, 784)

    def forward(self, x):
        h = F.relu(self.hidden(x))
        mu, logvar = self.mu(h), self.logvar(h)
        z = mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)
        return self.out(F.relu(self.back(z))), mu, logvar


def loss_of(model, x, logits_score):
    logits, mu, logvar = model(x)
    return logits_score(logits, x) - 0.5 * torch.sum(1 + logvar - mu**2 - logvar.exp())


def step(loss, optimizer):
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def through_sigmoid(logits, x):
    return F.binary_cross_entropy(torch.sigmoid(logits), x, reduction="sum")


def from_logits(logits, x):
    return F.binary_cross_entropy_with_logits(logits, x, reduction="sum")


def loader():
    model = Vae()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    labelled = torch.utils.data.TensorDataset(X, torch.zeros(len(X)))
    batches = torch.utils.data.DataLoader(labelled, batch_size=BATCH, shuffle=True)

    def epoch():
        total = 0.0
        for x, _ in batches:
            loss = loss_of(model, x, through_sigmoid)
            step(loss, optimizer)
            total += loss.item()

    return epoch, 0.0


def compiled():
    model = Vae()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    loss = torch.compile(lambda x: loss_of(model, x, from_logits))
    began = time.perf_counter()
    step(loss(X[:BATCH]), optimizer)
    compile_s = time.perf_counter() - began

    def epoch():
        order = torch.randperm(len(X))
        for i in range(0, len(X) - BATCH + 1, BATCH):
            step(loss(X[order[i : i + BATCH]]), optimizer)

    return epoch, compile_s


job, compile_s = {"loader": loader, "compiled": compiled}[sys.argv[1]]()
serve(job, compile_s, ("torch",), "fused Adam, no loader" if sys.argv[1] == "compiled" else "eager, DataLoader")
