"""What all figures share: colours, dashes, the style, and the picture in a verdict."""

import io

import matplotlib as mpl
import numpy as np

TRUTH, YOURS, THIRD = "#1b4f8a", "#c8551b", "#4b7f52"  # two fixed roles and one more; told apart in grey too
DASHES = {TRUTH: "-", YOURS: "--", THIRD: ":"}


def use_style() -> None:
    """The look of every figure in the course: legible, light, no chart junk."""
    mpl.rcParams.update(
        {
            "figure.figsize": (7.0, 3.4),
            "figure.dpi": 90,
            "savefig.dpi": 90,
            "figure.constrained_layout.use": True,
            "font.size": 10.5,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": "medium",
            "axes.titleweight": "bold",
            "legend.frameon": False,
            "image.cmap": "viridis",
            "lines.linewidth": 1.8,
        }
    )


def target_and_yours(picture) -> bytes:
    """Target, yours and the difference, as a PNG: what a verdict draws (`checking.compare.Picture`)."""
    from matplotlib.figure import Figure  # no pyplot: a check must leave the notebook's figures alone

    target, yours = (np.asarray(a, dtype=np.float64) for a in (picture.target, picture.yours))
    figure = Figure(figsize=(8.0, 2.5), layout="constrained")
    if picture.x is not None:
        left, right = figure.subplots(1, 2)
        left.plot(picture.x, target, color=TRUTH, linestyle="-", label="target")
        left.plot(picture.x, yours, color=YOURS, linestyle="--", label="yours")
        left.legend()
        right.plot(picture.x, yours - target, color="black", linewidth=1.2)
        right.axhline(0, color="grey", linewidth=0.6)
        for axes, title in ((left, "target and yours"), (right, "yours minus target")):
            axes.set(title=title, xlabel=picture.x_label, ylabel=picture.y_label)
    else:
        panels = figure.subplots(1, 3)
        low, high = (
            float(f([np.nanmin(target), np.nanmin(yours), np.nanmax(target), np.nanmax(yours)])) for f in (min, max)
        )
        for axes, values, title in zip(panels, (target, yours), ("target", "yours"), strict=False):
            image = axes.imshow(values, vmin=low, vmax=high, aspect="auto", interpolation="nearest")
            axes.set(title=title, xlabel=picture.x_label, ylabel=picture.y_label)
        figure.colorbar(image, ax=panels[:2])
        gap = yours - target
        reach = float(np.nanmax(np.abs(gap))) or 1.0
        image = panels[2].imshow(gap, vmin=-reach, vmax=reach, cmap="RdBu", aspect="auto", interpolation="nearest")
        panels[2].set(title="yours minus target", xlabel=picture.x_label)
        figure.colorbar(image, ax=panels[2])
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80)
    return buffer.getvalue()


def signed_area(corners):
    """Of a polygon [n, 2], negative if its corners run clockwise."""
    x, y = corners.T
    return 0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))


def named(name: str, trace, at=None) -> str:
    """The name of a line, with what to try if not all of its values are finite; `at` is the data seen at each."""
    bad = np.flatnonzero(~np.isfinite(np.asarray(trace, np.float64)))
    if not bad.size:
        return name
    if bad[0] == 0:
        return f"{name}: no number from the start; look for NaN in the data and in where it starts"
    where = f"step {bad[0] + 1}" if at is None else f"{at[bad[0]]} data"
    return f"{name}: diverged at {where}; take shorter steps"


def require(good, sentence: str) -> None:
    """Raise a ValueError that says what cannot be drawn, and what to try instead, unless all of `good` holds."""
    if not np.all(good):
        raise ValueError(sentence)
