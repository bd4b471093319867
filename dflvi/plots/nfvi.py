"""Figures of section 6: posteriors beside what stands in for them."""


import textwrap

import numpy as np

from dflvi.plots.style import DASHES, THIRD, TRUTH, YOURS, require


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


def guides_beside_draws(reference, draws: dict, labels, window):
    """Draws of a reference as shades, the same in each panel, and draws of guides as dots over them.

    Args:
        reference: draws of two quantities, [n, 2].
        draws: title -> draws of a guide, [m, 2].
        labels: of the two axes.
        window: ((left, right), (bottom, top)).

    Returns:
        one Axes a panel, in a list. Shades go with the square root of the density; 600 dots a guide.
    """
    import matplotlib.pyplot as plt

    size = (2.3 * len(draws) + 1.0, 2.8)
    figure, panels = plt.subplots(1, len(draws), figsize=size, dpi=72, sharex=True, sharey=True, squeeze=False)
    reference = np.asarray(reference, np.float64)
    for axes, (title, points) in zip(panels[0], draws.items(), strict=True):
        counts, xs, ys = np.histogram2d(*reference.T, bins=40, range=window, density=True)
        shades = axes.pcolormesh(xs, ys, np.sqrt(counts.T), cmap="Blues", rasterized=True)
        points = np.asarray(points, np.float64)[:600]
        axes.plot(*points.T, ".", color=YOURS, markersize=2.5, alpha=0.6, rasterized=True)
        axes.set(xlabel=labels[0], xlim=window[0], ylim=window[1])
        axes.set_title(title, fontsize=9.5)
    panels[0, 0].set_ylabel(labels[1])
    bar = figure.colorbar(shades, ax=panels[0], ticks=[0, np.sqrt(counts.max())], shrink=0.85)
    bar.ax.set_yticklabels(["0", "highest"])
    bar.set_label("reference density")
    return list(panels[0])


# ---- 6.5 --------------------------------------------------------------------------------------


def posteriors_and_draws(log_joints, draws: dict, z, *, images=None, rows=(), gaps=None):
    """True posteriors as shades, and dots drawn from what stands in for them: a row a posterior, a column a model.

    Args:
        log_joints: the log of each posterior up to a constant, on a grid, [m, n, n]; or title -> such an array, if the
            models differ in their posteriors too.
        draws: title -> draws from its q, [m, k, 2].
        z: the points of the grid, [n, n, 2].
        images: the observations, [m, 64] or another square number of pixels, shown on the left.
        rows: a name for each row.
        gaps: title -> a number for each row, in nats, written into the panel.

    Returns:
        the Axes of the panels in a list, row by row.
    """
    import matplotlib.pyplot as plt

    d = np.asarray(next(iter(draws.values()))).shape[-1]
    require(d == 2, f"This figure shows models with two latents; these draws have {d}. Train one with d_latent = 2.")
    axis, m = np.asarray(z)[0, :, 0], len(next(iter(draws.values())))
    with_images = images is not None
    widths = [0.55] * with_images + [1.0] * len(draws)
    size = (0.8 + 2.1 * sum(widths), 0.5 + 2.1 * m)
    figure, panels = plt.subplots(m, len(widths), figsize=size, dpi=68, squeeze=False, width_ratios=widths)
    for i, row in enumerate(panels):
        if with_images:
            side = int(np.sqrt(np.asarray(images).shape[-1]))
            row[0].imshow(np.asarray(images)[i].reshape(side, side), cmap="gray_r", interpolation="nearest")
            row[0].set(xticks=[], yticks=[])
            row[0].spines[:].set_visible(True)
        row = row[with_images:]
        row[0].set_ylabel(f"{rows[i]}\n$z_2$" if rows else "$z_2$")
        for axes, (title, points) in zip(row, draws.items(), strict=True):
            log_joint = np.asarray(log_joints[title] if isinstance(log_joints, dict) else log_joints, np.float64)[i]
            _shaded(axes, axis, np.exp(log_joint - log_joint.max()))
            axes.scatter(*np.asarray(points)[i].T, s=3, color=YOURS, alpha=0.45, linewidths=0)
            axes.set(aspect="equal", title=title if i == 0 else "", xlabel="$z_1$" if i == m - 1 else "")
            axes.tick_params(labelsize="small")
            if gaps is not None:
                box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
                axes.text(0.97, 0.04, f"gap {gaps[title][i]:.2f}", transform=axes.transAxes, ha="right",
                          fontsize="small", bbox=box)  # fmt: skip
    return list(panels[:, with_images:].ravel())


def _shaded(axes, ticks, density) -> None:
    """The smallest regions with 50, 90 and 99 % of the mass, and a window around them."""
    mass = np.sort(density.ravel())[::-1]
    share = np.cumsum(mass) / mass.sum()
    levels = [mass[np.searchsorted(share, s)] for s in (0.99, 0.9, 0.5)]
    axes.contourf(ticks, ticks, density, levels=[*levels, 1.01 * mass[0]], colors=_SHADES)
    inside = np.argwhere(density >= mass[np.searchsorted(share, 0.995)])
    low, high = ticks[inside.min(axis=0)][::-1], ticks[inside.max(axis=0)][::-1]
    reach = max(0.65 * float((high - low).max()), 0.4)
    middle = 0.5 * (low + high)
    axes.set(xlim=(middle[0] - reach, middle[0] + reach), ylim=(middle[1] - reach, middle[1] + reach))


_SHADES = ("#d7e3f0", "#9dbcdc", "#5b8ec2")  # of the smallest regions with 99, 90 and 50 % of the mass


def gaps_by_layers(gaps: dict):
    """What is lacking of the evidence against the number of layers, a panel a target, a dot a restart.

    Args:
        gaps: name of the target -> {K: gaps of the restarts, in nats}.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, len(gaps), figsize=(3.4 * len(gaps), 3.0), sharey=True, squeeze=False)
    for axes, (name, of_layers) in zip(panels[0], gaps.items(), strict=True):
        places = np.arange(len(of_layers))
        for place, values in zip(places, of_layers.values(), strict=True):
            axes.plot(np.full(len(values), place), values, "o", color=YOURS, ms=4.5, alpha=0.7, mew=0,
                      label="a restart" if place == 0 else None)  # fmt: skip
        axes.plot(places, [min(values) for values in of_layers.values()], color=TRUTH, label="the best of them")
        axes.set(yscale="log", title=name, xlabel="planar layers K")
        axes.set_xticks(places, [str(K) for K in of_layers])
    panels[0, 0].set_ylabel("KL(q || posterior), nats")
    panels[0, -1].legend(loc="upper right")
    return list(panels[0])


def seeds_as_dots(table: dict, quantities: dict):
    """Measurements of several seeds for several models: a panel for each quantity, every seed a dot.

    Args:
        table: name of the model -> {quantity: a value for each seed}.
        quantities: quantity -> label of its axis.

    Returns:
        one Axes a panel, in a list. A short line is the mean of the seeds.
    """
    import matplotlib.pyplot as plt

    width = max(2.7, 0.8 * len(table)) * len(quantities)
    figure, panels = plt.subplots(1, len(quantities), figsize=(width, 3.0), squeeze=False)
    marks, names = "os^Dv", [textwrap.fill(name, 8) for name in table]
    for axes, (quantity, label) in zip(panels[0], quantities.items(), strict=True):
        for place, of_model in enumerate(table.values()):
            values = np.asarray(of_model[quantity], np.float64)
            axes.plot([place - 0.25, place + 0.25], [values.mean()] * 2, color=TRUTH, zorder=1)
            for seed, value in enumerate(values):
                shift = 0.12 * (seed - (len(values) - 1) / 2)
                axes.plot(place + shift, value, marks[seed % 5], color=YOURS, ms=6, mew=0.6, mec="white",
                          label=f"seed {seed}" if place == 0 else None)  # fmt: skip
        axes.set_xticks(range(len(table)), names)
        axes.set(ylabel=label, xlim=(-0.5, len(table) - 0.5))
    panels[0, -1].legend(fontsize="small")
    return list(panels[0])


def a_layer_that_folds(z, y, claimed, at, true):
    """A planar layer in one dimension that is not one to one, and the density that the formula claims for it.

    Args:
        z: points before the layer, ascending, [n].
        y: where it carries them, [n].
        claimed: the density that the change of variables gives to each y, taking its own z for the only one, [n].
        at: points after the layer, [m].
        true: the density that is really there, the sum over all z that come there, [m].

    Returns:
        the two Axes.
    """
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.1))
    left.plot(z, y, color=YOURS)
    left.axhline(0.0, color="grey", linewidth=0.8)
    left.set(xlabel="z before the layer", ylabel="z after the layer", title="the map")
    right.plot(at, true, color=TRUTH, label="of the draws, all z counted")
    right.plot(y, claimed, color=YOURS, linestyle="--", linewidth=1.2, label="claimed, a z at a time")
    top = 2.6 * float(np.quantile(np.asarray(true), 0.9))  # at the folds both are infinite
    right.set(xlabel="z after the layer", ylabel="density", title="its density", xlim=(float(at[0]), float(at[-1])))
    right.set_ylim(0, top)
    right.legend(fontsize="small", loc="upper center", frameon=True, framealpha=1.0, edgecolor="white")
    return left, right


def flow_panel(rows: dict, reach=4.0):
    """Densities of the plane: a row for each base and kind of layer, a column for each number of layers.

    Args:
        rows: label of a row -> {title of a column: density on a square grid of [-reach, reach] squared, [n, n]}.
        reach: of both axes.

    Returns:
        the Axes, an array. Each panel has its own scale; beneath it stands what its density sums to.
    """
    import matplotlib.pyplot as plt

    n_columns = max(len(row) for row in rows.values())
    size = (1.75 * n_columns + 0.6, 1.95 * len(rows) + 0.2)
    figure, panels = plt.subplots(len(rows), n_columns, figsize=size, dpi=72, sharex=True, squeeze=False)
    for number, (label, row) in enumerate(rows.items()):
        line = panels[number]
        for axes, (title, density) in zip(line, row.items(), strict=False):
            density = np.asarray(density, np.float64)
            if not np.isfinite(density).all():
                raise ValueError(
                    f"The density of the panel '{label}, {title}' is nan or infinite somewhere. Is the w of a planar "
                    "layer zero? Then the constraint divides 0 by 0: draw w of order 1, or add 1e-12 to |w|^2."
                )
            cell = (2 * reach / (len(density) - 1)) ** 2
            axes.imshow(density, origin="lower", extent=(-reach, reach, -reach, reach), vmin=0.0,
                        vmax=np.quantile(density, 0.998) + 1e-12, interpolation="bilinear")  # fmt: skip
            axes.set(xticks=[-3, 0, 3], yticks=[-3, 0, 3])
            axes.tick_params(labelsize=8)
            axes.set_xlabel(f"sum: {density.sum() * cell:.2f}", fontsize=8.5)
            axes.set_title(title if number == 0 else "")
            axes.set_ylabel(f"{label}\n$z_2$" if axes is line[0] else "")
    for axes in panels[-1]:
        axes.set_xlabel("$z_1$\n" + axes.get_xlabel(), fontsize=8.5)
    return panels


def two_arrows():
    """Which way through a flow each of two tasks goes, and what it needs there."""
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(2, 1, figsize=(7.2, 4.3))
    boxes = {"inference": ("base\n$z_0$", "latent\n$z_K$"), "density": ("base\n$z_0$", "data\n$x$")}
    words = {
        "inference": ("variational inference: scores the points that it draws", "f, and ln |det| on the way",
                      "inverse: has to exist, is never run"),
        "density": ("density estimation: scores points that it is given", "f: for new points, after training",
                    "inverse, and ln |det|: for every datum, in every step"),
    }  # fmt: skip
    for axes, (name, (first, second)) in zip(panels, boxes.items(), strict=True):
        title, there, back = words[name]
        for x, text in ((0.08, first), (0.92, second)):
            axes.text(x, 0.5, text, ha="center", va="center", fontsize=11,
                      bbox={"boxstyle": "round,pad=0.6", "facecolor": "white", "edgecolor": "0.3"})  # fmt: skip
        runs = (True, False) if name == "inference" else (False, True)
        for (start, end, y, text), strong in zip(
            ((0.17, 0.83, 0.68, there), (0.83, 0.17, 0.32, back)), runs, strict=True
        ):
            look = {"arrowstyle": "-|>", "color": TRUTH if strong else "0.55", "linewidth": 3.0 if strong else 1.4,
                    "linestyle": "-" if strong else ":", "mutation_scale": 18}  # fmt: skip
            axes.annotate("", (end, y), (start, y), arrowprops=look)
            above = y > 0.5
            axes.text(0.5, y + (0.06 if above else -0.06), text, ha="center", va="bottom" if above else "top",
                      color="black" if strong else "0.35", fontsize=10)  # fmt: skip
        axes.set(title=title, xlim=(0, 1), ylim=(0.08, 0.95))
        axes.set_axis_off()
    return list(panels)


def flow_matrix(table: dict):
    """A table of words as coloured cells: light for what is quick or suits, dark and hatched for what does not.

    Args:
        table: name of a flow -> five words, as `flow_table` returns it.

    Returns:
        the Axes.
    """
    import matplotlib.pyplot as plt

    columns = ("draw\na point", "score\nown draw", "score an\noutside point", "amortised\nVI", "density\nestimation")
    figure, axes = plt.subplots(figsize=(6.6, 0.5 * len(table) + 0.9))
    for i, (_, words) in enumerate(table.items()):
        for j, word in enumerate(words):
            good = str(word).lower() in ("fast", "yes")
            axes.fill([j, j + 1, j + 1, j], [i, i, i + 1, i + 1], facecolor="white" if good else "#e7b899",
                      hatch="" if good else "//", edgecolor="0.55", linewidth=0.8)  # fmt: skip
            box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5} if not good else None
            axes.text(j + 0.5, i + 0.5, str(word).lower(), ha="center", va="center", bbox=box)
    axes.axvline(3, color="black", linewidth=2)
    axes.set(xlim=(0, 5), ylim=(len(table), 0))
    axes.set_xticks(np.arange(5) + 0.5, columns, fontsize=9)
    axes.set_yticks(np.arange(len(table)) + 0.5, list(table))
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    return axes


def price_of_a_point(seconds: dict):
    """What a density costs on the way there, and at a point from outside.

    Args:
        seconds: name -> {number of layers: seconds for all points}.

    Returns:
        the Axes, both axes on a log scale.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(5.2, 3.2))
    for (name, by_depth), color, mark in zip(seconds.items(), (TRUTH, YOURS, THIRD), "os^", strict=False):
        milliseconds = [1000 * one for one in by_depth.values()]
        axes.plot(list(by_depth), milliseconds, color=color, linestyle=DASHES[color], marker=mark, label=name)
    axes.set(xscale="log", yscale="log", xlabel="layers K", ylabel="milliseconds")
    depths = list(next(iter(seconds.values())))
    axes.set_xticks(depths, [str(k) for k in depths])
    axes.minorticks_off()
    axes.legend()
    return axes


# ---- 6.2 --------------------------------------------------------------------------------------

_BOXES = {  # name: (middle, half width) in the picture
    "x": (0.35, 0.0, 0.28), "encoder": (1.65, 0.0, 0.62), "q0, layers": (3.2, 0.0, 0.62), "z0": (4.5, 0.0, 0.32),
    "flow": (5.6, 0.0, 0.42), "z": (6.7, 0.0, 0.3), "decoder": (8.0, 0.0, 0.62), "p(x | z)": (9.55, 0.0, 0.58),
    "p(z)": (6.7, -1.15, 0.45), "ELBO": (9.55, -1.15, 0.58),
}  # fmt: skip
_ARROWS = {
    "train": (("x", "encoder"), ("encoder", "q0, layers"), ("q0, layers", "z0"), ("z0", "flow"), ("flow", "z"),
              ("z", "decoder"), ("decoder", "p(x | z)"), ("z", "p(z)"), ("p(z)", "ELBO"), ("p(x | z)", "ELBO")),
    "reconstruct": (("x", "encoder"), ("encoder", "q0, layers"), ("q0, layers", "z0"), ("z0", "flow"), ("flow", "z"),
                    ("z", "decoder"), ("decoder", "p(x | z)")),
    "generate": (("p(z)", "z"), ("z", "decoder"), ("decoder", "p(x | z)")),
}  # fmt: skip


def parts_in_use(tasks=("train", "reconstruct", "generate")):
    """Which parts of a VAE with a flow are run for a task; the others are drawn dashed and grey.

    Args:
        tasks: of "train", "reconstruct" and "generate", one panel each.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    everything = {arrow for arrows in _ARROWS.values() for arrow in arrows} - {("p(z)", "z")}
    figure, panels = plt.subplots(len(tasks), 1, figsize=(7.4, 1.55 * len(tasks)), squeeze=False)
    for axes, task in zip(panels[:, 0], tasks, strict=True):
        used = {part for arrow in _ARROWS[task] for part in arrow}
        dead = sorted(everything - set(_ARROWS[task]) - ({("z", "p(z)")} if task == "generate" else set()))
        for start, end in [*dead, *_ARROWS[task]]:
            live = (start, end) in _ARROWS[task]
            _arrow(axes, _BOXES[start], _BOXES[end], TRUTH if live else "0.8", 1.6 if live else 0.8)
        for name, (x, y, half) in _BOXES.items():
            live = name in used
            look = {"facecolor": "#d7e3f0" if live else "white", "edgecolor": TRUTH if live else "0.75",
                    "linewidth": 1.6 if live else 0.9, "linestyle": "-" if live else (0, (3, 2))}  # fmt: skip
            axes.add_patch(plt.Rectangle((x - half, y - 0.3), 2 * half, 0.6, **look))
            axes.text(x, y, name, ha="center", va="center", fontsize=9, color="black" if live else "0.65")
        axes.set(xlim=(-0.1, 10.3), ylim=(-1.55, 0.75), aspect="equal")
        axes.set_title(task, loc="left", fontsize=10.5)
        axes.set_axis_off()
    return list(panels[:, 0])


def _arrow(axes, start, end, color, width) -> None:
    (x0, y0, half0), (x1, y1, half1) = start, end
    if y0 == y1:
        tail, head = (x0 + half0, y0), (x1 - half1, y1)
    else:
        side = np.sign(y1 - y0)
        tail, head = (x0, y0 + 0.3 * side), (x1, y1 - 0.3 * side)
    look = {"arrowstyle": "-|>", "color": color, "linewidth": width, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", head, tail, arrowprops=look)


# ---- 6.6 --------------------------------------------------------------------------------------


def cost_curves(times: dict, slopes=(3, 1)):
    """Times against a size, both on log scales, a panel for each size, with lines of given powers.

    Args:
        times: name of the size -> name of the way -> {size: milliseconds}; the same ways in each panel.
        slopes: for each way the power that a grey line is drawn with, in the first panel.

    Returns:
        one Axes a panel, in a list.
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, len(times), figsize=(3.7 * len(times), 3.3), sharey=True, squeeze=False)
    looks = ((TRUTH, "-", "o"), (YOURS, "--", "s"), (THIRD, ":", "^"))
    for number, (axes, (size, ways)) in enumerate(zip(panels[0], times.items(), strict=True)):
        for (name, measured), (color, dash, mark) in zip(ways.items(), looks, strict=False):
            axes.plot(*zip(*measured.items(), strict=True), dash, color=color, marker=mark, markersize=5, label=name)
        if number == 0:
            for measured, power in zip(ways.values(), slopes, strict=False):
                x = np.array(list(measured))[-2:]
                y = measured[x[-1]] * (x / x[-1]) ** power
                axes.plot(x, 0.4 * y, color="0.6", linewidth=1.0)
                axes.text(x[0] / 1.15, 0.4 * y[0], f"power {power}", ha="right", va="center", fontsize=9, color="0.4")
        axes.set(xscale="log", yscale="log", xlabel=size)
        axes.minorticks_off()
        axes.set_xticks(list(measured), list(measured))
    panels[0, 0].set_ylabel("time, milliseconds")
    panels[0, 0].legend(loc="upper left")
    return list(panels[0])


# ---- 6.7 to 6.9 -------------------------------------------------------------------------------


def bounds_by_draws(curves: dict, ratios: dict, exact):
    """On the left L_k against k with the evidence, on the right how a mean of k weights scatters.

    Args:
        curves: name of q -> {k: (mean, standard error)}, in nats.
        ratios: k -> means of k weights in units of p(x), many of them.
        exact: log p(x), in nats.

    Returns:
        two Axes.
    """
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(8.6, 3.5), width_ratios=(1.35, 1))
    looks = ((TRUTH, "-", "o"), (YOURS, "--", "s"), (THIRD, ":", "^"), ("0.35", "-.", "D"))
    left.axhline(exact, color="black", linewidth=1.0)
    left.text(0.99, exact, "log p(x)", transform=left.get_yaxis_transform(), ha="right", va="bottom")
    for (name, by_k), (color, dash, mark) in zip(curves.items(), looks, strict=False):
        mean, se = np.array([by_k[k] for k in by_k], np.float64).T
        left.errorbar(list(by_k), mean, 3 * se, color=color, linestyle=dash, marker=mark, markersize=4.5, label=name)
    low, _ = left.get_ylim()
    left.set(xscale="log", xlabel="draws k (log scale)", ylabel="$L_k$, nats", ylim=(low, exact - 0.08 * (low - exact)))
    left.legend(title="q", loc="lower right")
    bins = np.linspace(0, 4, 41)
    for (k, ratio), (color, dash, _) in zip(ratios.items(), looks, strict=False):
        right.hist(np.clip(np.asarray(ratio), 0, 3.999), bins, density=True, histtype="step", color=color,
                   linestyle=dash, linewidth=1.6, label=f"k = {k}")  # fmt: skip
    right.axvline(1.0, color="black", linewidth=0.8)
    right.set(xlabel="mean of k weights, in units of p(x)", ylabel="density", yscale="log")
    right.legend()
    return [left, right]


def stand_ins(rows: dict, z, notes: dict, images=None):
    """Densities over the latent plane, a row for each kind and a column for each image, after Cremer et al., figure 2.

    Args:
        rows: name -> log densities on a grid, [m, n, n]. The first row is the truth; its outline is in all others.
        z: the points of the grid, [n, n, 2].
        notes: name -> a line for each column, written beneath the panel.
        images: the m observations, with a square number of pixels, in a row above.

    Returns:
        the Axes, an array with a row for each kind.
    """
    import matplotlib.pyplot as plt

    truth = np.asarray(next(iter(rows.values())), np.float64)
    m, ticks, extra = len(truth), np.asarray(z)[0, :, 0], int(images is not None)
    heights = [0.55] * extra + [1.0] * len(rows)
    figure, panels = plt.subplots(len(heights), m, figsize=(1.9 * m + 0.5, 1.98 * sum(heights) + 0.3), squeeze=False,
                                  height_ratios=heights)  # fmt: skip
    for axes, image in zip(panels[0], np.asarray(images) if extra else (), strict=False):
        side = int(np.sqrt(image.size))
        axes.imshow(image.reshape(side, side), cmap="gray_r", interpolation="nearest")
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(True)
    panels = panels[extra:]
    for line, (name, logs) in zip(panels, rows.items(), strict=True):
        line[0].set_ylabel(f"{name}\n$z_2$", fontsize=9)
        for i, axes in enumerate(line):
            _shaded(axes, ticks, np.exp(truth[i] - truth[i].max()))  # for the window, the same in a whole column
            if line is not panels[0]:
                window = axes.axis()
                axes.clear()
                density = np.exp(truth[i] - truth[i].max())
                mass = np.sort(density.ravel())[::-1]
                levels = [mass[np.searchsorted(np.cumsum(mass) / mass.sum(), share)] for share in (0.99, 0.5)]
                _shaded(axes, ticks, np.exp(np.asarray(logs[i], np.float64) - np.max(logs[i])))
                axes.contour(ticks, ticks, density, levels=levels, colors=YOURS, linewidths=1.1, linestyles="--")
                axes.axis(window)
                line[0].set_ylabel(f"{name}\n$z_2$", fontsize=9)
            axes.set(aspect="equal")
            axes.set_xlabel(f"{notes[name][i]}" if name in notes else "", fontsize=8.5)
            axes.tick_params(labelsize=7.5)
    return panels


def gap_bars(table: dict):
    """Two gaps on top of each other, for training and for test images.

    Args:
        table: name -> (mean approximation gap, mean amortisation gap, standard error of their sum), in nats.

    Returns:
        the Axes.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(1.2 * len(table) + 2.6, 3.2))
    at = np.arange(len(table))
    approx, amort, error = np.array(list(table.values()), np.float64).T
    axes.bar(at, approx, 0.55, color=TRUTH, label="approximation")
    axes.bar(at, amort, 0.55, bottom=approx, yerr=2 * error, color=YOURS, hatch="//", edgecolor="white", capsize=3,
             label="amortisation")  # fmt: skip
    axes.set_xticks(at, list(table))
    axes.set(ylabel="gap, nats", ylim=(0, None))
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title="gap")
    return axes


def gaps_by_step(curves: dict, errors: dict | None = None):
    """The gap on training and on new images while encoders are fitted.

    Args:
        curves: name -> {step: (gap on training images, gap on new images)}, in nats.
        errors: name -> standard error of the last gap on new images.

    Returns:
        two Axes, training and new images.
    """
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(1, 2, figsize=(8.2, 3.3), sharey=True)
    looks = ((TRUTH, "-", "o"), (TRUTH, "--", "s"), (YOURS, "-", "^"), (YOURS, "--", "D"))
    for i, (axes, title) in enumerate(zip(panels, ("the images it is fitted to", "new images"), strict=True)):
        for (name, by_step), (color, dash, mark) in zip(curves.items(), looks, strict=False):
            steps, values = list(by_step), [pair[i] for pair in by_step.values()]
            axes.plot(steps, values, dash, color=color, marker=mark, markersize=4.5, label=name)
            if errors and i == 1:
                axes.errorbar(steps[-1:], values[-1:], 2 * errors[name], color=color, capsize=3)
        axes.set(title=title, xlabel="steps", yscale="log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter("")
    panels[0].set_ylabel("log p(x) - ELBO, nats (log scale)")
    panels[1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), title="encoder")
    return list(panels)
