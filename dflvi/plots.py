"""Figures of the notebooks. Each returns its Axes, labels them with units, and tells curves apart without colour."""

import base64
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


def elbo_traces(traces: dict, *, best=None, samples=0, axes=None):
    """The ELBO against the number of sweeps or steps, or of samples (log scale), one line for each trace.

    Args:
        traces: name -> ELBO after each iteration, [n]. Up to five are told apart.
        best: a level to mark, in nats.
        samples: how many an iteration uses; 0: iterations are counted.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    colors, dashes = (YOURS, TRUTH, THIRD, "0.3", "0.5"), ("--", "-", ":", "-.", "-")
    for (name, trace), color, dash, marker in zip(traces.items(), colors, dashes, "os^vd", strict=False):
        at = np.arange(1, len(trace) + 1)
        every = list(np.unique(np.geomspace(1, len(at), 12).astype(int)) - 1)
        at = at * max(samples, 1)
        axes.plot(at, trace, dash, color=color, marker=marker, markersize=4.5, markevery=every, label=name)
    if best is not None:
        axes.axhline(best, color="0.4", linewidth=0.8)
        at, side = (axes.get_xlim()[1], "right") if samples else (1, "left")
        axes.text(at, best, f"{best:.1f}", va="bottom", ha=side, color="0.3")
    label = "samples used (log scale)" if samples else "sweeps or steps (log scale)"
    axes.set(xscale="log", xlabel=label, ylabel="ELBO (nats)")
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
        axes.text(1.03 * len(values) + 0.4, level, f"{level:.1f}: {times}", va="center", fontsize=9.5)
    axes.plot(np.arange(1, len(values) + 1), values, "o", color=YOURS, markersize=5)
    axes.set(xlabel="start, best first", ylabel="final ELBO (nats)", xlim=(0, len(values) * 1.36))
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


# ---- 2.4, 2.7, 2.8 ----------------------------------------------------------------------------


def lifted_parabolas(x, phi, m, s2, expected_loglik):
    """What one datum pays to each component as a function of where its mean lies: parabolas, lifted by s2.

    Args:
        x: the datum, a number.
        phi: its responsibilities, [K].
        m: means, [K]; a dot marks each.
        s2: variances of the means, [K].
        expected_loglik: (x [N], phi [N, K], m, s2) -> average log likelihood of each datum, [N].

    Returns:
        two Axes, for s2 = 0 and for s2 as given. Titles give minus the average log likelihood of the datum.
    """
    import matplotlib.pyplot as plt

    phi, m, s2 = (np.asarray(part, np.float32) for part in (phi, m, s2))
    n_components = len(m)
    reach = 1.15 * np.abs(m - x).max() + 0.3
    places = np.linspace(x - reach, x + reach, 201).astype(np.float32)
    constant = 0.5 * np.log(2 * np.pi)

    def pays(at, spread):
        """To component k alone, its mean at each of the places, less the constant."""
        where = (x + m[:, None] - at).astype(np.float32)  # only the distance of datum and mean counts
        alone = np.repeat(np.eye(n_components, dtype=np.float32), at.shape[1], axis=0)
        cost = -np.asarray(expected_loglik(where.ravel(), alone, m, spread), np.float64) - constant
        return phi[:, None] * cost.reshape(n_components, -1)

    figure, panels = plt.subplots(1, 2, figsize=(8.4, 3.7), sharey=True)
    looks = ((TRUTH, "-"), (YOURS, "--"), (THIRD, ":"), ("0.35", "-."))
    low = pays(m[:, None], 0 * s2)[:, 0]
    for axes, spread in zip(panels, (0 * s2, s2), strict=True):
        curves = pays(np.tile(places, (n_components, 1)), spread)
        dots = pays(m[:, None], spread)[:, 0]
        for k, (color, dash) in enumerate(looks[:n_components]):
            label = f"component {k + 1}, phi = {phi[k]:.2g}" if axes is panels[0] else None
            axes.plot(places, curves[k], dash, color=color, label=label)
            if dots[k] > low[k]:
                axes.plot(m[k], low[k], "o", color="white", markeredgecolor=color, zorder=3)
                arrow = {"arrowstyle": "->", "color": color, "linewidth": 1.6}
                axes.annotate("", (m[k], dots[k]), (m[k], low[k]), arrowprops=arrow)
            axes.plot(m[k], dots[k], "o", color=color, markeredgecolor="black", zorder=3)
        axes.axvline(x, color="0.6", linewidth=0.8, zorder=0)
        whole = -float(np.asarray(expected_loglik(np.full(1, x, np.float32), phi[None], m, spread))[0])
        name = "s2 = 0" if not spread.any() else f"s2 = ({', '.join(f'{v:.2g}' for v in spread)})"
        axes.set(title=f"{name}: the datum pays {whole:.2f} nats", xlabel="where the mean of the component lies")
    top = 1.3 * max(dots.max(), 0.3)
    panels[0].set(ylabel="phi times half a mean square (nats)", ylim=(-0.04 * top, top))
    panels[0].text(x, 0.97 * top, " datum", va="top", color="0.35")
    figure.legend(loc="outside lower center", ncols=n_components, fontsize=9.5)
    return list(panels)


def elbo_stack(terms, *, evidence=None, axes=None):
    """The five terms of an ELBO after each of several sweeps, stacked up and down from zero, and their sum.

    Args:
        terms: one dict of terms (name -> nats) a sweep, or one tuple in the order prior_mu, prior_c, lik,
            ent_c, ent_mu.
        evidence: a level to mark, log p(x).
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.6, 3.8))[1]
    names = ("prior_mu", "prior_c", "lik", "ent_c", "ent_mu")
    rows = [one._asdict() if hasattr(one, "_asdict") else one for one in terms]
    rows = [one if isinstance(one, dict) else dict(zip(names, one, strict=True)) for one in rows]
    values = np.array([[float(one[name]) for name in names] for one in rows])  # [sweep, term]
    at = np.arange(1, len(values) + 1)
    looks = (("#9ecae1", "//"), ("0.8", ""), (TRUTH, ""), (YOURS, "\\\\"), (THIRD, ".."))
    below, above = np.zeros(len(at)), np.zeros(len(at))
    for (color, hatch), name, heights in zip(looks, names, values.T, strict=True):
        base = np.where(heights < 0, below, above)
        style = {"color": color, "hatch": hatch, "edgecolor": "white", "linewidth": 0.5}
        axes.bar(at, heights, 0.72, bottom=base, label=name, **style)
        below, above = below + np.minimum(heights, 0), above + np.maximum(heights, 0)
    axes.plot(at, values.sum(axis=1), "o-", color="black", linewidth=1.2, markersize=4.5, label="ELBO, their sum")
    if evidence is not None:
        axes.axhline(evidence, color="black", linestyle=":", linewidth=1.2, label="log p(x)")
    axes.axhline(0, color="0.3", linewidth=0.8)
    axes.set(xlabel="sweep", ylabel="nats", xticks=at)
    axes.legend(fontsize=9, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return axes


class Animation:
    """Frames that a notebook shows as one moving picture without any script, and its description in words."""

    def __init__(self, gif: bytes, says: str, n_frames: int):
        self.gif, self.says, self.n_frames = gif, says, n_frames

    def _repr_mimebundle_(self, include=None, exclude=None):  # asked for by IPython
        return {"image/gif": base64.b64encode(self.gif).decode(), "text/plain": self.says}

    def __repr__(self) -> str:
        return f"{self.says} ({self.n_frames} frames, {len(self.gif) // 1000} kB)"


def mixture_animation(x, states, elbos, *, says="", seconds=0.4):
    """Coordinate ascent as a moving picture: data, components and their strips above, the ELBO below.

    Args:
        x: data, [N].
        states: what is drawn in each frame, (m, s2, phi) each, one a sweep.
        elbos: the ELBO of each of them in nats, [frames].
        says: what is seen, for those who do not see it.
        seconds: how long a frame stays. The picture plays three times and stops at the last frame.

    Returns:
        an Animation; a notebook shows it.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from PIL import Image

    figure = Figure(figsize=(6.2, 4.3), dpi=80, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, height_ratios=(3, 1.2))
    draw = _moving_mixture(upper, x, states)
    at = np.arange(1, len(elbos) + 1)
    lower.plot(at, elbos, color="0.75", linewidth=1.2)
    (trace,) = lower.plot([], [], "o-", color=YOURS, markersize=4)
    lower.set(xlabel="sweep", ylabel="ELBO (nats)", xlim=(0.5, len(elbos) + 0.5))
    lower.locator_params(axis="x", integer=True)
    upper.set_title("sweep 1")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    frames = []
    for n, state in enumerate(states):
        draw(state)
        upper.set_title(f"sweep {n + 1}")
        trace.set_data(at[: n + 1], elbos[: n + 1])
        canvas.draw()
        frame = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba()).convert("RGB")
        frames.append(frame.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))
    buffer = io.BytesIO()
    stays = [int(1000 * seconds)] * (len(frames) - 1) + [int(4000 * seconds)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=stays, loop=2, optimize=True)
    says = says or f"{len(frames)} sweeps of coordinate ascent, as an animation."
    return Animation(buffer.getvalue(), says, len(frames))


def mixture_panels(x, states: dict):
    """Still pictures of a run: data, components and their strips, one panel a state.

    Args:
        x: data, [N].
        states: title -> (m, s2, phi).

    Returns:
        the Axes of the panels, in a list.
    """
    import matplotlib.pyplot as plt

    rows = (len(states) + 1) // 2
    figure, panels = plt.subplots(rows, 2, figsize=(8.4, 2.3 * rows), sharex=True, sharey=True, squeeze=False)
    for axes, (title, state) in zip(panels.flat, states.items()):
        _moving_mixture(axes, x, list(states.values()))(state)
        axes.set_title(title)
        axes.label_outer()
    return list(panels.flat)


def _moving_mixture(axes, x, states):
    """Draw what stays, and return a function that moves what changes to a state (m, s2, phi)."""
    x = np.asarray(x, np.float64)
    states = [tuple(np.asarray(part, np.float64) for part in state[:3]) for state in states]
    grid = np.linspace(x.min() - 2.5, x.max() + 2.5, 400)
    bins = np.arange(np.floor(grid[0]), np.ceil(grid[-1]) + 0.5, 0.5)
    bars = axes.hist(x, bins, density=True, color="0.87")[0]
    heights = [phi.mean(axis=0) / np.sqrt(2 * np.pi) for _, _, phi in states]
    top = 1.18 * max(bars.max(), max(height.max() for height in heights))
    colors = np.array(_colors(len(states[0][0])))
    strips = [axes.axvspan(0, 0, color=color, alpha=0.3) for color in colors]
    curves = [axes.plot(grid, 0 * grid, color=color, linewidth=1.5)[0] for color in colors]
    numbers = [axes.text(0, 0, k + 1, ha="center", va="bottom", weight="bold") for k in range(len(colors))]
    for number in numbers:
        number.set_path_effects([withStroke(linewidth=3, foreground="white")])
    ticks = axes.vlines(x, -0.06 * top, -0.01 * top, linewidth=1)
    axes.axhline(0, color="0.4", linewidth=0.8)
    axes.set(xlabel="x", ylabel="density, per unit of x", ylim=(-0.07 * top, top), xlim=(grid[0], grid[-1]))

    def draw(state):
        m, s2, phi = (np.asarray(part, np.float64) for part in state[:3])
        share = phi.mean(axis=0) / np.sqrt(2 * np.pi)
        for k, (strip, curve, number) in enumerate(zip(strips, curves, numbers, strict=True)):
            strip.set_bounds(m[k] - 2 * np.sqrt(s2[k]), 0, 4 * np.sqrt(s2[k]), 1)
            curve.set_ydata(share[k] * np.exp(-0.5 * (grid - m[k]) ** 2))
            number.set_position((m[k], share[k]))
        ticks.set_color(np.clip(phi @ colors, 0, 1))

    return draw


def _colors(n):
    """So many colours for components, red, green and blue from 0 to 1."""
    return [mpl.colormaps["tab10"].colors[k % 10] for k in range(n)]


# ---- 1  conjugacy: the three questions on KL ---------------------------------------------------


def log_and_tangent(q: dict, p, kl):
    """The curve log t under its tangent t - 1, and what each cell contributes to KL(q || p).

    Args:
        q: name -> probabilities, [n]; one panel of bars each.
        p: probabilities of the same cells, [n].
        kl: (q, p) -> the divergence in nats, for the titles.

    Returns:
        the Axes, in a list: the curve, where the cells of the first q are marked, then the bars.
    """
    import matplotlib.pyplot as plt

    p = np.asarray(p, np.float64)
    q = {name: np.asarray(one, np.float64) for name, one in q.items()}
    size, widths = (3.6 + 1.9 * len(q), 3.4), [1.7, *[1.0] * len(q)]
    _, panels = plt.subplots(1, 1 + len(q), figsize=size, width_ratios=widths)
    t = np.linspace(0.08, 3.2, 300)
    left = panels[0]
    left.fill_between(t, np.log(t), t - 1, color="0.85", label="the gap")
    left.plot(t, t - 1, color=TRUTH, linestyle=DASHES[TRUTH], label="$t - 1$")
    left.plot(t, np.log(t), color=YOURS, linestyle=DASHES[YOURS], label=r"$\log\,t$")
    name, first = next(iter(q.items()))
    at = p[first > 0] / first[first > 0]
    left.vlines(at, np.log(at), at - 1, color="black", linewidth=1)
    left.plot(at, np.log(at), "o", color="black", markersize=4, label=f"cells of {name}")
    left.set(xlabel="t", ylabel="nats", xlim=(0, 3.2), ylim=(-2.6, 2.4))
    left.legend(loc="lower right")
    terms = {}
    for name, one in q.items():
        visited = one > 0
        ratio = np.where(visited, one, 1) / np.where(visited, p, 1)
        terms[name] = one * np.log(ratio)
    reach = 1.15 * max(np.abs(values).max() for values in terms.values())
    for axes, (name, values) in zip(panels[1:], terms.items(), strict=True):
        cells = np.arange(1, len(values) + 1)
        up = values >= 0
        axes.bar(cells[up], values[up], color=THIRD)
        axes.bar(cells[~up], values[~up], color="white", edgecolor=YOURS, hatch="////")
        axes.axhline(0, color="0.3", linewidth=0.8)
        total = float(kl(q[name].astype(np.float32), p.astype(np.float32)))
        axes.set(title=f"{name}\nKL = {total:.3f}", xlabel="cell", ylim=(-reach, reach), xticks=cells)
        axes.tick_params(labelleft=axes is panels[1])
    panels[1].set_ylabel("q log(q / p) (nats)")
    return list(panels)


def kl_both_ways(kl, *, highest=4.0):
    """Heat maps over q = N(mu, sigma^2) of KL(q || p) and of KL(p || q), with p = N(0, 1) and level lines.

    Args:
        kl: (mu [1], log_var [1]) -> KL(N(mu, var) || N(0, 1)) in nats.
        highest: where the colours end, in nats.

    Returns:
        the two Axes, in a list. The dashed line in each is where the other divergence is one nat.
    """
    import matplotlib.pyplot as plt

    mu, log_sigma = np.linspace(-3, 3, 121), np.linspace(-2, 1.5, 121)
    grid = np.stack(np.meshgrid(mu, log_sigma), axis=-1).reshape(-1, 2).astype(np.float32)
    # z -> (z - mu) / sigma carries q to N(0, 1) and p to N(-mu / sigma, 1 / sigma^2), and no divergence changes.
    back = np.stack([-grid[:, 0] / np.exp(grid[:, 1]), -grid[:, 1]], axis=-1)
    values = [
        np.asarray(jax.vmap(lambda one: kl(one[:1], 2 * one[1:]))(points)).reshape(121, 121)
        for points in (grid, back)
    ]
    figure, panels = plt.subplots(1, 2, figsize=(8.4, 3.7), sharey=True)
    titles = ("KL(q || p): q draws", "KL(p || q): p draws")
    for axes, here, other, title in zip(panels, values, values[::-1], titles, strict=True):
        image = axes.pcolormesh(mu, log_sigma, here, vmin=0, vmax=highest, shading="nearest", rasterized=True)
        lines = axes.contour(mu, log_sigma, here, levels=[0.1, 0.5, 1, 2, 4], colors="white", linewidths=1.2)
        for text in axes.clabel(lines, fmt="%g", fontsize=9):
            text.set_path_effects([withStroke(linewidth=2, foreground="black")])
        axes.contour(mu, log_sigma, other, levels=[1], colors=YOURS, linestyles="--", linewidths=2.2)
        axes.plot(0, 0, "+", color="white", markersize=9)
        axes.set(title=title, xlabel=r"mean $\mu$ of q")
    panels[0].set_ylabel(r"$\log\,\sigma$ of q")
    figure.colorbar(image, ax=list(panels), extend="max", label="nats")
    return list(panels)


def evidence_split(z, log_q, log_joint, free_energy, kl_to_posterior):
    """Bars of one height, log p(x), cut into F(q) and the divergence from the posterior, for several q.

    Args:
        z: points of a grid, [n], with probabilities (density times width of a cell) in the two logs.
        log_q: one row for each q, [m, n].
        log_joint: log p(x, z), [n].
        free_energy: (log_q [n], log_joint [n]) -> nats.
        kl_to_posterior: the same arguments -> nats.

    Returns:
        the Axes, in a list: a small one for each q, with the posterior behind it, and the bars.
    """
    import matplotlib.pyplot as plt

    log_q, log_joint = np.asarray(log_q, np.float32), np.asarray(log_joint, np.float32)
    posterior = np.exp(np.asarray(jax.nn.log_softmax(log_joint)))
    cell, n = z[1] - z[0], len(log_q)
    figure = plt.figure(figsize=(7.6, 4.6))
    rows = figure.add_gridspec(2, n, height_ratios=[1, 2.4])
    small, bars = [figure.add_subplot(rows[0, i]) for i in range(n)], figure.add_subplot(rows[1, :])
    top = 1.1 * max(float(np.exp(log_q).max()), float(posterior.max())) / cell
    for i, axes in enumerate(small):
        axes.fill_between(z, posterior / cell, color=TRUTH, alpha=0.2)
        axes.plot(z, np.exp(log_q[i]) / cell, color=YOURS, linestyle=DASHES[YOURS])
        axes.set(ylim=(0, top), xlabel="z", yticks=[], xlim=(z[0], z[-1]))
    small[0].set_ylabel("density")
    free = np.array([float(free_energy(one, log_joint)) for one in log_q])
    divergence = np.array([float(kl_to_posterior(one, log_joint)) for one in log_q])
    bottom = np.floor(free.min() - 1.0)
    bars.bar(np.arange(n), free - bottom, 0.55, bottom, color=YOURS, label="up to here: F(q)")
    bars.bar(np.arange(n), divergence, 0.55, free, color="white", edgecolor=THIRD, hatch="////",
             label="KL(q || posterior)")  # fmt: skip
    for i, (one, other) in enumerate(zip(free, divergence, strict=True)):
        text = f"F {one:.2f}\nKL {max(other, 0):.2f}"
        bars.text(i, bottom + 0.06, text, ha="center", va="bottom", color="white", fontsize=9, weight="bold")
    evidence = float(np.asarray(jax.nn.logsumexp(log_joint)))
    bars.axhline(evidence, color=TRUTH, linestyle=DASHES[TRUTH], label=f"log p(x) = {evidence:.3f}")
    bars.set(ylabel="nats", xlim=(-0.5, n - 0.5), xticks=[], ylim=(bottom, evidence + 0.35 * (evidence - bottom)))
    bars.legend(loc="upper left", ncols=3)
    return [*small, bars]


# ---- 1  conjugacy: networks, and a Gaussian mean ------------------------------------------------

_PLACES = {"eh": (1.0, 2.0), "oil": (0.0, 1.25), "inf": (1.0, 0.75), "bp": (-0.7, 0.0), "rt": (2.1, 0.0)}
_MEANS = {"eh": "health of the economy", "oil": "price of oil", "inf": "inflation", "bp": "oil company's stock",
          "rt": "retailer's stock"}  # fmt: skip


def network(parents: dict, axes=None):
    """The belief network of question 1.2: a circle for each variable, an arrow from each parent to its child.

    Args:
        parents: name -> names of its parents.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(6.4, 3.3))[1]
    for child, above in parents.items():
        for parent in above:
            look = {"arrowstyle": "-|>", "mutation_scale": 16, "shrinkA": 19, "shrinkB": 19, "linewidth": 1.4}
            axes.annotate("", _PLACES[child], _PLACES[parent], arrowprops={**look, "color": "0.35"})
    for name, (x, y) in _PLACES.items():
        axes.plot(x, y, "o", markersize=36, markerfacecolor="white", markeredgecolor=TRUTH, markeredgewidth=1.6)
        axes.text(x, y, name, ha="center", va="center", weight="bold")
        side = "right" if name in ("oil", "bp") else "center" if name == "inf" else "left"
        shift = {"right": (-24, 0), "center": (0, -28), "left": (24, 0)}[side]
        look = {"ha": side, "va": "center", "color": "0.3", "fontsize": 9.5}
        axes.annotate(_MEANS[name], (x, y), shift, textcoords="offset points", **look)
    axes.set(xlim=(-2.1, 3.5), ylim=(-0.45, 2.45))
    axes.set_axis_off()
    return axes


def beliefs(cells, query, observations: dict):
    """The probability of every state of the five variables of question 1.2, under several observations.

    Args:
        cells: the joint, [2, 2, 2, 3, 2], axes (eh, oil, inf, bp, rt).
        query: (joint, target, evidence) -> p(target given evidence).
        observations: words -> evidence, up to three; {} for nothing observed.

    Returns:
        five Axes. What was observed has a bar of height one.
    """
    import matplotlib.pyplot as plt

    names = ("eh", "oil", "inf", "bp", "rt")
    figure, panels = plt.subplots(1, 5, figsize=(9.6, 3.0), sharey=True, width_ratios=np.shape(cells))
    looks, width = ((TRUTH, ""), (YOURS, "//"), (THIRD, "..")), 0.8 / len(observations)
    for axes, name, size in zip(panels, names, np.shape(cells), strict=True):
        for place, (words, evidence) in enumerate(observations.items()):
            if name in evidence:
                heights = np.arange(size) == evidence[name]
            else:
                heights = [float(query(cells, {name: state}, evidence)) for state in range(size)]
            at = np.arange(size) + (place - (len(observations) - 1) / 2) * width
            color, hatch = looks[place]
            label = words if name == "eh" else None
            axes.bar(at, heights, width, color=color, hatch=hatch, edgecolor="white", linewidth=0.5, label=label)
        axes.set(title=name, ylim=(0, 1.05), xticks=range(size))
        axes.set_xticklabels(("low", "normal", "high") if size == 3 else ("low", "high"))
    panels[0].set_ylabel("probability")
    figure.supxlabel("state", fontsize="medium")
    figure.legend(loc="outside upper center", ncols=len(observations))
    return list(panels)


def from_prior_to_posterior(x, log_likelihood, posterior, sizes=(1, 4, 20), *, mu0=0.0, var0=1.0, var=1.0):
    """Prior, likelihood and posterior of a Gaussian mean after the first n data, and how both moments move with n.

    Args:
        x: data, [N].
        log_likelihood: (mu, x, var) -> nats; drawn scaled to area one.
        posterior: (x, mu0, var0, var) -> mean, variance.
        sizes: the n of the panels.
        mu0: prior mean.
        var0: prior variance.
        var: variance of the noise.

    Returns:
        an Axes for each n, and one of the posterior mean with two standard deviations against n.
    """
    import matplotlib.pyplot as plt

    def moments(n):
        result = posterior(np.asarray(x[:n], np.float32), mu0, var0, var)
        result = tuple(result.values()) if isinstance(result, dict) else tuple(result)
        return float(result[0]), float(result[1])

    def normal(mean, variance):
        return np.exp(-0.5 * (mu - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance)

    x, mu = np.asarray(x, np.float64), np.linspace(mu0 - 3 * np.sqrt(var0), mu0 + 5 * np.sqrt(var0), 401)
    widths = (*[1] * len(sizes), 1.25)
    figure, panels = plt.subplots(1, len(sizes) + 1, figsize=(2.6 * len(sizes) + 3.2, 3.3), width_ratios=widths)
    for axes, n in zip(panels, sizes, strict=False):
        data = np.asarray(x[:n], np.float32)
        log_p = np.array(jax.vmap(lambda m, data=data: log_likelihood(m, data, var))(mu.astype(np.float32)), np.float64)
        scaled = np.exp(log_p - log_p.max())
        curves = (("prior", THIRD, normal(mu0, var0)), ("likelihood, scaled", TRUTH, scaled / np.trapezoid(scaled, mu)),
                  ("posterior", YOURS, normal(*moments(n))))  # fmt: skip
        for name, color, curve in curves:
            axes.plot(mu, curve, color=color, linestyle=DASHES[color], label=name if axes is panels[0] else None)
        axes.vlines(data, -0.09, -0.02, color="0.3", linewidth=1)
        axes.set(title=f"n = {n}", xlabel=r"$\mu$ (units of x)", xlim=(mu[0], mu[-1]), ylim=(-0.1, 2.0))
        axes.axhline(0, color="0.4", linewidth=0.8)
    for axes in panels[1:-1]:
        axes.set_yticklabels([])
    panels[0].set_ylabel("density, per unit of x")
    figure.legend(loc="outside upper left", ncols=3)
    counts = np.unique(np.concatenate([[0], np.geomspace(1, len(x), 12).astype(int)]))
    centres, spreads = np.array([moments(n) for n in counts]).T
    last, reach = panels[-1], 2 * np.sqrt(spreads)
    mine = {"color": YOURS, "linestyle": "--", "marker": "o", "markersize": 4}
    last.errorbar(counts, centres, reach, capsize=2, linewidth=1.2, **mine)
    means, squares = [x[:n].mean() for n in counts[1:]], {"marker": "s", "markersize": 4, "markerfacecolor": "white"}
    last.plot(counts[1:], means, color=TRUTH, label="mean of the data", **squares)
    last.axhline(mu0, color=THIRD, linestyle=DASHES[THIRD], label="prior mean")
    last.plot([], [], label="posterior, 2 sd", **mine)
    last.set(title="the pull of the prior", xlabel="n (data seen)", ylabel=r"$\mu$ (units of x)", xscale="symlog")
    ticks = [n for n in (0, 1, 10, 100, 1000) if n <= len(x)]
    last.set_xticks(ticks, labels=map(str, ticks))
    last.legend(fontsize=8.5, loc="lower right")
    return list(panels)


# ---- 2  cavi: two KLs, EM, a pass over the data, conditionals that average ----------------------


def gaussians_over(log_p, thetas: dict, axes=None):
    """A target density, shaded, and Gaussians over it.

    Args:
        log_p: z -> log density of the target at one point.
        thetas: name -> [m, log s] of a Gaussian. Up to three are told apart.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots()[1]
    z = np.linspace(-13, 13, 801)
    target = np.exp(np.asarray(jax.vmap(log_p)(z.astype(np.float32)), np.float64))
    axes.fill_between(z, target, color=TRUTH, alpha=0.15)
    axes.plot(z, target, color=TRUTH, linestyle=DASHES[TRUTH], label="P")
    for (name, theta), color, dash in zip(thetas.items(), (YOURS, THIRD, "0.3"), ("--", ":", "-."), strict=False):
        m, s = float(theta[0]), float(np.exp(np.asarray(theta[1])))
        curve = np.exp(-0.5 * ((z - m) / s) ** 2) / (s * np.sqrt(2 * np.pi))
        axes.plot(z, curve, dash, color=color, label=f"{name}: m = {round(m, 2) + 0:g}, s = {s:.2f}")
    axes.set(xlabel="z", ylabel="density, per unit of z", xlim=(z[0], z[-1]), ylim=(0, None))
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])
    axes.legend(loc="upper center", ncols=2, fontsize=9.5)
    return axes


def loss_maps(losses: dict, runs: dict):
    """Level lines of losses of (m, log s), and where an optimiser started (circle) and ended (cross).

    Args:
        losses: title -> a loss of theta = [m, log s], in nats, one panel each.
        runs: title -> a list of (start, end), two thetas each.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    m, s = np.linspace(-8, 8, 49), np.geomspace(0.5, 9, 33)
    grid = np.stack(np.meshgrid(m, np.log(s)), axis=-1).astype(np.float32)
    levels = np.array([0.75, 1, 1.5, 2, 3, 3.5, 4, 6, 10, 20, 50, 100, 300])
    figure, panels = plt.subplots(1, len(losses), figsize=(4.6 * len(losses), 4.0), sharey=True, squeeze=False)
    for axes, (title, loss) in zip(panels[0], losses.items(), strict=True):
        values = np.asarray(jax.vmap(loss)(grid.reshape(-1, 2)), np.float64).reshape(grid.shape[:2])
        lines = axes.contour(m, s, values, levels=levels, cmap="viridis_r", norm=mpl.colors.LogNorm(0.6, 300))
        axes.clabel(lines, fontsize=7.5, fmt="%g")
        for start, end in runs.get(title, []):
            (m0, s0), (m1, s1) = ((float(one[0]), float(np.exp(np.asarray(one[1])))) for one in (start, end))
            axes.plot([m0, m1], [s0, s1], linestyle=":", color=YOURS, linewidth=1.2)
            axes.plot(m0, s0, "o", color=YOURS, markersize=6, markerfacecolor="white", markeredgewidth=1.8)
            axes.plot(m1, s1, "x", color="black", markersize=9, markeredgewidth=2.4)
        axes.set(title=title, xlabel="m", yscale="log", ylim=(s[0], s[-1]), xlim=(m[0], m[-1]))
        axes.set_yticks([0.5, 1, 2, 4, 8], ["0.5", "1", "2", "4", "8"])
        axes.minorticks_off()
    panels[0, 0].set_ylabel("s (log scale)")
    return list(panels[0])


def bounds_that_touch(x, em_step, start=0.4, steps=3, axes=None):
    """The log likelihood of a mixture with means -t and t, and the lower bounds on it that EM climbs.

    Args:
        x: data, [N]; their mirror image is added, so that EM keeps to means -t and t.
        em_step: (x, mu) -> (responsibilities, new mu), for components of variance one and equal weight.
        start: the first t.
        steps: number of EM steps to draw.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.2, 4.0))[1]
    both = np.concatenate([np.asarray(x, np.float32), -np.asarray(x, np.float32)])
    t = np.linspace(0.0, 3.2, 161)

    def log_joint(t):
        means = np.stack([-t, t], axis=-1)[..., None, :]
        return -0.5 * (both[:, None] - means) ** 2 - 0.5 * np.log(2 * np.pi) - np.log(2)

    def log_likelihood(t):
        return np.sum(np.logaddexp.reduce(log_joint(t), axis=-1), axis=-1)

    def bound(resp, t):
        entropy = -np.sum(resp * np.log(np.maximum(resp, 1e-30)))
        return np.sum(resp * log_joint(t), axis=(-2, -1)) + entropy

    axes.plot(t, log_likelihood(t), color=TRUTH, linestyle=DASHES[TRUTH], label="log p(x; t)")
    at, resp = start, None
    for number in range(steps):
        parts = em_step(both, np.array([-at, at], np.float32))
        resp, mu = (np.asarray(part, np.float64) for part in (parts.values() if isinstance(parts, dict) else parts))
        label = "F(q, t), q from an E-step" if number == 0 else None
        axes.plot(t, bound(resp, t), "--", color=YOURS, linewidth=1.3, label=label)
        axes.plot(at, log_likelihood(np.array(at)), "o", color=YOURS, markersize=6)
        new = float(mu[1] - mu[0]) / 2
        axes.plot(new, bound(resp, np.array(new)), "^", color=YOURS, markersize=6)
        if number == 0:
            hard = (resp == resp.max(axis=1, keepdims=True)).astype(float)
            axes.plot(t, bound(hard, t), ":", color=THIRD, label="F(q, t), q of zeros and ones")
        at = new
    top = float(log_likelihood(t).max())
    low = float(bound(resp, np.array(0.0)))
    axes.set(xlabel="t: the means are -t and t", ylabel="nats", xlim=(t[0], t[-1]))
    axes.set(ylim=(low - 0.5 * (top - low), top + 0.12 * (top - low)))
    axes.legend(loc="lower center")
    return axes


def progress(runs: dict, level=None, axes=None):
    """How far an algorithm still has to go, against the number of data that it has looked at (log scale).

    Args:
        runs: name -> (data looked at [n], distance that remains [n]). Up to five are told apart.
        level: a distance to mark.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.4, 3.6))[1]
    looks = ((THIRD, ":", "s"), ("0.35", "-.", "v"), (TRUTH, "-", "o"), (YOURS, "--", None), ("black", "-", "^"))
    for (name, (seen, distance)), (color, dash, marker) in zip(runs.items(), looks, strict=False):
        seen, distance = np.asarray(seen, np.float64), np.asarray(distance, np.float64)
        axes.plot(seen[1:], distance[1:], dash, color=color, marker=marker, markersize=4.5, label=name)
    if level is not None:
        axes.axhline(level, color="0.4", linewidth=0.8)
        axes.text(1.0, level, f" {level:g}", transform=axes.get_yaxis_transform(), va="center", color="0.3")
    axes.set(xscale="log", yscale="log", xlabel="data looked at (log scale)")
    axes.set(ylabel="largest distance of a mean\nfrom its end (units of x)")
    axes.legend(loc="lower left", fontsize=9.5)
    return axes


def averages_of_logs(panels: dict):
    """Log densities for several values of what they depend on, their average, and the parabola nearest to that.

    Args:
        panels: title -> (name of the unknown, its grid [n], log densities [S, n]), one panel each. Each curve is
            moved so that its top is at zero; constants do not matter.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    figure, axes_of = plt.subplots(1, len(panels), figsize=(4.5 * len(panels), 3.6), squeeze=False)
    for axes, (title, (name, grid, curves)) in zip(axes_of[0], panels.items(), strict=True):
        grid, curves = np.asarray(grid, np.float64), np.asarray(curves, np.float64)
        curves = curves - curves.max(axis=1, keepdims=True)
        average = curves.mean(axis=0)
        parabola = np.polynomial.Polynomial.fit(grid, average, 2)(grid)
        for number, curve in enumerate(curves):
            axes.plot(grid, curve, color="0.6", linewidth=0.9, label="single ones" if number == 0 else None)
        axes.plot(grid, average, color=TRUTH, linewidth=2.4, label="their average")
        axes.plot(grid, parabola, "--", color=YOURS, label="nearest parabola")
        gap = np.abs(average - parabola).max()
        axes.set(title=f"{title}\nlargest gap {gap:.2f} nats", xlabel=name, xlim=(grid[0], grid[-1]))
        axes.set_ylim(1.15 * min(average.min(), parabola.min()), None)
        axes.legend(loc="lower center", fontsize=9)
    axes_of[0, 0].set_ylabel("log conditional, top at zero (nats)")
    return list(axes_of[0])


# ---- 3  bbvi: scores, information, parts of a variance ----------------------------------------


def scores_of_draws(score, x, mu, sigma):
    """What draws from a normal would have its parameters do, and how that averages out.

    Args:
        score: (x, mu, sigma) -> (d_mu, d_sigma) of one x.
        x: draws from N(mu, sigma^2), [n]; the first 14 get an arrow.
        mu: the mean, a number.
        sigma: the standard deviation, a number.

    Returns:
        two Axes. Left the density, with an arrow from each draw as long as its d_mu, in the direction in which it
        pulls mu; right the mean of both parts over the first n draws.
    """
    import matplotlib.pyplot as plt

    x = np.asarray(x, np.float32)
    parts = jax.vmap(lambda one: score(one, float(mu), float(sigma)))(x)
    parts = list(parts.values()) if isinstance(parts, dict) else list(parts)
    d_mu, d_sigma = (np.asarray(part, np.float64) for part in parts)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.6))
    grid = np.linspace(mu - 3.6 * sigma, mu + 3.6 * sigma, 200)
    density = np.exp(-0.5 * ((grid - mu) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    left.plot(grid, density, color=TRUTH, label="density")
    left.axvline(mu, color="0.5", linewidth=0.8)
    levels = -density.max() * (0.08 + 0.06 * np.arange(14))
    shown = np.argsort(x[:14])
    reach = 0.5 * sigma / max(float(np.abs(d_mu[:14]).mean()), 1e-9)
    for level, i in zip(levels, shown, strict=False):
        left.annotate(
            "", (x[i] + reach * d_mu[i], level), (x[i], level), arrowprops={"arrowstyle": "->", "color": YOURS}
        )
        left.plot(x[i], level, "o", color=YOURS, markersize=4)
    left.plot([], [], "o-", color=YOURS, markersize=4, label="a draw, and its d_mu as an arrow")
    left.set(xlabel="x", ylabel="density, per unit of x", ylim=(-0.98 * density.max(), 1.6 * density.max()))
    left.set(title="where each draw pulls the mean", yticks=[0, round(float(density.max()), 2)])
    left.legend(loc="upper left", fontsize=9)
    n = np.arange(1, len(x) + 1)
    for values, color, name in ((d_mu, YOURS, "d_mu"), (d_sigma, TRUTH, "d_sigma")):
        right.plot(n, np.cumsum(values) / n, DASHES[color], color=color, label=f"mean of {name}")
    right.axhline(0, color="0.5", linewidth=0.8)
    right.set(xscale="log", xlabel="draws averaged (log scale)", ylabel="mean score (nats per unit of x)")
    right.set(title="the average tends to zero")
    right.legend(fontsize=9)
    return [left, right]


def equal_steps(kl, fisher, points, level=0.05):
    """Around some normals, all those that lie a given KL divergence away, and the ellipse that the information says.

    Args:
        kl: (lam, lam2) -> KL divergence in nats, with lam = [mu, sigma].
        fisher: (kl, lam) -> the information at lam, [2, 2].
        points: lam of the normals, [n, 2].
        level: the divergence, in nats.
    """
    import matplotlib.pyplot as plt

    points = np.asarray(points, np.float32)
    axes = plt.subplots(figsize=(7.0, 4.2))[1]
    angles = np.linspace(0, 2 * np.pi, 200)
    circle = np.stack([np.cos(angles), np.sin(angles)])
    every = jax.jit(jax.vmap(kl, (None, 0)))
    for number, lam in enumerate(points):
        matrix = np.asarray(fisher(kl, lam), np.float64)
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        ellipse = lam[:, None] + vectors @ (circle * np.sqrt(2 * level / np.maximum(values, 1e-9))[:, None])
        reach = 1.5 * np.abs(ellipse - lam[:, None]).max(axis=1)
        mu, sigma = (np.linspace(one - r, one + r, 81, dtype=np.float32) for one, r in zip(lam, reach, strict=True))
        sigma = np.maximum(sigma, 1e-3)
        at = np.stack(np.meshgrid(mu, sigma), axis=-1)
        away = np.asarray(every(lam, at.reshape(-1, 2))).reshape(81, 81)
        axes.contour(mu, sigma, away, levels=[level], colors=TRUTH)
        axes.plot(*ellipse, color=YOURS, linestyle=DASHES[YOURS], label="ellipse of F" if not number else None)
        axes.plot(*lam, "o", color="black", markersize=4)
        radius = np.sqrt(2 * level) * points[:, 1].min()
        axes.plot(*(lam[:, None] + radius * circle), color="0.5", linestyle=":", linewidth=1.2,
                  label="same Euclidean step" if not number else None)  # fmt: skip
    axes.plot([], [], color=TRUTH, label=f"KL = {level:g} nats away")
    axes.set(xlabel=r"$\mu$ (units of x)", ylabel=r"$\sigma$ (units of x)", aspect="equal")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.14), ncols=3, fontsize=9)
    return axes


def slope_and_bend(a, fisher, eta, marks, statistic="t"):
    """A log normalizer with its tangents, and its curvature: mean and variance of the statistic.

    Args:
        a: eta -> a(eta), for one number.
        fisher: (a, eta) -> the information at eta, a number.
        eta: a grid, [n].
        marks: where tangents are drawn, [m].
        statistic: its name.

    Returns:
        two Axes.
    """
    import matplotlib.pyplot as plt

    eta, marks = np.asarray(eta, np.float32), np.asarray(marks, np.float32)
    values, slopes = (np.asarray(jax.vmap(f)(eta), np.float64) for f in (a, jax.grad(a)))
    bends = np.asarray(jax.vmap(lambda one: jax.numpy.reshape(fisher(a, one), ()))(eta), np.float64)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 3.5))
    left.plot(eta, values, color=TRUTH, label=r"$a(\eta)$")
    half = 0.16 * (eta[-1] - eta[0])
    for number, mark in enumerate(marks):
        at, slope = np.interp(mark, eta, values), np.interp(mark, eta, slopes)
        ends = np.array([mark - half, mark + half])
        label = "tangent, with its slope" if not number else None
        left.plot(ends, at + slope * (ends - mark), color=YOURS, linestyle=DASHES[YOURS], label=label)
        left.annotate(f"{slope:.2f}", (mark, at), (-34, 8), textcoords="offset points", color=YOURS, weight="bold")
        left.plot(mark, at, "o", color=YOURS, markersize=5)
    left.set(xlabel=r"natural parameter $\eta$", ylabel="nats", title=f"slope: the mean of {statistic}")
    left.legend(loc="upper left", fontsize=9)
    right.plot(eta, bends, color=TRUTH, label=r"curvature of $a$")
    right.plot(marks, np.interp(marks, eta, bends), "o", color=YOURS, markersize=5)
    right.set(xlabel=r"natural parameter $\eta$", ylabel=f"variance of {statistic}", ylim=(0, None))
    right.set(title=f"curvature: the variance of {statistic}")
    return [left, right]


def parts_of_variance(joint, y, parts, unit="units of Y squared"):
    """The law of Y for each z as a strip, with its mean, and the two parts of the variance as a stacked bar.

    Args:
        joint: p(z, y), [nz, ny].
        y: the values of Y, [ny].
        parts: (within, between).
        unit: of the variance.

    Returns:
        two Axes.
    """
    import matplotlib.pyplot as plt

    joint, y = np.asarray(joint, np.float64), np.asarray(y, np.float64)
    parts = list(parts.values()) if isinstance(parts, dict) else list(parts)
    within, between = (float(part) for part in parts)
    p_z = joint.sum(axis=1)
    means = joint @ y / p_z
    whole = joint.sum(axis=0) @ y
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.7), width_ratios=(3.4, 1))
    for z, row in enumerate(joint / p_z[:, None]):
        left.scatter(np.full(len(y), z), y, s=600 * row, color=TRUTH, alpha=0.55, linewidth=0)
        left.plot([z - 0.33, z + 0.33], 2 * [means[z]], color=YOURS, linewidth=2.6, solid_capstyle="butt",
                  label="E[Y | Z = z]" if not z else None)  # fmt: skip
    left.scatter([], [], s=80, color=TRUTH, alpha=0.55, linewidth=0, label="a value of Y; area: p(y | z)")
    left.axhline(whole, color="0.4", linestyle=":", linewidth=1.4, label="E[Y]")
    room = 0.15 * np.ptp(y)
    left.set(xlabel="z, with its probability", ylabel="Y", ylim=(y.min() - room, y.max() + 3.4 * room))
    left.set(xticks=range(len(p_z)), xticklabels=[f"{z}\n{p:.2f}" for z, p in enumerate(p_z)])
    left.legend(loc="upper center", ncols=3, fontsize=9, columnspacing=1.0, handletextpad=0.4)
    top = within + between
    right.bar(0, within, color=TRUTH, alpha=0.55, width=0.6)
    right.bar(0, between, bottom=within, color=YOURS, hatch="//", edgecolor="white", width=0.6)
    for at, text in ((within / 2, f"within\n{within:.3g}"), (within + between / 2, f"between\n{between:.3g}")):
        right.text(0.36, at, text, va="center", fontsize=9.5)
    right.set(xlim=(-0.4, 1.1), xticks=[], ylabel=f"variance ({unit})", ylim=(0, 1.08 * top))
    right.set(title=f"Var(Y) = {top:.3g}")
    return [left, right]


def knowing_z(decompose, correlations=(0.0, 0.5, 0.95)):
    """Normal pairs (Z, Y) with growing correlation: their law, E[Y | Z], and the two parts of the variance of Y.

    Args:
        decompose: (joint, y) -> (within, between).
        correlations: three numbers between -1 and 1.

    Returns:
        an Axes for each correlation, and one for the parts.
    """
    import matplotlib.pyplot as plt

    grid = np.linspace(-3.6, 3.6, 121, dtype=np.float32)

    def parts(rho):
        z, y = grid[:, None], grid[None]
        joint = np.exp(-0.5 * (z**2 - 2 * rho * z * y + y**2) / (1 - rho**2))
        joint = (joint / joint.sum()).astype(np.float32)
        result = decompose(joint, grid)
        result = list(result.values()) if isinstance(result, dict) else list(result)
        return joint, float(result[0]), float(result[1])

    figure, panels = plt.subplots(1, 4, figsize=(10.5, 3.1), width_ratios=(1, 1, 1, 1.3))
    for axes, rho in zip(panels, correlations, strict=False):
        joint, _, between = parts(rho)
        axes.contourf(grid, grid, joint.T, levels=np.linspace(0.02, 1, 8) * joint.max(), cmap="Blues")
        axes.plot(grid, grid @ joint.T / joint.sum(axis=1), color=YOURS, linestyle=DASHES[YOURS])
        axes.set(title=f"correlation {rho:g}", xlabel="Z", aspect="equal", xlim=(-3, 3), ylim=(-3, 3))
        axes.text(0, -2.75, f"Var(E[Y | Z]) = {between:.2f}", ha="center", fontsize=9)
    panels[0].set_ylabel("Y")
    rhos = np.linspace(0, 0.98, 15)
    within, between = np.array([parts(rho)[1:] for rho in rhos]).T
    panels[3].stackplot(rhos, between, within, colors=(YOURS, TRUTH), alpha=0.55)
    panels[3].plot(rhos, between, color="black", linewidth=1)
    panels[3].text(0.05, 0.55, "within:\nremoved by averaging\nover Y given Z", fontsize=8.5)
    panels[3].text(0.62, 0.07, "between:\nstays", fontsize=8.5)
    panels[3].set(xlabel="correlation of Y and Z", ylabel="Var(Y) = 1, in parts", xlim=(0, 0.98), ylim=(0, 1))
    return list(panels)


def variances_by_block(samples: dict, axes=None):
    """The variance of gradient samples, a group of bars for each block of parameters, a bar for each estimator.

    Args:
        samples: name of an estimator -> {block: samples, [S, ...]}. Up to four are told apart.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.0, 3.2))[1]
    blocks = list(next(iter(samples.values())))
    width = 0.8 / len(samples)
    looks = zip(("0.75", THIRD, YOURS, TRUTH), ("", "..", "//", "xx"), strict=True)
    for place, ((name, terms), (color, hatch)) in enumerate(zip(samples.items(), looks, strict=False)):
        heights = [float(np.var(np.asarray(terms[block], np.float64), axis=0).mean()) for block in blocks]
        at = np.arange(len(blocks)) + (place - (len(samples) - 1) / 2) * width
        axes.bar(at, heights, 0.92 * width, color=color, hatch=hatch, edgecolor="white", label=name)
        for x, height in zip(at, heights, strict=True):
            axes.text(x, 1.15 * height, f"{height:.1g}", ha="center", va="bottom", fontsize=8)
    axes.set_xticks(np.arange(len(blocks)), [block.replace("_", " ") for block in blocks])
    axes.set(yscale="log", ylabel="variance of a sample")
    axes.set_ylim(top=12 * axes.get_ylim()[1])
    axes.legend(ncols=len(samples), loc="upper center")
    return axes


# ---- 3  bbvi: mini-batches, a stream, three estimators, blankets ----------------------------------


def by_data_seen(gaps: dict, widths: dict, width: float):
    """How far an ELBO is from its best value, and a variance of q on its way, against the data looked at.

    Args:
        gaps: name -> (data looked at [n], nats a datum below the best [n]). Up to five are told apart; one that
            is not finite is named in the legend.
        widths: name -> (data looked at [n], a variance of q [n]), of the same names.
        width: the variance at the optimum, marked.

    Returns:
        two Axes.
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(10.0, 4.4))
    looks = ((THIRD, ":", "s"), (YOURS, "--", "o"), ("0.35", "-.", "v"), (TRUTH, "-", "^"), ("black", "-", "x"))
    for (name, (seen, gap)), (color, dash, marker) in zip(gaps.items(), looks, strict=False):
        gap = np.asarray(gap, np.float64)
        label = name if np.isfinite(gap).all() else f"{name}: diverged, take shorter steps"
        style = {"color": color, "linestyle": dash, "marker": marker, "markersize": 4.5, "markevery": 4}
        panels[0].plot(np.asarray(seen), np.maximum(gap, 1e-5), label=label, **style)
        panels[1].plot(*(np.asarray(one) for one in widths[name]), **style)
    panels[1].axhline(width, color="0.4", linewidth=0.8)
    panels[1].text(1, width / 1.3, f"at the optimum: {width:.2g}", va="top", color="0.3", fontsize=9.5)
    panels[1].set_ylim(bottom=width / 5)
    panels[0].set(title="ELBO", ylabel="nats a datum below the best")
    panels[1].set(title="width of one factor", ylabel="$s_1^2$ (units of x squared)")
    for axes in panels:
        axes.set(xscale="log", yscale="log", xlabel="data looked at (log scale)")
    figure.legend(loc="outside lower center", ncols=3, fontsize=9.5)
    return list(panels)


def stream(seen, m, s2, all_m, source=None, title="", axes=None):
    """What q knows of the component means while data come in: m_k with two standard deviations to either side.

    Args:
        seen: how many data had come, [T].
        m: means of the factors after so many, [T, K].
        s2: their variances, [T, K].
        all_m: means of a fit to all data that had come by then, [T, K], for comparison.
        source: where the groups truly are when a batch comes, [T, K]; drawn if given.
        title: above the picture.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.4, 3.8))[1]
    seen, m, s2, all_m = (np.asarray(one, np.float64) for one in (seen, m, s2, all_m))
    looks = zip((YOURS, TRUTH, THIRD, "0.35", "black"), ("--", "-", ":", "-.", "-"), "os^vd", strict=True)
    for k, (color, dash, marker) in zip(range(m.shape[1]), looks, strict=False):
        low, high = m[:, k] - 2 * np.sqrt(s2[:, k]), m[:, k] + 2 * np.sqrt(s2[:, k])
        axes.fill_between(seen, low, high, color=color, alpha=0.2, linewidth=0)
        axes.plot(seen, m[:, k], dash, color=color, label=f"$m_{k + 1}$, streamed")
        axes.plot(seen, all_m[:, k], marker, color=color, markersize=5, fillstyle="none",
                  label="the same, refitted to all data so far" if k == 0 else None)  # fmt: skip
    if source is not None:
        axes.plot(seen, np.asarray(source), color="black", linewidth=0.8)
        axes.plot([], [], color="black", linewidth=0.8, label="where the groups are")
    axes.set(title=title, xlabel="data that have come", ylabel="mean of a component (units of x)")
    axes.legend(fontsize=9.5, ncols=2, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    return axes


def old_and_new(old, new, name=r"\mu_1", axes=None):
    """A Gaussian factor of q before (dashed) and after new data.

    Args:
        old: (mean, variance) before.
        new: (mean, variance) after.
        name: of the variable, in mathematics.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(6.4, 3.0))[1]
    parts = [(float(mean), float(np.sqrt(var))) for mean, var in (old, new)]
    grid = np.linspace(min(m - 4 * s for m, s in parts), max(m + 4 * s for m, s in parts), 400)
    for (m, s), color, dash, label in zip(parts, (TRUTH, YOURS), ("--", "-"), ("before", "after"), strict=True):
        density = np.exp(-0.5 * ((grid - m) / s) ** 2) / (s * np.sqrt(2 * np.pi))
        axes.plot(grid, density, dash, color=color, label=f"{label}: mean {m:.2f}, sd {s:.3f}")
    axes.set(xlabel=f"${name}$ (units of x)", ylabel=f"$q({name})$, per unit of x", ylim=(0, None))
    axes.legend(loc="best")
    return axes


def estimates(panels: dict, truth: dict):
    """Estimates at growing n, with bars of two standard errors, around the number sought.

    Args:
        panels: title -> {name of an estimator: (n [k], mean [k], variance of one term [k])}. Up to three are told
            apart.
        truth: title -> the number sought.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    _, axes_of = plt.subplots(1, len(panels), figsize=(4.8 * len(panels), 3.5), squeeze=False)
    for axes, (title, methods) in zip(axes_of[0], panels.items(), strict=True):
        axes.axhline(truth[title], color="0.3", linewidth=1.0, label=f"the truth: {truth[title]:.4f}")
        looks = ((TRUTH, "o", 0.93), (YOURS, "s", 1.07), (THIRD, "^", 1.2))
        for (name, (n, mean, var)), (color, marker, shift) in zip(methods.items(), looks, strict=False):
            n, mean, var = (np.asarray(one, np.float64) for one in (n, mean, var))
            axes.errorbar(shift * n, mean, 2 * np.sqrt(var / n), fmt=marker, color=color, markersize=4.5, capsize=3,
                          label=name)  # fmt: skip
        axes.set(title=title, xscale="log", xlabel="n (log scale)")
        axes.legend(fontsize=9)
    axes_of[0, 0].set_ylabel("estimate, two standard errors")
    return list(axes_of[0])


def control(z, y, c, mean, axes=None):
    """Draws of a control and of what is to be averaged, the line whose slope is -c, and the known mean of z.

    Args:
        z: the control, [n].
        y: what is to be averaged, [n].
        c: the multiple of z - E[Z] that is added to y.
        mean: E[Z].
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(6.4, 3.6))[1]
    z, y, c = np.asarray(z, np.float64), np.asarray(y, np.float64), float(c)
    axes.plot(z, y, ".", color="0.55", markersize=3, label="draws")
    ends = np.array([z.min(), z.max()])
    label = f"the line with slope -c = {-c:.2f}"
    axes.plot(ends, y.mean() - c * (ends - z.mean()), "--", color=YOURS, label=label)
    axes.axvline(mean, color=TRUTH, linewidth=1.0, label=f"E[Z] = {mean:.3f}, known")
    axes.set(xlabel="Z", ylabel="Y")
    axes.legend()
    return axes


def blankets(names=("beta", "z_2"), n=4):
    """The factor graph of a model with one global and n local variables; the factors of a variable lit.

    Args:
        names: a panel for each, "beta" or "z_i" with a number.
        n: how many data are drawn.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    _, axes_of = plt.subplots(1, len(names), figsize=(4.6 * len(names), 3.4), squeeze=False)
    columns, middle = np.arange(1, n + 1), (n + 1) / 2
    for axes, name in zip(axes_of[0], names, strict=True):
        factors = [("beta",), *(("beta", f"z_{i}") for i in columns), *(("beta", f"z_{i}", f"x_{i}") for i in columns)]
        at = {"beta": (middle, 3.2), **{f"z_{i}": (i, 1.7) for i in columns}, **{f"x_{i}": (i, 0.0) for i in columns}}
        places = [(middle, 3.95), *((i + 0.12 * (middle - i), 2.4) for i in columns), *((i, 0.85) for i in columns)]
        lit = 0
        for factor, place in zip(factors, places, strict=True):
            on = name in factor
            lit += on
            color = YOURS if on else "0.75"
            for variable in factor:
                side = np.sign(middle - place[0]) * (0.28 if abs(middle - place[0]) < 1 else -0.2)
                bend = side if variable == "beta" and len(factor) == 3 else 0.0
                arrow = {"arrowstyle": "-", "color": color, "linewidth": 1.8 if on else 0.9, "zorder": 1}
                arrow["connectionstyle"] = f"arc3,rad={bend}"
                axes.annotate("", at[variable], place, arrowprops=arrow)
            axes.plot(*place, "s", markersize=9, color=color, zorder=3, markeredgecolor="black" if on else "0.6")
        for variable, place in at.items():
            letter, _, number = variable.partition("_")
            face = TRUTH if variable == name else "0.85" if letter == "x" else "white"
            axes.plot(*place, "o", markersize=21, markerfacecolor=face, markeredgecolor="0.2", zorder=4)
            label = r"$\beta$" if letter == "beta" else f"${letter}_{number}$"
            ink = "white" if variable == name else "black"
            axes.text(*place, label, ha="center", va="center", color=ink, zorder=5, fontsize=10)
        shown = r"$\beta$" if name == "beta" else f"${name}$"
        axes.set(title=f"factors with {shown}: {lit} of {len(factors)}", xlim=(0.3, n + 0.7), ylim=(-0.5, 4.3))
        axes.set_axis_off()
    return list(axes_of[0])


def variances_by_size(n, variances: dict, axes=None):
    """The variance of gradient samples against the number of data, both on log scales.

    Args:
        n: numbers of data, [k].
        variances: name -> a variance for each, [k]. Up to four are told apart.
        axes: where to draw; left out, on a new figure.
    """
    import matplotlib.pyplot as plt

    axes = axes or plt.subplots(figsize=(7.2, 3.6))[1]
    looks = ((TRUTH, "-", "o"), (YOURS, "--", "x"), (THIRD, ":", "^"), ("0.35", "-.", "v"))
    for (name, values), (color, dash, marker) in zip(variances.items(), looks, strict=False):
        axes.plot(np.asarray(n), np.asarray(values), dash, color=color, marker=marker, markersize=6, label=name)
    axes.set(xscale="log", yscale="log", xlabel="number of data (log scale)", ylabel="variance of a sample")
    axes.legend(fontsize=9.5, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return axes
