"""Run by `test_paper.py` in a process with four devices: prints what it finds as JSON."""

import json
import re
import sys
from functools import partial

import jax
import numpy as np

from dflvi.checking import compile_cache
from solutions.paper import run
from solutions.paper.model import Model, free_energy, init

BATCH, PIXELS = 20, 33  # no other size of the model is 20 or 5


def dots(text):
    """The shapes of both factors of every matrix product in a compiled program."""
    shapes, found = {}, []
    for line in text.splitlines():
        if not line.startswith(" "):
            shapes = {}
        if made := re.match(r"\s+(?:ROOT )?%?(\S+) = \w+\[([\d,]*)\]", line):
            shapes[made[1]] = [int(n) for n in made[2].split(",") if n]
            if product := re.search(r" dot\((.*?)\)", line):
                factors = [operand.split()[-1].lstrip("%") for operand in product[1].split(", ") if "%" in operand]
                found.append([shapes[name] for name in factors])
    return found


def gradient(of, params, key, x):
    """The program of the gradient of a loss, compiled."""
    return jax.jit(jax.grad(of)).lower(params, key, x, 5000).compile()


def main(flow, control):
    setting = run.Setting(Model(flow, 3, latents=6, hidden=7), "digits", seed=1, batch=BATCH)
    key, rng = jax.random.key(0), np.random.default_rng(0)
    shapes = jax.eval_shape(partial(init, model=setting.model, pixels=PIXELS), key)
    params = jax.tree.map(lambda leaf: (0.5 * rng.normal(size=leaf.shape)).astype(np.float32), shapes)
    x = (rng.random((BATCH, PIXELS)) < 0.4).astype(np.uint8)
    told = {"devices": len(jax.devices())}
    slopes = {}
    for n in (1, 4):
        devices = tuple(run.devices_for(BATCH, n))
        arguments = jax.device_put((params, key, x), run.on_all(devices))
        compiled = gradient(run.loss(setting.model, devices), *arguments)
        slopes[n] = jax.tree.leaves(compiled(*arguments, 5000))
        told[f"products on {n}"] = dots(compiled.as_text())
    told["error"] = max(
        float(np.abs(np.asarray(a) - np.asarray(b)).max() / np.abs(b).max())
        for a, b in zip(slopes[4], slopes[1], strict=True)
    )
    if control == "control":
        told["unasked"] = dots(gradient(partial(free_energy, setting.model), *arguments).as_text())
    X = jax.device_put(np.repeat(x, 3, axis=0), run.on_all(devices))
    state = jax.device_put(run.begun(setting, PIXELS).state, run.on_all(devices))
    told["piece"] = dots(run.piece.lower(setting, devices, 4, 1, state, 0, X).compile().as_text())
    print(json.dumps(told))


if __name__ == "__main__":
    compile_cache.use()
    main(*sys.argv[1:])
