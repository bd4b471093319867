"""The one training loop of the course: Optax steps in a `lax.scan`, compiled as a whole; and how long to run."""

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from dflvi.types import Key


class Diverged(RuntimeError):
    """A loss that is no number any more. Shows its message and no traceback.

    Fields:
        params: the last that gave a finite loss.
        losses: as far as they got.
    """

    def __init__(self, message: str, params: Any, losses: Any):
        super().__init__(message)
        self.params, self.losses = params, losses

    def _render_traceback_(self):  # asked for by IPython
        return [f"Diverged: {self}"]


def fit(
    loss: Callable,
    params: Any,
    key: Key,
    steps: int,
    optimizer: optax.GradientTransformation,
    *,
    data: Any = None,
    batch: int = 128,
    numbered: bool = False,
    progress: bool = False,
    keep: str | Path | None = None,
) -> tuple[Any, Float[Array, " steps"]]:
    """Minimise `loss` by stochastic gradient steps.

    Args:
        loss: (params, key) -> a number to be made small; with `data` (params, key, rows). A loss without randomness
            ignores the key.
        params: where to start, any pytree of floating arrays.
        key: split once into a key for each step.
        steps: how many.
        optimizer: from Optax, `optax.adam(1e-3)` for example.
        data: an array, or a pytree of arrays of one length. Each step gets `batch` rows of them; every row is seen
            once before any is seen again, in an order drawn anew each time.
        batch: so many rows a step, or all where there are fewer.
        numbered: hand the number of the step, from 0, to the loss as its last argument.
        progress: show how far a run of more than two seconds has come (not where DFLVI_STRICT=1 or DFLVI_PROGRESS=0),
            and stop with `Diverged` where the loss is no number any more.
        keep: a file in which to note now and then how far the run has come. If it is stopped and started again with
            the same arguments, it goes on from there; at the end the file is removed. Implies `progress`.

    Returns:
        params: after the last step, in the structure of the first.
        losses: the loss before each step, [steps].

    The loop is compiled anew for each new `loss`: define it once, outside of any loop of your own.
    """
    order, key = (None, key) if data is None else jax.random.split(key)
    keys, ts = jax.random.split(key, steps), jnp.arange(steps)
    state = optimizer.init(params)
    run = partial(run_steps, loss, optimizer, batch, numbered)
    traced = any(isinstance(leaf, jax.core.Tracer) for leaf in jax.tree.leaves((params, key, data)))
    if traced or not (progress or keep):
        (params, _), losses = run((params, state), ts, keys, data, order)
        return params, losses
    return _in_parts(run, (params, state), ts, keys, data, order, keep)


@partial(jax.jit, static_argnames=("loss", "optimizer", "batch", "numbered"))
def run_steps(loss, optimizer, batch, numbered, start, ts, keys, data, order):
    """Some steps of a run, for `fit` and for whoever keeps the state of a run between calls.

    Args:
        loss: as in `fit`.
        optimizer: as in `fit`.
        batch: as in `fit`.
        numbered: as in `fit`.
        start: parameters and the optimiser's state.
        ts: the numbers of the steps, one after the other, [steps].
        keys: a key for each, [steps].
        data: as in `fit`.
        order: the key of the order in which the rows of the data come. The order follows from it and from ts alone, so
            that a run in parts is the run in one.

    Returns:
        parameters and state after the last step, and the loss before each step, [steps].
    """
    if data is not None:
        n = len(jax.tree.leaves(data)[0])
        batch = min(batch, n)
        an_epoch = n // batch

    def rows_of(epoch):
        return jax.random.permutation(jax.random.fold_in(order, epoch), n)

    def step(carry, now):
        (params, state), rows = carry
        t, key = now
        arguments = ()
        if data is not None:
            rows = jax.lax.cond(t % an_epoch == 0, lambda: rows_of(t // an_epoch), lambda: rows)
            chosen = jax.lax.dynamic_slice_in_dim(rows, t % an_epoch * batch, batch)
            arguments = (jax.tree.map(lambda part: part[chosen], data),)
        if numbered:
            arguments = (*arguments, t)
        value, grads = jax.value_and_grad(loss)(params, key, *arguments)
        updates, state = optimizer.update(grads, state, params)
        return ((optax.apply_updates(params, updates), state), rows), value

    rows = None if data is None else rows_of(ts[0] // an_epoch)
    (end, _), losses = jax.lax.scan(step, (start, rows), (ts, keys))
    return end, losses


# ---- a long run in parts ----------------------------------------------------------------------


def _in_parts(run, start, ts, keys, data, order, keep):
    """The same steps, a part at a time: with word of how far it is, a check, and notes from which to go on."""
    steps, began = len(ts), time.perf_counter()
    length = max((part for part in range(1, 401) if steps % part == 0 and steps // part >= 4), default=steps)
    if steps <= 400:
        length = max(steps, 1)
    elif length < 20:  # no good divisor: nearly equal parts, the last one shorter
        length = min(steps, max(20, -(-steps // 20)))
    notes = _Notes(keep, start, keys, data) if keep else None
    done, carry, parts = notes.read() if notes else (0, start, [])
    first = done
    for t in range(done, steps, length):
        end = min(t + length, steps)
        new, losses = run(carry, ts[t:end], keys[t:end], data, order)
        good = np.isfinite(np.asarray(losses)) & _all_finite(new[0])
        parts.append(np.asarray(losses))
        if not good.all():
            _wipe()
            at = t + int(np.argmin(good))
            so_far = np.concatenate(parts)[:at]
            last = f" It was {so_far[-1]:.4g} one step earlier." if at else ""
            kept = f" {keep} still holds the run as it was at step {t:,}." if notes and t > first else ""
            raise Diverged(
                f"The loss is no number any more at step {at:,} of {steps:,}.{last} Try a learning rate a tenth as "
                f"large, and look for nan in the data and for a log or exp of something large.{kept} The parameters "
                f"of step {t:,} are in the error's `params`.",
                carry[0], so_far,
            )  # fmt: skip
        carry = new
        if notes and end < steps:
            notes.write(end, carry, parts)
        _say(end, first, steps, float(parts[-1][-1]), time.perf_counter() - began)
    _wipe()
    if notes:
        notes.remove()
    return carry[0], jnp.asarray(np.concatenate(parts) if parts else np.zeros(0, np.float32))


def _all_finite(params: Any) -> bool:
    return all(bool(jnp.isfinite(leaf).all()) for leaf in jax.tree.leaves(params))


_shown = False  # whether a line is waiting to be written over


def _say(done: int, first: int, steps: int, loss: float, seconds: float) -> None:
    global _shown
    left = seconds * (steps - done) / max(done - first, 1)
    silent = os.environ.get("DFLVI_STRICT") == "1" or os.environ.get("DFLVI_PROGRESS") == "0"
    if silent or (seconds + left < 2 and not _shown) or done == steps:
        return
    bar = "#" * round(20 * done / steps)
    line = f"[{bar:<20}] step {done:,} of {steps:,}, loss {loss:.4g}, {left:.0f} s left"
    print(f"\r{line:<78}", end="", flush=True)
    _shown = True


def _wipe() -> None:
    global _shown
    if _shown:
        print("\r" + " " * 78 + "\r", end="", flush=True)
    _shown = False


class _Notes:
    """How far a run has come, in a file: written beside it and put in its place, so that it is never half there."""

    def __init__(self, path: str | Path, start: Any, keys: Any, data: Any):
        self.path, self.start = Path(path), start
        leaves, self.tree = jax.tree.flatten(start)
        digest = hashlib.sha256(repr(self.tree).encode())
        for leaf in [*leaves, jax.random.key_data(keys), *jax.tree.leaves(data)]:
            array = np.ascontiguousarray(leaf)
            digest.update(f"{array.shape}{array.dtype}".encode() + array.tobytes())
        self.of = digest.hexdigest()

    def read(self) -> tuple[int, Any, list]:
        """Step, state and losses to go on from: those of the file if it is of this run."""
        try:
            with np.load(self.path, allow_pickle=False) as file:
                of, done, losses = str(file["of"]), int(file["done"]), file["losses"]
                leaves = [file[f"leaf_{i}"] for i in range(self.tree.num_leaves)]
        except FileNotFoundError:
            return 0, self.start, []
        except Exception:
            print(f"{self.path} cannot be read; the run starts from the beginning.")
            return 0, self.start, []
        if of != self.of:
            print(f"{self.path} is of another run (start, steps, key or data differ); this one starts anew.")
            return 0, self.start, []
        print(f"Going on from step {done:,}, which {self.path} remembers.")
        return done, jax.tree.unflatten(self.tree, [jnp.asarray(leaf) for leaf in leaves]), [losses]

    def write(self, done: int, carry: Any, parts: list) -> None:
        beside = self.path.with_name(f".{self.path.name}.new")
        leaves = {f"leaf_{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(carry))}
        try:
            with beside.open("wb") as file:
                np.savez(file, of=self.of, done=done, losses=np.concatenate(parts), **leaves)
            os.replace(beside, self.path)
        except OSError as error:
            print(f"{self.path} cannot be written ({error.strerror}); the run goes on without.", file=sys.stderr)

    def remove(self) -> None:
        with contextlib.suppress(OSError):
            self.path.unlink()


def full_or_quick(full: Any, quick: Any) -> Any:
    """`full`, or `quick` where DFLVI_QUICK=1 asks for a short run of the notebooks."""
    return quick if os.environ.get("DFLVI_QUICK") == "1" else full


def mapped(f: Callable[[Array], Any], xs: Array) -> Any:
    """What f gives at each entry of xs, stacked: all at once, or one after the other if JAX cannot trace f."""
    try:
        return jax.vmap(f)(xs)
    except TypeError:  # JAX's errors about tracers are: a float() or an if within f
        results = [f(x) for x in xs]
        return jax.tree.map(lambda *parts: jnp.stack([jnp.asarray(part) for part in parts]), *results)


def compiled(f: Callable, *static: int) -> Callable:
    """The function compiled as a whole, or as it is if JAX cannot trace it.

    Args:
        f: a function of positional arguments.
        static: places of arguments that are no arrays; f is compiled anew for each of their values.
    """
    whole = jax.jit(f, static_argnums=static)

    def run(*args):
        try:
            return whole(*args)
        except TypeError:  # as in `mapped`
            return f(*args)

    return run
