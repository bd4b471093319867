"""Rezende and Mohamed's experiment with images at its own size: `python -m solutions.paper train`, or `make paper`."""

import argparse
import math
import sys
import time
from pathlib import Path

from dflvi.data import DataError
from solutions.paper import results
from solutions.paper.model import Model
from solutions.paper.run import DATA, UPDATES, PaperError, Setting, devices_for, one, write

ROOT = Path(__file__).parent.parent.parent
RECORDS, RUNS = ROOT / "docs" / "paper", ROOT / "runs"


def main(argv: list[str] | None = None) -> int:
    """Carry out a command. 0: done, or stopped when its minutes were over; 1: stopped by trouble; 2: cannot begin."""
    words = sys.argv[1:] if argv is None else argv
    parser = _parser()
    given = parser.parse_args(words)
    if given.command == "train" and not given.planar + given.nice:
        parser.error("Nothing to train: name a number of layers, --planar 10 for example.")
    try:
        return _train(given) if given.command == "train" else _table(given)
    except DataError as error:
        print(f"{error} Or take --data digits.", file=sys.stderr)
        return 2
    except PaperError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The last checkpoint is kept; the same command goes on from there.", file=sys.stderr)
        return 130


def _train(given) -> int:
    models = [Model("planar", K) for K in given.planar] + [Model("nice", K) if K else Model() for K in given.nice]
    settings = [Setting(model, given.data, seed, learning_rate=given.learning_rate)
                for seed in given.seeds for model in dict.fromkeys(models)]  # fmt: skip
    deadline = time.monotonic() + 60 * given.minutes
    devices = tuple(devices_for(settings[0].batch, given.devices))
    for setting in settings:
        if not one(setting, given.updates, given.samples, given.runs, given.records, devices, deadline):
            return 0
        _table(given)
    return 0


def _table(given) -> int:
    place = given.records.parent / "results.md"
    text = results.page(results.read(given.records)).encode()
    if place.exists() and place.read_bytes() == text:
        return 0
    write(place, lambda file: file.write(text), lost="The records are kept.")
    print(f"{place} is written.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m solutions.paper", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="train | table")
    new = commands.add_parser(
        "train", help="train every model with every seed, judge it, write its record and results.md",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )  # fmt: skip
    new.add_argument("--data", choices=DATA, default="mnist", help="digits: the 5,000 that come with the course")
    new.add_argument("--planar", type=_from_zero, nargs="*", default=[0, 10, 20, 40, 80], metavar="K", help="layers")
    new.add_argument("--nice", type=_from_zero, nargs="*", default=[10, 20, 40, 80], metavar="K", help="layers")
    new.add_argument("--seeds", type=_from_zero, nargs="+", default=[1, 2, 3], metavar="SEED", help="a run each")
    new.add_argument("--updates", type=_from_one, default=UPDATES, help="how many each run shall have")
    new.add_argument("--minutes", type=_positive, default=math.inf, help="stop after so many; the same command goes on")
    new.add_argument("--samples", type=_from_one, default=200, help="importance samples for each image")
    new.add_argument("--learning-rate", type=_positive, default=1e-5, help="of RMSprop")
    new.add_argument("--devices", type=_from_one, default=None, help="that share a batch; None: all that can")
    new.add_argument("--runs", type=Path, default=RUNS, help="folder of the checkpoints")
    table = commands.add_parser("table", help="write results.md anew from the records")
    for command in (new, table):
        command.add_argument("--records", type=Path, default=RECORDS, help="folder; results.md is written beside it")
    return parser


def _from_zero(text):
    return _at_least(0, text)


def _from_one(text):
    return _at_least(1, text)


def _at_least(least, text):
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
    if value < least:
        raise argparse.ArgumentTypeError(f"{value} is less than {least}")
    return value


def _positive(text):
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no number") from None
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text} is not more than 0")
    return value


if __name__ == "__main__":
    raise SystemExit(main())
