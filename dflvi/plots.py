"""Figures of the notebooks. Each returns its Axes, labels them with units, and tells curves apart without colour."""

import io

import jax
import matplotlib as mpl
import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.patheffects import withStroke

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


# ---- 1  conjugacy -----------------------------------------------------------------------------


def affine_image(A, b, logpdf):
    """Where y = A x + b puts a grid of cells and the unit circle; the colour of a cell is its density p(y).

    Args:
        A: a matrix [2, 2], or a dict of them with names, one panel each.
        b: the shift, [2].
        logpdf: (y, A, b) -> log p(y) of one point.

    Returns:
        one Axes a panel, in a list. Titles give the area of a carried cell over that of the cell it was;
        the arrows are the columns of the matrix.
    """
    import matplotlib.pyplot as plt

    maps = A if isinstance(A, dict) else {"": A}
    maps = {name: np.asarray(one, np.float32) for name, one in maps.items()}
    b = np.asarray(b, np.float32)
    lower = np.stack(np.meshgrid(*2 * [np.linspace(-2, 1.6, 10)]), axis=-1).reshape(-1, 1, 2)
    cells = lower + 0.4 * np.array([[0, 0], [1, 0], [1, 1], [0, 1]])  # [cell, corner, 2]
    angles = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    corners = {name: cells @ one.T + b for name, one in maps.items()}
    density = {}
    for name, one in maps.items():
        centres = corners[name].mean(axis=1).astype(np.float32)
        density[name] = np.exp(jax.vmap(logpdf, in_axes=(0, None, None))(centres, one, b))
    highest = max(values.max() for values in density.values())
    reach = 1.05 * np.abs(np.concatenate(list(corners.values())) - b).max(axis=(0, 1))
    size = (3.2 * len(maps) + 0.9, 3.2 * reach[1] / reach[0] + 1.0)
    figure, panels = plt.subplots(1, len(maps), figsize=size, sharey=True, squeeze=False)
    for axes, (name, one) in zip(panels[0], maps.items(), strict=True):
        patches = PolyCollection(corners[name], array=density[name], edgecolor="white", linewidth=0.5)
        patches.set_clim(0, highest)
        axes.add_collection(patches)
        dots = {"color": "white", "markersize": 4, "markeredgecolor": "black", "markeredgewidth": 0.4}
        axes.plot(*(circle @ one.T + b).T, "o", **dots)
        for label, column in enumerate(one.T, 1):
            axes.annotate("", b + column, b, arrowprops={"arrowstyle": "->", "linewidth": 2, "color": YOURS})
            away = b + column * (1 + 0.35 / np.linalg.norm(column))
            text = axes.text(*away, label, color="white", ha="center", va="center")
            text.set_path_effects([withStroke(linewidth=2, foreground="black")])
        area = _signed_area(corners[name][0]) / _signed_area(cells[0])
        title = f"{name}: area x {abs(area):.2f}" + (", mirrored" if area < 0 else "")
        axes.set(title=title.removeprefix(": "), xlabel="$y_1$", aspect="equal")
        axes.set(xlim=(b[0] - reach[0], b[0] + reach[0]), ylim=(b[1] - reach[1], b[1] + reach[1]))
    panels[0, 0].set_ylabel("$y_2$")
    figure.colorbar(patches, ax=panels[0], shrink=0.85, label="density, per unit area")
    return list(panels[0])


def _signed_area(corners):
    """Of a polygon [n, 2], negative if its corners run clockwise."""
    x, y = corners.T
    return 0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))


def gradient_terms(terms: dict, truth: float, axes=None):
    """Histograms of the terms that estimators of one gradient average, with the true gradient marked.

    Args:
        terms: name of an estimator -> its terms, [n]. Up to three are told apart.
        truth: the true gradient, the mean of each of them.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    terms = {name: np.asarray(values, dtype=np.float64) for name, values in terms.items()}
    low, high = np.quantile(np.concatenate(list(terms.values())), [0.001, 0.999])
    bins = np.linspace(min(low, truth - 1), max(high, truth + 1), 101)
    looks = ((YOURS, "--"), (THIRD, ":"), ("0.25", "-."))
    for (name, values), (color, dash) in zip(terms.items(), looks, strict=False):
        label = f"{name}: standard deviation {values.std():.1f}"
        counts, _ = np.histogram(values, bins)
        density = counts / (len(values) * (bins[1] - bins[0]))
        axes.stairs(density, bins, fill=True, alpha=0.12, color=color)
        axes.stairs(density, bins, color=color, linestyle=dash, linewidth=1.6, label=label)
    axes.axvline(truth, color=TRUTH, linewidth=1.4, label=f"true gradient: {truth:g}")
    axes.set(xlabel=r"one term (units of the gradient, $E[X^2]$ per unit of $\mu$)")
    axes.set(yscale="log", ylim=(1e-4, 2), ylabel="density (log scale)")
    axes.legend()
    return axes


# ---- 2  cavi ----------------------------------------------------------------------------------


def q_and_joint(z, q, joint, axes=None):
    """A density q(z) and, as a function of z, the joint p(z, x) at the observed x, with the areas under both.

    Args:
        z: a fine grid, [n].
        q: its density there, [n].
        joint: p(z, x), [n].
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    z, q, joint = (np.asarray(values, np.float64) for values in (z, q, joint))
    axes.fill_between(z, joint, color=TRUTH, alpha=0.15)
    for values, color, name in ((joint, TRUTH, "p(z, x)"), (q, YOURS, "q(z)")):
        label = f"{name}, area {np.trapezoid(values, z):.3g}"
        axes.plot(z, values, color=color, linestyle=DASHES[color], label=label)
    axes.set(xlabel="z", ylabel="density", ylim=(0, None), xlim=(z[0], z[-1]))
    axes.legend()
    return axes


def sliding_below_zero(scale, values: dict, axes=None):
    """Quantities in nats as a scale shrinks, from left to right; where no KL divergence can be is shaded.

    Args:
        scale: standard deviations, [n].
        values: name -> a quantity for each of them, [n]. Up to three are told apart.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    for (name, one), color, mark in zip(values.items(), (YOURS, TRUTH, THIRD), "os^", strict=False):
        axes.plot(scale, one, color=color, linestyle=DASHES[color], marker=mark, markersize=4, label=name)
    low = min(-0.5, 1.2 * min(float(np.min(one)) for one in values.values()))
    axes.axhspan(low, 0, color="0.92", zorder=0)
    axes.axhline(0, color="0.4", linewidth=0.8)
    axes.text(0.02, 0.05, "no KL divergence is ever here", transform=axes.transAxes, color="0.3")
    axes.set(xscale="log", xlabel="standard deviation of prior and noise (log scale, shrinking)")
    axes.set(xlim=(np.max(scale) * 1.1, np.min(scale) / 1.1), ylim=(low, -1.5 * low), ylabel="nats")
    axes.legend(loc="upper left")
    return axes


def mixture(x, result, log_density=None, *, centre=0.0, unit="", axes=None):
    """Data and what coordinate ascent makes of them: component densities, and what q says of their means.

    Each component is a numbered curve, N(m_k, 1) times its share of the data; together they smooth the
    histogram. The strip of its colour is m_k plus and minus two posterior standard deviations. Each datum
    is a tick below the axis, in a mixture of the colours that follows its responsibilities.

    Args:
        x: data, [N].
        result: a CaviResult, or anything whose first three parts are m, s2 and phi.
        log_density: x_new [M] -> log predictive density, drawn if given.
        centre: what was subtracted from the data, added again for the axis.
        unit: of x, for the axis.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.6, 3.6))[1]
    parts = tuple(result.values()) if isinstance(result, dict) else tuple(result)
    x, m, s2, phi = (np.asarray(part, np.float64) for part in (x, *parts[:3]))
    grid = np.linspace(x.min() - 3, x.max() + 3, 600)
    colors = plt.get_cmap("tab10").colors
    bins = np.arange(np.floor(grid[0]), np.ceil(grid[-1]) + 0.5, 0.5)
    axes.hist(x + centre, bins + centre, density=True, color="0.87", label="data")
    heights = phi.mean(axis=0) / np.sqrt(2 * np.pi)
    shown = np.array([colors[k % 10] for k in range(len(m))])
    spreads = 2 * np.sqrt(s2)
    for k, (place, height, spread, color) in enumerate(zip(m, heights, spreads, shown, strict=True)):
        curve = height * np.exp(-0.5 * (grid - place) ** 2)
        axes.axvspan(place + centre - spread, place + centre + spread, color=color, alpha=0.3)
        axes.plot(grid + centre, curve, color=color, linewidth=1.4)
        text = axes.text(place + centre, height, k + 1, ha="center", va="bottom", weight="bold")
        text.set_path_effects([withStroke(linewidth=3, foreground="white")])
    if log_density is not None:
        density = np.exp(np.asarray(log_density(grid.astype(np.float32)), np.float64))
        axes.plot(grid + centre, density, color="black", linestyle="--", label="predictive density")
    top = axes.get_ylim()[1]
    mixed = np.clip(phi @ shown, 0, 1)
    axes.vlines(x + centre, -0.05 * top, -0.01 * top, color=mixed, linewidth=1)
    axes.axhline(0, color="0.4", linewidth=0.8)
    per = f"density, per {unit}" if unit else "density, per unit of x"
    axes.set(xlabel=f"x ({unit})" if unit else "x", ylabel=per, ylim=(-0.06 * top, 1.08 * top))
    axes.set(xlim=(grid[0] + centre, grid[-1] + centre))
    axes.legend(loc="upper right")
    return axes


def elbo_traces(traces: dict, *, best=None, axes=None):
    """The ELBO against the number of sweeps or steps (log scale), one line for each trace.

    Args:
        traces: name -> ELBO after each iteration, [n]. Up to five are told apart.
        best: a level to mark, in nats.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    colors, dashes = (YOURS, TRUTH, THIRD, "0.3", "0.5"), ("--", "-", ":", "-.", "-")
    for (name, trace), color, dash, marker in zip(traces.items(), colors, dashes, "os^vd", strict=False):
        at = np.arange(1, len(trace) + 1)
        every = list(np.unique(np.geomspace(1, len(at), 12).astype(int)) - 1)
        axes.plot(at, trace, dash, color=color, marker=marker, markersize=4.5, markevery=every, label=name)
    if best is not None:
        axes.axhline(best, color="0.4", linewidth=0.8)
        axes.text(1, best, f"{best:.1f}", va="bottom", color="0.3")
    axes.set(xscale="log", xlabel="sweeps or steps (log scale)", ylabel="ELBO (nats)")
    axes.legend(loc="best" if len(traces) > 1 else "lower right")
    return axes


def optima(elbos, axes=None):
    """The ELBO that each of several starts ends at, in order, with a line for each distinct value.

    Args:
        elbos: final ELBO of each start, [n].
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.0, 2.8))[1]
    values = np.sort(np.asarray(elbos, np.float64))[::-1]
    new = np.concatenate([[True], np.abs(np.diff(values)) > 0.1])
    for level, count in zip(values[new], np.diff(np.append(np.flatnonzero(new), len(values))), strict=True):
        axes.plot([0, len(values) + 0.4], [level, level], color="0.8", linewidth=0.8, zorder=0)
        times = f"{count} of {len(values)} starts"
        axes.text(len(values) + 0.6, level, f"{level:.1f}: {times}", va="center", fontsize=9.5)
    axes.plot(np.arange(1, len(values) + 1), values, "o", color=YOURS, markersize=5)
    axes.set(xlabel="start, best first", ylabel="final ELBO (nats)", xlim=(0, len(values) * 1.32))
    return axes


# ---- 4  vae -----------------------------------------------------------------------------------


def digits(**rows):
    """Rows of images [n, 784], each named by its keyword: ink is dark.

    Returns:
        the Axes of each row, in a list.
    """
    import matplotlib.pyplot as plt

    n = max(len(images) for images in rows.values())
    figure, panels = plt.subplots(len(rows), 1, figsize=(0.72 * n, 0.95 * len(rows)), squeeze=False)
    for axes, (name, images) in zip(panels[:, 0], rows.items(), strict=True):
        tiles = np.asarray(images, np.float64).reshape(len(images), 28, 28)
        axes.imshow(np.hstack(tiles), cmap="Greys", vmin=0, vmax=tiles.max(), interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.set_ylabel(name, rotation=0, ha="right", va="center")
        axes.spines[:].set_visible(False)
    return list(panels[:, 0])


def by_class(mu, logvar, labels):
    """What an encoder puts out for images of ten classes, and the values of its log-variances.

    Args:
        mu: means [n, d], drawn along the two directions in which they vary most, an image as its digit.
        logvar: log-variances [n, d], drawn likewise.
        labels: [n], 0 to 9.

    Returns:
        three Axes. The titles of the first two tell how often the nearest of the other images, in all d
        coordinates, has the class of the image.
    """
    import matplotlib.pyplot as plt

    labels = np.asarray(labels)
    figure, panels = plt.subplots(1, 3, figsize=(10.5, 3.8), width_ratios=(4, 4, 2.6))
    colors = plt.get_cmap("tab10").colors
    for axes, name, values in zip(panels, ("means", "log-variances"), (mu, logvar), strict=False):
        values = np.asarray(values, np.float64)
        centred = values - values.mean(axis=0)
        plane = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
        for label in range(10):
            style = {"color": colors[label], "s": 22, "linewidth": 0.3, "marker": f"${label}$"}
            axes.scatter(*plane[labels == label].T, **style)
        distances = np.sum((centred[:, None] - centred) ** 2, axis=-1)
        np.fill_diagonal(distances, np.inf)
        share = np.mean(labels[distances.argmin(axis=1)] == labels)
        axes.set_title(f"{name}: {100 * share:.0f} % have a\nnearest neighbour of their class")
        axes.set(xlabel="first main direction", ylabel="second main direction")
    values = np.asarray(logvar, np.float64).ravel()
    panels[2].hist(values, bins=40, color=YOURS, alpha=0.5)
    panels[2].axvline(0, color=TRUTH, linestyle=DASHES[TRUTH])
    panels[2].set(xlabel="log-variance, all coordinates", ylabel="count")
    panels[2].set_title("log-variances\n(line: the prior's)")
    return list(panels)


# ---- 5  flows ---------------------------------------------------------------------------------


def grid_carried(f, reach=2.0):
    """A grid of squares before and after the map f of the plane, with three squares shaded and their areas.

    Args:
        f: a point [2] -> a point [2], written in JAX.
        reach: the grid covers [-reach, reach] squared.

    Returns:
        two Axes.
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(6.4, 4.8), sharex=True, sharey=True)
    ticks, fine = np.linspace(-reach, reach, 11), np.linspace(-reach, reach, 201)
    lines = [np.stack([np.full_like(fine, t), fine], axis=-1) for t in ticks]
    lines += [line[:, ::-1] for line in lines]
    square, t = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]), np.linspace(0, 1, 41)[:-1, None]
    sides = zip(square, np.roll(square, -1, axis=0), strict=True)
    outline = np.concatenate([(1 - t) * a + t * b for a, b in sides])
    cells = [ticks[[i, j]] + (ticks[1] - ticks[0]) * outline for i, j in ((1, 7), (5, 2), (8, 6))]
    for axes, carry, title in zip(panels, (np.asarray, jax.vmap(f)), ("before", "after"), strict=True):
        for line in lines:
            axes.plot(*np.asarray(carry(line)).T, color="0.6", linewidth=0.8)
        for cell, color, hatch in zip(cells, (TRUTH, YOURS, THIRD), ("", "//", ".."), strict=True):
            carried = np.asarray(carry(cell), np.float64)
            look = {"facecolor": color, "hatch": hatch, "edgecolor": "white", "alpha": 0.8}
            axes.fill(*carried.T, **look, label=f"area {abs(_signed_area(carried)):.3f}")
        axes.set(title=title, xlabel="$z_1$", aspect="equal")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), fontsize=9)
    panels[0].set_ylabel("$z_2$")
    return list(panels)


# ---- 6  nfvi ----------------------------------------------------------------------------------


def beside_truth(log_truth, log_q: dict, z):
    """A true density as shades, the same in each panel, and approximations of it as contour lines.

    Args:
        log_truth: its log on a grid, [n, n].
        log_q: title -> log of an approximation, [n, n].
        z: the points of the grid, [n, n, 2].

    Returns:
        one Axes a panel, in a list. Lines are drawn at 0.8, 0.5 and 0.2 of the highest density of each.
    """
    import matplotlib.pyplot as plt

    axis, truth = np.asarray(z)[0, :, 0], np.exp(np.asarray(log_truth, np.float64))
    size = (3.0 * len(log_q) + 0.9, 3.3)
    figure, panels = plt.subplots(1, len(log_q), figsize=size, sharex=True, sharey=True, squeeze=False)
    for axes, (title, values) in zip(panels[0], log_q.items(), strict=True):
        shades = axes.contourf(axis, axis, truth, levels=12, cmap="Blues")
        q = np.exp(np.asarray(values, np.float64))
        axes.contour(axis, axis, q, levels=q.max() * np.array([0.2, 0.5, 0.8]), colors=YOURS, linestyles="--")
        axes.set(title=title, xlabel="$z_1$", aspect="equal")
    panels[0, 0].set_ylabel("$z_2$")
    figure.colorbar(shades, ax=panels[0], shrink=0.85, label="true density, per unit area")
    return list(panels[0])
