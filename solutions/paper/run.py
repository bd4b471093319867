"""One run of the experiment: its data, its training in pieces, its checkpoints, and the record of how it came out.

A run is a pure function of its setting: the rows, the noise and the factor of update t follow from the seed and from t
alone. So it may be stopped and gone on with as often as one likes, and more updates may be asked for later.
"""

import contextlib
import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.sharding import Mesh, NamedSharding, PartitionSpec

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

from dflvi import data, train
from solutions.paper.model import Model, evaluate, free_energy, init

UPDATES = 500_000  # of the paper
PIECE = 200  # updates of one compiled program
BETWEEN_CHECKPOINTS = 60.0  # seconds
DATA = ("mnist", "fashion-mnist", "digits")


class PaperError(RuntimeError):
    """A run that cannot begin or go on. The message says why, what is kept, and what to do."""


class Setting(NamedTuple):
    """All that a run depends on but for how long it is. The defaults are the paper's.

    Fields:
        model: which model.
        data: one of `DATA`.
        seed: of parameters, order of the images and noise. The data are the same for all seeds.
        batch: images an update.
        learning_rate, momentum, decay: of RMSprop. The decay of its mean square is not in the paper.
    """

    model: Model
    data: str
    seed: int
    batch: int = 100
    learning_rate: float = 1e-5
    momentum: float = 0.9
    decay: float = 0.9

    @property
    def name(self) -> str:
        """What the files of the run are called."""
        return f"{self.data}-{self.model.flow}-{self.model.K}-seed-{self.seed}"

    @property
    def title(self) -> str:
        """What the run is called in words."""
        return f"{self.data}, {self.model.flow} K = {self.model.K}, seed {self.seed}"


class Run(NamedTuple):
    """Where a run stands.

    Fields:
        state: parameters, and what RMSprop remembers.
        done: updates so far.
        seconds: of training so far.
        curve: [pieces, 2], after how many updates, and the mean free energy of those since the row before.
    """

    state: Any
    done: int
    seconds: float
    curve: np.ndarray


# ---- data -------------------------------------------------------------------------------------


@cache
def images(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Binary images to learn from and to be judged by, uint8 [N, 784] and [M, 784].

    A pixel is ink with the probability that its grey value says. It is drawn once, with the same numbers for every run,
    as in the binarised MNIST of the literature (whose draws these are not). "digits" are the 5,000 that come with the
    course: 4,000 to learn from and 1,000 others.

    Raises:
        DataError: a set that cannot be had, with what to do.
    """
    if name == "digits":
        grey, _ = data.load_mnist()
        grey = grey[:4000], grey[4000:]
    else:
        grey = data.fetch_full(name)[0], data.fetch_full(name, "test")[0]
    rng = np.random.default_rng(0)
    binary = tuple((rng.random(part.shape, np.float32) * 255 < part).astype(np.uint8) for part in grey)
    for part in binary:
        data.expect_binary(part)
    return binary


# ---- updates ----------------------------------------------------------------------------------


def devices_for(batch: int, wanted: int | None = None) -> list[jax.Device]:
    """The devices that share each batch evenly: as many as wanted, else as many of those at hand as can.

    Raises:
        PaperError: more than there are, or a number that does not divide the batch.
    """
    there = jax.devices()
    if wanted is None:
        wanted = max(n for n in range(1, len(there) + 1) if batch % n == 0)
    if not 1 <= wanted <= len(there):
        raise PaperError(f"--devices {wanted}: there {'is 1 device' if len(there) == 1 else f'are {len(there)}'}.")
    if batch % wanted:
        fits = [n for n in range(1, len(there) + 1) if batch % n == 0]
        raise PaperError(
            f"--devices {wanted}: {batch} images cannot be shared evenly. Take one of {', '.join(map(str, fits))}."
        )
    return there[:wanted]


def on_all(devices: Iterable[jax.Device]) -> NamedSharding:
    """The sharding of what every device holds in full: parameters, state, data."""
    return NamedSharding(Mesh(np.array(devices), ("images",)), PartitionSpec())


@cache
def optimizer(setting: Setting) -> optax.GradientTransformation:
    """RMSprop with momentum. What keeps it from dividing by 0 stands beside the root and is too small to matter."""
    return optax.rmsprop(setting.learning_rate, setting.decay, 1e-8, eps_in_sqrt=False, momentum=setting.momentum)


@cache
def loss(model: Model, devices: tuple[jax.Device, ...]) -> Callable:
    """The free energy as a function for `train.run_steps`, with the rows of a batch shared among devices.

    This one constraint is all: parameters are everywhere, rows are not, so XLA lets each device carry its own rows
    through the networks and adds up gradients at the end.
    """
    rows = NamedSharding(on_all(devices).mesh, PartitionSpec("images"))

    def of(params, key, x, t):
        return free_energy(model, params, key, jax.lax.with_sharding_constraint(x, rows), t)

    return of


@partial(jax.jit, static_argnames=("setting", "devices", "length"), donate_argnames="state")
def piece(
    setting: Setting, devices: tuple[jax.Device, ...], length: int, seed: int, state: Any, t: int, X: jax.Array
) -> tuple[Any, jax.Array]:
    """Updates t, t + 1, ... of a run: the state after them, and the mean of their losses. Uses up the old state.

    The seed is given apart, and that of the setting is not looked at: so one program serves all seeds. The mean is nan
    where a parameter is no number any more.
    """
    _, key_of_order, key_of_noise, _ = _keys(seed)
    ts = t + jnp.arange(length)
    keys = jax.vmap(partial(jax.random.fold_in, key_of_noise))(ts)
    of, rmsprop = loss(setting.model, devices), optimizer(setting._replace(seed=0))
    state, losses = train.run_steps(of, rmsprop, setting.batch, True, state, ts, keys, X, key_of_order)
    finite = jnp.all(jnp.stack([jnp.all(jnp.isfinite(leaf)) for leaf in jax.tree.leaves(state[0])]))
    mean = jnp.where(finite, jnp.mean(losses), jnp.nan)
    return jax.lax.with_sharding_constraint(state, on_all(devices)), mean


def begun(setting: Setting, pixels: int) -> Run:
    """A run before its first update."""
    state = _first_state(setting._replace(seed=0), setting.seed, pixels)
    return Run(state, 0, 0.0, np.zeros((0, 2)))


@partial(jax.jit, static_argnames=("setting", "pixels"))
def _first_state(setting, seed, pixels):
    params = init(_keys(seed)[0], setting.model, pixels)
    return params, optimizer(setting).init(params)


def _keys(seed):
    """For the first parameters, the order of the images, the noise, and the rulers."""
    return jax.random.split(jax.random.key(seed), 4)


def train_until(
    setting: Setting, run: Run, updates: int, X: np.ndarray, devices: tuple[jax.Device, ...],
    keep: Callable[[Run], None], deadline: float = float("inf"), say: Callable[[Run], None] = lambda run: None,
) -> Run:  # fmt: skip
    """Go on with a run until it has so many updates, or until the clock (`time.monotonic`) passes the deadline.

    Args:
        setting: of the run.
        run: where it stands; its state is used up.
        updates: how many it shall have.
        X: what it learns from.
        devices: that share each batch.
        keep: is called with the run about once a minute and at the end.
        deadline: when to stop, at the end of the piece that is under way.
        say: is called with the run after each piece.

    Raises:
        PaperError: a free energy that is no number any more.
    """
    everywhere = on_all(devices)
    any_seed = setting._replace(seed=0)
    state, X = jax.device_put(run.state, everywhere), jax.device_put(X, everywhere)
    run, kept_at, kept = run._replace(state=state), time.monotonic(), run.done
    while run.done < updates and time.monotonic() < deadline:
        length, start = min(PIECE, updates - run.done), time.perf_counter()
        state, mean = piece(any_seed, devices, length, setting.seed, run.state, run.done, X)
        done, mean = run.done + length, float(mean)
        run = Run(state, done, run.seconds + time.perf_counter() - start, np.vstack([run.curve, [done, mean]]))
        if not np.isfinite(mean):
            raise PaperError(
                f"{setting.title}: the free energy is no number any more between updates {done - length:,} and "
                f"{done:,}. Update {kept:,} is kept. A learning rate a tenth as large is the usual cure; it is "
                "another run, so give it another folder with --runs."
            )
        say(run)
        if time.monotonic() - kept_at > BETWEEN_CHECKPOINTS:
            keep(run)
            kept_at, kept = time.monotonic(), run.done
    if run.done > kept:
        keep(run)
    return run


# ---- checkpoints ------------------------------------------------------------------------------


def configuration(setting: Setting, X: np.ndarray) -> dict[str, Any]:
    """What two runs must have in common for one to go on from the other's checkpoint."""
    fields = setting._asdict()
    return fields.pop("model")._asdict() | fields | {"images": hashlib.sha256(X.tobytes()).hexdigest()[:16]}


def save(path: Path, config: dict[str, Any], run: Run) -> None:
    """Write a checkpoint in the place of the one before, which stays beside it as `NAME.before.npz`."""
    leaves = {f"leaf_{i}": np.asarray(leaf) for i, leaf in enumerate(jax.tree.leaves(run.state))}
    rest = {"config": json.dumps(config), "done": run.done, "seconds": run.seconds, "curve": run.curve}
    write(path, lambda file: np.savez(file, **rest, **leaves), before=_before(path),
          lost=f"Update {run.done:,} could not be kept; the checkpoint before it is whole.")  # fmt: skip


def load(path: Path, config: dict[str, Any], start: Run) -> Run:
    """The run that a checkpoint holds, or `start` where there is none. Where only the one before is left, that.

    Raises:
        PaperError: a checkpoint that is cut off, or of another configuration. Nothing is changed.
    """
    for place in (path, _before(path)):
        if not place.exists():
            continue
        try:
            return _read(place, config, start)
        except PaperError:
            raise
        except Exception as error:  # what NumPy and zipfile say of damaged files, and of some they say nothing else
            remedy = _remedy(place, path, config, start)
            raise PaperError(f"{place} is cut off or damaged ({type(error).__name__}). {remedy}") from error
    return start


def _remedy(place, path, config, start):
    before = _before(path)
    if place == before or not before.exists():
        return f"Remove {place.name} to begin anew."
    try:
        done = _read(before, config, start).done
    except Exception:
        return f"Remove {path.name} and {before.name} to begin anew."
    return f"{before} beside it is whole, at update {done:,}: remove {path.name} to go on from there."


def _read(place, config, start):
    with place.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        if other := _differences(json.loads(str(file["config"])), config):
            raise PaperError(
                f"{place} is of another run: {other}. Ask for the same, or name another folder with --runs."
            )
        leaves, tree = jax.tree.flatten(start.state)
        read = [file[f"leaf_{i}"] for i in range(len(leaves))]
        for a, b in zip(read, leaves, strict=True):
            if (a.shape, a.dtype) != (b.shape, b.dtype):
                raise ValueError(f"an array of {a.dtype} {a.shape} where {b.dtype} {b.shape} is expected")
        return Run(jax.tree.unflatten(tree, read), int(file["done"]), float(file["seconds"]), file["curve"])


def _differences(there, here):
    return ", ".join(
        f"{key} is {there.get(key)} there and {value} here" for key, value in here.items() if there.get(key) != value
    )


def _before(path):
    return path.with_name(f"{path.stem}.before{path.suffix}")


def write(path: Path, content: Callable[[Any], None], lost: str, before: Path | None = None) -> None:
    """Write a file beside its place, and put it there when it is whole.

    Args:
        path: its place.
        content: writes it to an open binary file.
        lost: what it means if this fails, a sentence.
        before: where to keep what was in the place until now.

    Raises:
        PaperError: the disk is full or may not be written. What was in the place is still there.
    """
    # Checkpoints of a run have one writer at a time; results.md may have two.
    beside = path.with_name(f".{path.name}.new" if before else f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            content(file)
            file.flush()
            os.fsync(file.fileno())
        if before and path.exists():
            os.replace(path, before)
        os.replace(beside, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise PaperError(
            f"{path} cannot be written: {error.strerror or error}. {lost} Make room, or name another folder, and give "
            "the same command again."
        ) from error


# ---- how it came out --------------------------------------------------------------------------


def rulers(
    setting: Setting, params: Any, X: np.ndarray, samples: int, say: Callable[[int], None] = lambda done: None
) -> dict[str, float]:
    """Bound and log-likelihood of images in nats, means over them, with standard errors over images."""
    key, at_a_time, found = _keys(setting.seed)[3], 500, []
    for n in range(0, len(X), at_a_time):
        found.append(evaluate(setting.model, jax.random.fold_in(key, n), params, X[n : n + at_a_time], samples))
        jax.block_until_ready(found[-1])
        say(min(n + at_a_time, len(X)))
    elbo, log_likelihood = (np.concatenate(part).astype(np.float64) for part in zip(*found, strict=True))
    told = {"images": len(X)}
    for name, values in (("elbo", elbo), ("log_likelihood", log_likelihood)):
        told |= {name: round(float(values.mean()), 3), f"{name}_se": round(float(values.std() / len(X) ** 0.5), 3)}
    return told


def record(
    setting: Setting, run: Run, samples: int, devices: tuple[jax.Device, ...], judged: dict[str, Any],
    config: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """All that is to be known of a finished run, ready for JSON."""
    model = setting.model
    command = f"python -m solutions.paper train --data {setting.data} --{model.flow} {model.K} --seeds {setting.seed}"
    command += f" --updates {run.done} --samples {samples}"
    if setting.learning_rate != Setting._field_defaults["learning_rate"]:
        command += f" --learning-rate {setting.learning_rate}"
    every = max(1, len(run.curve) // 20)
    return {
        "command": command,
        **config,
        "updates": run.done,
        "samples": samples,
        **judged,
        "curve": [[int(t), round(float(value), 2)] for t, value in run.curve[::-1][::every][::-1]],
        "seconds": round(run.seconds),
        "hardware": hardware(devices),
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("dflvi", "jax", "jaxlib", "numpy", "optax")},
    }


def hardware(devices: tuple[jax.Device, ...]) -> str:
    """The class of the hardware: "CPU, 2 cores", "1 x NVIDIA H100"."""
    if devices[0].platform == "cpu":
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        counted = f"CPU, {cores} core{'s' if cores != 1 else ''}"
        return counted if len(devices) == 1 else f"{counted} as {len(devices)} devices"
    return f"{len(devices)} x {devices[0].device_kind}"


def one(
    setting: Setting, updates: int, samples: int, runs: Path, records: Path, devices: tuple[jax.Device, ...],
    deadline: float = float("inf"), out: Any = None,
) -> bool:  # fmt: skip
    """Carry a run on, judge it when its updates are done, and write its record.

    A run that another process is at is left to it, so that the same command given twice shares the work.

    Args:
        setting: of the run.
        updates: how many it shall have.
        samples: of importance sampling, for each image.
        runs: folder of the checkpoints.
        records: folder of the records.
        devices: that share each batch.
        deadline: when to stop (`time.monotonic`).
        out: where to say what happens.

    Returns:
        False where time was up before the record was there.

    Raises:
        PaperError: a checkpoint or record that is not of this run, trouble with the disk, a run that diverges.
        DataError: images that cannot be had.
    """
    out = out or sys.stdout
    place, checkpoint = records / f"{setting.name}-{updates}-updates.json", runs / f"{setting.name}.npz"
    X, test = images(setting.data)
    config = configuration(setting, X)
    if _is_there(place, config, samples):
        print(f"{setting.title}: {place} is there.", file=out)
        return True
    with _alone(checkpoint) as alone:
        if not alone:
            print(f"{setting.title}: another process is at it.", file=out)
            return True
        run = _trained(setting, updates, X, checkpoint, config, devices, deadline, out)
        if run.done < updates or time.monotonic() > deadline:
            where = f"at update {run.done:,} of {updates:,}"
            print(f"{setting.title}: stopped {where}; the same command goes on.", file=out)
            return False
        judged, line, params = {}, Line(out), jax.device_put(run.state[0], devices[0])
        for name, part in (("test", test), ("train", X[:1000])):
            judged[name] = rulers(setting, params, part, samples, lambda n, name=name, part=part: line.show(
                f"{setting.title}: {name} images {n:,} of {len(part):,}, {samples} samples each"))  # fmt: skip
        line.end()
        told = record(setting, run, samples, devices, judged, config)
        write(place, lambda file: file.write(as_json(told).encode()), lost="The checkpoint is whole.")
    print(f"{setting.title}: {updates:,} updates, elbo {judged['test']['elbo']:.2f}, "
          f"log p(x) {judged['test']['log_likelihood']:.2f} on the test images.", file=out)  # fmt: skip
    return True


def _trained(setting, updates, X, checkpoint, config, devices, deadline, out):
    run = load(checkpoint, config, begun(setting, X.shape[1]))
    if run.done > updates:
        raise PaperError(
            f"{checkpoint} is at update {run.done:,} already, further than --updates {updates:,}. Ask for at least as "
            "many, or name another folder with --runs."
        )
    if run.done:
        print(f"{setting.title}: going on from update {run.done:,}.", file=out)
    compiled, line = [], Line(out)  # the run after its first piece, when there was something to compile

    def say(run):
        text = f"{setting.title}: update {run.done:,} of {updates:,}, free energy {run.curve[-1, 1]:.2f}"
        if compiled:
            rate = (run.done - compiled[0].done) / (run.seconds - compiled[0].seconds)
            text += f", {rate:.0f} a second, {duration((updates - run.done) / rate)} left"
        else:
            compiled.append(run._replace(state=None))
        line.show(text)

    try:
        return train_until(setting, run, updates, X, devices, partial(save, checkpoint, config), deadline, say)
    finally:
        line.end()


@contextlib.contextmanager
def _alone(checkpoint):
    """Whether no other process is at this run, and none will be meanwhile. The system forgets it if we are killed."""
    if fcntl is None:
        yield True
        return
    try:
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        file = checkpoint.with_name(f".{checkpoint.stem}.lock").open("w")
    except OSError as error:
        said = f"{checkpoint} cannot be written: {error.strerror}. Name another folder with --runs."
        raise PaperError(said) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


def as_json(told: dict[str, Any]) -> str:
    """A record as it is written: a field a line."""
    lines = (f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in told.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _is_there(place, config, samples):
    if not place.exists():
        return False
    try:
        told = json.loads(place.read_text())
        other = _differences(told, config)
    except (ValueError, AttributeError):
        raise PaperError(f"{place} is no record. Remove it; the run itself is kept.") from None
    if other:
        raise PaperError(f"{place} is of another run: {other}. Name another folder with --records.")
    return told.get("samples") == samples


def duration(seconds: float) -> str:
    """Seconds in words: "40 s", "12 min", "3 h 20 min"."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"


class Line:
    """A line that is written over in a terminal, and written anew once a minute in a file."""

    def __init__(self, out: Any):
        self.out, self.at, self.shown = out, float("-inf"), 0

    def show(self, text: str) -> None:
        """Show how far it is."""
        terminal = self.out.isatty()
        if time.monotonic() - self.at < (0.5 if terminal else 60):
            return
        self.at = time.monotonic()
        print(f"\r{text:<{self.shown}}" if terminal else text, end="" if terminal else "\n", file=self.out, flush=True)
        self.shown = len(text) if terminal else 0

    def end(self) -> None:
        """Wipe it off the terminal."""
        if self.shown:
            print(f"\r{'':<{self.shown}}\r", end="", file=self.out, flush=True)
        self.shown = 0
