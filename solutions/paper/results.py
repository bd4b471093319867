"""`docs/results.md`, built from the records of runs: what was run, how it came out, and what was published."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from solutions.nfvi.beta_schedule import beta_schedule
from solutions.paper.run import UPDATES, PaperError

NOT_SEEN = "from memory, no source seen"
# Table 2 of the paper: -log p(x) of the test images in nats, and where the number was read.
PUBLISHED = {
    ("planar", 0): (89.9, "quoted by the reproduction card of pythae"),
    ("planar", 10): (87.5, NOT_SEEN),
    ("planar", 20): (86.5, "quoted in abdulfatir/normalizing-flows, issue 2"),
    ("planar", 40): (85.7, NOT_SEEN),
    ("planar", 80): (85.1, "quoted by a README on variational inference on MNIST"),
    ("nice", 10): (88.6, NOT_SEEN),
    ("nice", 20): (87.9, NOT_SEEN),
    ("nice", 40): (87.3, NOT_SEEN),
    ("nice", 80): (87.2, "quoted by a README on variational inference on MNIST"),
}
# andrehuang/normalizing-flows-reproduce, its logs, the paper's annealing: -elbo and -log p(x) of the test images.
REPRODUCED = {
    ("planar", 0): (98.1, 92.6),
    ("planar", 10): (93.5, 89.0),
    ("planar", 20): (92.3, 88.1),
    ("planar", 40): (91.3, 87.4),
    ("planar", 80): (90.9, 87.1),
    ("nice", 10): (94.6, 90.0),
    ("nice", 20): (93.4, 89.1),
    ("nice", 40): (92.5, 88.4),
    ("nice", 80): (91.9, 88.0),
}

HEAD = """\
# The paper's experiment with images, run again

Built from the records in `docs/paper` by `python -m solutions.paper table`; not to be edited.

Rezende and Mohamed (2015, section 6.2) put a normalizing flow behind the encoder of a model of binary images and ask
what it is worth. `make paper` does the same at the same size: 40 latents, one hidden layer of 400 maxout units with
window 4 in either network, RMSprop with step size 0.00001 and momentum 0.9, 100 images an update, and the annealing
beta_t = min(1, 0.01 + t / 10,000). The encoder puts out what makes the layers of each image differ. The code is built
from the answers of sections 4 to 6: `solutions/paper/model.py`. (Widths, step size and batch are also those of the
reproduction below; the momentum, the window and the schedule were written down without a look at the paper.)

All numbers are nats an image, and lower is better: -elbo is the bound, and -log p(x) its estimate by importance
sampling with draws from q(z | x), from the same draws and for every model alike. Such an estimate of -log p(x) is too
high in the mean, by less the more samples there are. Numbers of several seeds are their mean and their standard
deviation.
"""

TAIL = """\
## What was published

-log p(x) of binarised MNIST after 500,000 updates as the paper has it, and -elbo / -log p(x) of an independent
reproduction (the logs of andrehuang/normalizing-flows-reproduce, the paper's annealing). None of the paper's numbers
was read in the paper itself: the third column says where it was read, if anywhere.

{published}

## What is not as in the paper

- The images are made binary by us: each pixel is ink with the probability that its grey value says, drawn once. The
  draws of the binarised MNIST of the literature are others.
- Our own choices: RMSprop keeps 0.9 of its mean square at each update; the weights start as `init` in
  `solutions/paper/model.py` has them; the network of a NICE layer has 80 hidden units, whose biases come from the
  encoder, while its other weights are the same for all images; coordinates change places at random before each layer.
- A planar layer is kept lawful with m(0) = 0 in place of m(0) = log 2 - 1, so that a layer with u = 0 does nothing.
- A shorter run than the paper's has had beta = 1 for a smaller part of its updates, and its step size is as small.
"""


def read(folder: Path) -> list[dict[str, Any]]:
    """All records of a folder, by name.

    Raises:
        PaperError: a file that is none.
    """
    records = []
    for path in sorted(folder.glob("*.json")):
        try:
            told = json.loads(path.read_text())
            told["test"]["elbo"], told["train"]["elbo"], told["updates"], told["curve"][-1][1]
        except (ValueError, LookupError, TypeError) as error:
            raise PaperError(f"{path} is no record of a run ({error!r}). Remove it, or run it again.") from error
        records.append(told)
    return records


def page(records: Iterable[dict[str, Any]]) -> str:
    """The text of `results.md`."""
    groups: dict[tuple, list] = {}
    for told in records:
        of = told["data"], told["images"], told["updates"], told["samples"], told["learning_rate"]
        groups.setdefault(of, []).append(told)
    parts = [HEAD]
    if not groups:
        parts.append("## Results\n\nNo run has been recorded yet.\n")
    parts += [_section(group) for _, group in sorted(groups.items())]
    rows = [
        (_name(of), f"{number:.1f}", source, "{:.1f} / {:.1f}".format(*REPRODUCED[of]))
        for of, (number, source) in PUBLISHED.items()
    ]
    published = _table(("model", "paper", "where the number was read", "reproduction"), rows)
    return "\n".join([*parts, TAIL.format(published=published)])


def _section(group):
    first = group[0]
    share = 100 * first["updates"] / UPDATES
    models: dict[tuple, dict[int, dict]] = {}
    for told in sorted(group, key=lambda told: (told["flow"] == "nice" and told["K"] > 0, told["K"], told["seed"])):
        models.setdefault(_model(told), {})[told["seed"]] = told
    base = models.get(("planar", 0), {})
    rows = []
    for of, runs in models.items():
        both = sorted(runs.keys() & base.keys()) if of != ("planar", 0) else []
        rows.append((
            _name(of),
            ", ".join(map(str, sorted(runs))),
            _spread([-told["test"]["elbo"] for told in runs.values()]),
            _spread([-told["test"]["log_likelihood"] for told in runs.values()]),
            _spread([_nll(base[s]) - _nll(runs[s]) for s in both]) if both else "",
            _spread([-told["train"]["elbo"] for told in runs.values()]),
            _spread([_fell(told) for told in runs.values()]) if beta_schedule(0.9 * first["updates"]) == 1 else "",
            f"{PUBLISHED[of][0]:.1f}" if of in PUBLISHED else "",
        ))  # fmt: skip
    heads = "model", "seeds", "-elbo", "-log p(x)", "gain", "-elbo, train", "last tenth", "paper, MNIST"
    hours = sum(told["seconds"] for told in group) / 3600
    others = [("learning rate", first["learning_rate"])] if first["learning_rate"] != 1e-5 else []
    beta = float(beta_schedule(first["updates"] - 1))
    others += [("beta of the last update", round(beta, 2))] if beta < 1 else []
    told_others = "".join(f" The {name} was {value:g}." for name, value in others)
    about = (
        f"{first['updates']:,} updates a run, {share:.3g} % of the paper's. {first['test']['images']:,} test images, "
        f"{first['samples']} importance samples for each.{told_others} {_all(group, 'hardware')}; {hours:.1f} hours of "
        f"training in all. {_versions(group)}."
    )
    meaning = (
        "'gain' is by how much -log p(x) is lower than without a flow at the same seed. '-elbo, train' is the bound "
        f"for {first['train']['images']:,} of the images that were learned from. 'last tenth' is by how much the free "
        "energy of the training batches still fell over about the last tenth of the updates, if beta was 1 "
        "by then. The last column is what is published for 500,000 updates on MNIST, with the doubts below."
    )
    title = f"## {first['data']}, {first['updates']:,} updates"
    parts = title, _filled(about), _table(heads, rows), _filled(meaning), _filled(_ordering(models))
    return "\n\n".join(parts) + "\n"


def _model(told):
    return ("planar" if told["K"] == 0 else told["flow"]), told["K"]


def _name(of):
    return "no flow" if of[1] == 0 else f"{'NICE' if of[0] == 'nice' else 'planar'}, K = {of[1]}"


def _nll(told):
    return -told["test"]["log_likelihood"]


def _spread(values):
    if len(values) == 1:
        return f"{values[0]:.2f}"
    return f"{np.mean(values):.2f} ± {np.std(values, ddof=1):.2f}"


def _fell(told):
    curve, updates = told["curve"], told["updates"]
    before = min(curve, key=lambda row: abs(row[0] - 0.9 * updates))
    return before[1] - curve[-1][1]


def _all(group, field):
    return " and ".join(sorted({told[field] for told in group}))


def _versions(group):
    found = {", ".join(f"{name} {told['versions'][name]}" for name in ("python", "jax", "optax")) for told in group}
    return "Versions: " + "; ".join(sorted(found))


def _ordering(models):
    """In words, as it came out."""
    mean = {of: np.mean([_nll(told) for told in runs.values()]) for of, runs in models.items()}
    best = sorted(mean, key=mean.get)
    order = "; ".join(f"{_name(of)} ({mean[of]:.2f})" for of in best)
    told = [f"Ordered by the mean of -log p(x), best first: {order}"]
    for flow in ("planar", "nice"):
        depths = sorted(of for of in models if of[0] == flow or of[1] == 0)
        depths.sort(key=lambda of: of[1])
        seeds = sorted(set.intersection(*(set(models[of]) for of in depths))) if len(depths) > 1 else []
        if seeds:
            falls = sum(bool(np.all(np.diff([_nll(models[of][s]) for of in depths]) < 0)) for s in seeds)
            Ks = ", ".join(str(of[1]) for of in depths)
            told.append(
                f"From each K to the next of {Ks} ({'NICE' if flow == 'nice' else 'planar'}), -log p(x) falls every "
                f"time with {falls} of {len(seeds)} {'seed' if len(seeds) == 1 else 'seeds'}"
            )
    return ". ".join(told) + "."


def _filled(text, width=120):
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


def _table(heads, rows):
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
